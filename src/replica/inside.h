/* SPDX-License-Identifier: ISC */
/*
 * The replica's insides, shared by the files of this folder.
 *
 *   replica.c   making and freeing one, what happens to it, looking
 *   replay.c    state rebuilt from the ledger at a start
 *   turn.c      the core's updates carried out; persist, then send
 *   execute.c   a committed block goes into the store and the council
 *   receive.c   frames of other seats: decode, cheap checks, authenticate
 *   recover.c   a seat that has lost its state
 *   serve.c     answers to those who ask for blocks
 *   outbox.c    own operations on their way into the ledger
 *   ballots.c   own ballots: kept, committed, opened
 *   submit.c    what the seat's clients ask for
 *   witness.c   equivocation that is seen becomes EVIDENCE
 */
#ifndef CONCLAVE_REPLICA_INSIDE_H
#define CONCLAVE_REPLICA_INSIDE_H

#include "base/bucket.h"
#include "replica/replica.h"

struct turn;    /* what a turn has gathered */
struct outbox;  /* own operations */
struct ballots; /* open proposals as this seat sees them */
struct witness; /* what other seats signed */

/* What a peer may still ask for and bring. */
struct allowance {
    struct bucket answers;  /* bytes, for its questions */
    struct bucket evidence; /* operations */
};

struct replica {
    struct replica_config config;
    struct replica_ports ports;
    struct replica_observer observer;
    uint16_t seat, seats;
    struct authenticator auth;
    struct ledger *ledger;
    struct council *council;
    struct pbft *core;
    struct turn *turn;
    struct outbox *outbox;
    struct ballots *ballots;
    struct witness *witness;
    struct allowance allowances[SEATS_MAX]; /* of seat - 1 */
    struct hash tip_hash;
    bool excluded[SEATS_MAX]; /* expelled or suspended, by the executed state */
    uint8_t owed[SEATS_MAX];  /* what is awaited of each seat, likewise */
    uint64_t repeat_ms;       /* monotonic: when own envelopes are sent again */
    uint64_t return_at_ms;    /* likewise: when RETURN is sent again; 0: at once */
    bool failed;              /* the store did */
};

uint64_t replica_now(const struct replica *r);  /* monotonic */
uint64_t replica_wall(const struct replica *r); /* since 1970, may jump */

/* --- replay.c --- */
/* Applies every block of the ledger, then makes the core of that and of what was signed. */
int replay(struct replica *r, struct complaint *why);

/* --- turn.c --- */
struct turn *turn_new(void);
void turn_free(struct turn *t);
/* Gives the core an event, whose times are filled here, and everything that follows from
 * it. Nothing leaves before the end of the turn. */
void turn_feed(struct replica *r, struct pbft_event *event);
/* An authentic envelope that came over the channel of a seat, or the own one. Returns what
 * the council thinks of it. */
struct judgement turn_feed_envelope(struct replica *r, struct envelope *e,
                                    uint16_t channel);
/* Queues a message to a seat, or to all others (0), until the end of the turn. */
void turn_send(struct replica *r, uint16_t seat, const struct message *m);
/* The same; takes the message over, and what it holds. */
void turn_give(struct replica *r, uint16_t seat, struct message *m);
/* Bytes that are queued so for one seat alone. */
size_t turn_queued(const struct replica *r, uint16_t seat);
/* The core is told, in this turn, that the seat has lost its state. */
void turn_lose(struct replica *r, enum pbft_cause cause);
/* When the core wants a tick. */
uint64_t turn_wake_ms(const struct replica *r);

/* --- execute.c --- */
/* Appends and applies the next committed block; *out is what the core is told. */
void execute_block(struct replica *r, struct block *b, struct pbft_executed *out);
/* What the block applied last did goes into the store, for proofs. */
void execute_keep_effects(struct replica *r, uint64_t height,
                          const struct council_result *result);
/* What the core is told of the block that was applied last. */
void execute_describe(struct replica *r, const struct block *b,
                      const struct council_result *result, struct pbft_executed *out);
/* The council's judgement of an envelope, in the core's terms. */
struct pbft_judgement execute_judgement(const struct replica *r, const struct envelope *e,
                                        const struct judgement *j);

