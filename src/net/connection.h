/* SPDX-License-Identifier: ISC */
/*
 * One TCP connection to another node, conclave-protocol(7) section 4: the clear hello, the
 * Noise handshake, then frames. The responder counts a connection as up only with the
 * first transport message of the initiator, an empty one: a handshake that someone
 * recorded and plays again gets no further than that.
 */
#ifndef CONCLAVE_NET_CONNECTION_H
#define CONCLAVE_NET_CONNECTION_H

#include "crypto/noise.h"
#include "net/address.h"
#include "net/net.h"
#include "net/queue.h"
#include "net/report.h"

enum connection_state {
    CONNECTION_CONNECTING, /* outbound: TCP is not there yet */
    CONNECTION_PARKED,     /* inbound: waits until its source has fewer half-open ones */
    CONNECTION_HELLO,      /* ours is sent, theirs has not come */
    CONNECTION_HANDSHAKE,  /* waits for the handshake message of the other side */
    CONNECTION_HELD,       /* inbound: not answered while our own attempt, which would
                              survive, is on its way */
    CONNECTION_CONFIRM,    /* inbound: answered, the first transport message has not come */
    CONNECTION_UP,
    CONNECTION_CLOSED, /* freed at the end of the turn */
};

/* A frame whose bytes are arriving. */
struct assembly {
    uint8_t header[FRAME_HEADER_BYTES];
    size_t header_size;
    struct bytes *frame; /* NULL until the header is whole */
    size_t filled;
    size_t capacity; /* grows as bytes arrive; frame->size is what the header says */
};

struct connection {
    struct net *net;
    struct connection *previous, *next; /* all of the net's, oldest first */
    enum connection_state state;
    bool inbound;
    uint16_t seat; /* 0 until it is known */
    int fd;
    struct endpoint remote;
    uint8_t source[ENDPOINT_SOURCE_BYTES];
    ev_io reading, writing;
    ev_timer deadline; /* of the handshake, then of the silence */
    ev_timer resume;   /* reading waits for the bucket */
    struct noise *noise;
    uint8_t instance[INSTANCE_BYTES]; /* the other side's */
    const char *trouble;              /* why it is being closed, or NULL */
    bool refused;                     /* nobody listens there */
    uint64_t up_ms, heard_ms;         /* monotonic */
    struct buffer in;                 /* received, not a whole message yet */
    struct buffer late;               /* decrypted, left for the next turn */
    uint64_t turn_end_ms;             /* monotonic: when this turn's share is used up */
    struct buffer out;                /* to be sent as it stands, */
    size_t out_sent;                  /* of which this much has been */
    struct queue queue;
    struct assembly assembly;
};

/* Takes the socket over. The connection begins when its source has room. */
struct connection *connection_accept(struct net *n, int fd, const struct endpoint *remote);
/* Begins to connect to the seat; NULL, errno kept, when not even that works. */
struct connection *connection_dial(struct net *n, uint16_t seat,
                                   const struct endpoint *remote);
/* Sends what was released and has room; the rest follows when there is some. */
void connection_write(struct connection *c);
/* The socket and the watchers go at once, the object at the end of the turn. */
void connection_close(struct connection *c, enum net_down_reason reason);
void connection_free(struct connection *c);

/* Counts as half-open: known by nothing that could not be a recording. */
bool connection_is_half_open(const struct connection *c);

/* --- between the files of the connection --- */

void connection_change_state(struct connection *c, enum connection_state state);
/* Before it is up: closes. Unless event is REPORT_NONE, also reports and counts a stranger.
 */
void connection_refuse(struct connection *c, enum report_event event, const char *detail);
/* When it is up: reports, counts and closes. */
void connection_reject(struct connection *c, const char *detail);
/* Appends to what is sent as it stands, and sends. */
void connection_send(struct connection *c, struct slice data);
/* Sends the hello, and the handshake's first message where we open; ends PARKED. */
void handshake_open(struct connection *c);
/* Inbound, its other side known: answers, waits, or closes. */
void handshake_answer(struct connection *c);
/* Takes one step from data; returns the bytes it used, 0 when it needs more. */
size_t handshake_step(struct connection *c, struct slice data);
/* Takes one transport message; returns the bytes it used, 0 when it needs more. */
size_t stream_step(struct connection *c, struct slice data);
/* Reads at most a fair turn. */
void stream_read(struct connection *c);
/* Goes on with what an earlier turn left, then reads again. */
void stream_resume(struct connection *c);

#endif
