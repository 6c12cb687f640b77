/* SPDX-License-Identifier: ISC */
/*
 * An evil seat: it holds the real key of one seat of a live council, whose own daemon does
 * not run, speaks the channel to every other one, and sends whatever it likes. Where the
 * victim of a function is 0, all connected ones are meant.
 */
#ifndef CONCLAVE_TESTS_EVIL_H
#define CONCLAVE_TESTS_EVIL_H

#include "live.h"
#include "signers.h"

#include "crypto/noise.h"

struct evil;
/* A message that a victim sent. */
typedef void evil_message(void *context, struct evil *e, uint16_t victim,
                          const struct message *m);

struct evil_link {
    int fd; /* -1: closed */
    struct noise *noise;
    struct buffer in, plain, out;
    size_t sent; /* bytes of out that the socket took */
    uint64_t messages;
};

struct evil {
    struct live *l;
    uint16_t seat, seats;
    uint8_t instance[INSTANCE_BYTES];
    struct signers signers; /* of all seats; only the own key is used by an honest liar */
    struct evil_link links[SEATS_MAX];
    bool deaf; /* reads nothing */
    evil_message *on_message;
    void *context;
};

/* The live council must exist; seats and keys are read from it. */
struct evil *evil_new(struct live *l, uint16_t seat);
void evil_free(struct evil *e);

/* A TCP connection to a victim from 127.0.0.host; -1 when it is refused. */
int evil_socket(struct evil *e, uint16_t victim, uint8_t host);
/* The first bytes that an initiator sends, hello included; fills *noise. */
void evil_first_bytes(struct evil *e, uint16_t victim, struct noise **noise,
                      struct buffer *out);
/* The whole handshake; false when it is refused or takes 5 s. */
bool evil_connect(struct evil *e, uint16_t victim);
/* The same until it succeeds: a seat that sent rubbish is kept waiting. */
bool evil_insist(struct evil *e, uint16_t victim);
/* To every running seat but its own; how many succeeded. */
unsigned evil_connect_all(struct evil *e);
void evil_drop(struct evil *e, uint16_t victim);
/* As far as what has been read tells. */
bool evil_is_up(const struct evil *e, uint16_t victim);
/* Pumps until the victim has closed the channel. */
bool evil_wait_closed(struct evil *e, uint16_t victim, int timeout_ms);

/* Bytes inside the channel, whatever they are; a frame of any content; a message. */
void evil_bytes(struct evil *e, uint16_t victim, struct slice data);
void evil_frame(struct evil *e, uint16_t victim, struct slice content);
void evil_send(struct evil *e, uint16_t victim, const struct message *m);
/* Bytes that the victim's socket has not taken. */
size_t evil_unsent(const struct evil *e, uint16_t victim);
/* Sends and receives for so long, the live council's agents too. */
void evil_pump(struct evil *e, int ms);
/* Sends what is queued; false when that takes longer. */
bool evil_flush(struct evil *e, int timeout_ms);

/* What it says, signed with its key. */
void evil_vote(struct evil *e, uint16_t victim, enum phase phase, uint64_t view,
               uint64_t height, const struct hash *block);
void evil_view_change(struct evil *e, uint16_t victim, uint64_t view);
void evil_heartbeat(struct evil *e, uint16_t victim, uint64_t view, uint64_t height);
void evil_envelope(struct evil *e, uint16_t victim, uint16_t seat,
                   const struct operation *ops, size_t count);
/* Statements of its own that contradict each other, as EVIDENCE against itself; bodies are
 * valid until the next call with the same slot. */
struct operation evil_evidence(struct evil *e, uint64_t number);

/* A process that repeats step until it is stopped, pumping between the steps; takes the
 * channels along. */
typedef void evil_step(struct evil *e, void *context, uint64_t round);
pid_t evil_fork(struct evil *e, evil_step *step, void *context);
void evil_stop(struct evil *e, pid_t pid);

#endif