/* --- recover.c --- */
/* Whether this seat may commit a ballot now: not while it asks what it is known to have
 * said, nor before it has executed what was certified by then, nor where it may have done
 * so before it lost its state. */
bool recover_may_ballot(const struct replica *r, const struct proposal *p);
/* Whether an authentic envelope of this seat holds a BALLOT that its store does not know.
 */
bool recover_is_strange(struct replica *r, const struct envelope *e);
/* Whether an own operation is a BALLOT that this seat may not commit now. */
bool recover_withholds(const struct replica *r, struct slice operation);
/* Whether an own envelope holds one: it does not leave. */
bool recover_holds_back(const struct replica *r, const struct envelope *e);
/* Whether it never will, for all that this seat knows. */
bool recover_gives_up(const struct replica *r, const struct envelope *e);
/* A committed block, after it was applied. */
void recover_block(struct replica *r, const struct block *b);
/* Sends RETURN while the seat needs it; at a tick and at the end of a turn. */
void recover_progress(struct replica *r);

/* --- serve.c --- */
void serve_start(struct replica *r);
/* Whether a peer's questions are answered now; who asks too much asks others. */
bool serve_may(struct replica *r, uint16_t seat);
/* What was queued for the peer since is taken from its allowance. */
void serve_charge(struct replica *r, uint16_t seat, size_t queued_before);
void serve_block(struct replica *r, uint16_t seat, uint64_t height,
                 const struct hash *hash);
void serve_range(struct replica *r, uint16_t seat, uint64_t from);

/* --- receive.c --- */
void receive_start(struct replica *r);

/* --- outbox.c: conclave-protocol(7) section 5, the pool --- */
struct outbox *outbox_new(void);
void outbox_free(struct outbox *o);
/* Takes the own operations that the store kept. */
int outbox_restore(struct replica *r);
/* Queues an encoded operation of this seat; nothing happens when it is queued already.
 * Where durable is set the store keeps it until it is executed. */
void outbox_add(struct replica *r, struct slice operation, bool durable);
void outbox_add_operation(struct replica *r, const struct operation *op, bool durable);
bool outbox_holds(const struct replica *r, const struct hash *op_id);
/* Of an operation whose shape was checked: without decoding all of it. */
enum operation_kind outbox_kind_of(struct slice operation);
/* Seals what waits into envelopes; at the end of a turn. */
void outbox_progress(struct replica *r);
/* A block was executed: what it holds of this seat is done. */
void outbox_on_block(struct replica *r, const struct block *b);
/* Sends the unordered envelopes again, to a seat or to all (0). */
void outbox_repeat(struct replica *r, uint16_t seat);
void outbox_load(const struct replica *r, struct replica_load *out);

/* --- ballots.c: conclave-protocol(7) sections 5 and 8 --- */
struct ballots *ballots_new(void);
void ballots_free(struct ballots *b);
/* Keeps a new ballot with its nonce; its commitment follows at the end of the turn. */
void ballots_keep(struct replica *r, const struct own_ballot *b);
/* Commits and opens what the executed state now calls for; at the end of a turn. */
void ballots_progress(struct replica *r);
/* Whether the store holds the ballot behind a commitment. */
bool ballots_is_own(struct replica *r, const struct hash *proposal,
                    const struct hash *commitment);
uint32_t ballots_count(const struct replica *r);

/* --- witness.c: conclave-protocol(7) section 9 --- */
struct witness *witness_new(uint16_t seats);
void witness_free(struct witness *w);
/* Whether a vote that the core has no use for may convict its seat. */
bool witness_suspects(const struct replica *r, const struct vote *v);
/* Authentic statements are noted; what they prove is sent by witness_progress, at the end
 * of a turn. */
void witness_message(struct replica *r, const struct message *m);
void witness_block(struct replica *r, const struct block *b);
void witness_forget(struct replica *r, const struct hash *proposal); /* it is final */
void witness_progress(struct replica *r);
/* Sends the accusations again, to a seat or to all (0), and drops those that are settled.
 */
void witness_repeat(struct replica *r, uint16_t seat);
uint32_t witness_count(const struct replica *r);

#endif
