/* SPDX-License-Identifier: ISC */
/*
 * One seat's replica: the ordering core, the council and the store put together. Whoever
 * drives it (the daemon around a network, the tests' cluster around a virtual one) tells it
 * what happened, and ends the turn; the replica carries out the core's updates in the one
 * order that is safe:
 *
 *   (1) blocks are executed, own messages signed, both written to the store, and what comes
 *       of it is given back to the core, until nothing more follows;
 *   (2) at the end of the turn everything written is made durable at once;
 *   (3) then, and only then, messages leave;
 *   (4) then the caller arms its timer, with replica_wake_ms.
 *
 * No clock, no randomness, no network and no log of its own: struct replica_ports. All
 * calls but replica_free expect that replica_end_turn never failed.
 */
#ifndef CONCLAVE_REPLICA_REPLICA_H
#define CONCLAVE_REPLICA_REPLICA_H

#include "council/council.h"
#include "crypto/authenticate.h"
#include "ledger/ledger.h"
#include "pbft/pbft.h"

struct replica_config {
    struct pbft_config core; /* seat, seats, genesis and all */
    struct council_rules council;
    const struct public_key *keys;    /* keys[seat - 1]; borrowed, as is the next */
    const struct secret_key *key;     /* of the own seat */
    uint32_t seat_window;             /* own unordered envelopes of each sort, at most */
    uint32_t envelope_operations;     /* in an own envelope, at most; 1.. */
    size_t verified;                  /* signatures that were checked and are remembered */
    uint8_t instance[INSTANCE_BYTES]; /* drawn at this start */
    unsigned replay_jobs; /* threads that decode and hash what replica_new replays; 1.. */
    bool recover;         /* by the operator's word the seat has lost its state */
    bool order_load;      /* orders a bench's load, although it is void */
};

/* What the replica needs from outside. No port may call the replica. */
struct replica_ports {
    void *context;
    uint64_t (*monotonic_ms)(void *context);                     /* never goes back */
    uint64_t (*wall_ms)(void *context);                          /* since 1970, may jump */
    void (*random_bytes)(void *context, void *out, size_t size); /* nobody can guess them */
    /* A message to a seat, or to all others (0): as it is and encoded, both borrowed.
     * Called by replica_end_turn alone. */
    void (*send)(void *context, uint16_t seat, const struct message *m,
                 struct bytes *content);
    /* Bytes on their way to a seat already. */
    size_t (*queued_bytes)(void *context, uint16_t seat);
    /* Whether a peer may bring so many operations now. */
    bool (*charge_operations)(void *context, uint16_t seat, uint32_t operations);
    /* What a seat sent, a frame of so many bytes, was rubbish: a CONCLAVE_E*. */
    void (*reject)(void *context, uint16_t seat, size_t bytes, int error);
};

/* Who is told what happens. Observers look, and change nothing; each may be NULL. */
struct replica_observer {
    void *context;
    /* A block of the store was applied again, within replica_new. */
    void (*replayed)(void *context, const struct block *b, const struct council_result *r);
    /* What the core wants, before it is carried out; a message not signed yet. */
    void (*action)(void *context, const struct pbft_action *a);
    /* A committed block was appended and applied; nothing of that is durable yet. */
    void (*executed)(void *context, struct block *b, const struct council_result *r);
    /* An authentic message of a seat's channel is about to be given to the core. */
    void (*received)(void *context, uint16_t seat, const struct message *m);
    /* An authentic envelope, of another seat or the own one, is given to the core and may
     * be ordered as things are; the same one perhaps again. */
    void (*offered)(void *context, const struct envelope *e);
    /* A vote over the channel of its own seat that the core has no need of: its signature
     * was not checked. */
    void (*heard)(void *context, const struct vote *v);
    /* A ballot of this seat and its nonce were written, nothing of it left yet. */
    void (*ballot_drawn)(void *context, const struct own_ballot *b);
    /* A seat was seen to contradict itself. */
    void (*accused)(void *context, uint16_t seat, enum evidence_kind kind);
    /* An event and what it asked for are through. */
    void (*stepped)(void *context);
    /* All own operations, ballots and accusations of this turn are in; what it wrote is
     * not durable yet. */
    void (*closing)(void *context);
};

struct replica;

/*
 * A replica on an open ledger, borrowed, with the state that its blocks give: every one is
 * applied to a new council, and each header's state root is compared with the one found.
 * 0, or CONCLAVE_ECORRUPT and the like with a complaint that names the height. Tells the
 * observer of what is replayed, and of nothing else, and sends nothing before
 * replica_begin.
 */
int replica_new(const struct replica_config *config, struct ledger *ledger,
                const struct replica_ports *ports, const struct replica_observer *observer,
                struct replica **out, struct complaint *why);
/* Drops what was not made durable. NULL is allowed. */
void replica_free(struct replica *r);

/* --- what happens; the turn is to be ended after any of these --- */

void replica_begin(struct replica *r);
/* Time went on: when replica_wake_ms has come, and now and then. */
void replica_tick(struct replica *r);
void replica_connected(struct replica *r, uint16_t seat);
void replica_disconnected(struct replica *r, uint16_t seat);
/* Whether the host of a seat whose channel went down refuses connections. */
void replica_gone(struct replica *r, uint16_t seat, bool gone);
/* A frame's content over the channel of a seat; owner is referenced where it is kept. */
void replica_receive(struct replica *r, uint16_t seat, struct bytes *owner,
                     struct slice content);
/* Sends a heartbeat to a seat or to all (0). View, height and tip are filled here, the rest
 * is the caller's; its version lives until the turn has ended. */
void replica_send_heartbeat(struct replica *r, uint16_t seat, const struct heartbeat *h);
/* Signs a checkpoint of the public log, filling its signature, and sends it likewise. */
void replica_send_checkpoint(struct replica *r, uint16_t seat, struct checkpoint_vote *v);

/*
 * Makes the turn durable, then sends. 0, or the store's error: then nothing left, what the
 * store holds is unknown, and the replica must not be used again.
 */
int replica_end_turn(struct replica *r);
/* Monotonic time at which replica_tick is wanted; UINT64_MAX: never. */
uint64_t replica_wake_ms(const struct replica *r);

/* --- what the seat wants; durable at the end of the turn --- */

/*
 * A PROPOSE of this seat; *id is its proposal_id. The same content and nonce give the same
 * id, and do nothing the second time. 0, or CONCLAVE_ELIMIT (quota, sizes), _ETEXT,
 * _EINVAL, with a complaint.
 */
int replica_propose(struct replica *r, const struct propose *p, struct hash *id,
                    struct complaint *why);
/*
 * The agent's answer: keeps the ballot and its nonce, then sends the commitment; the ballot
 * is opened by itself. What is held stays: the same ballot again is 0 and does nothing,
 * another is CONCLAVE_EEXIST, however far the proposal has come. Without one: 0, or
 * CONCLAVE_ENOENT (no such proposal), _ESTATE (SEALED has ended).
 */
int replica_answer(struct replica *r, const struct hash *proposal, const struct ballot *b,
                   struct complaint *why);
/* Whether this seat may vote on it: one that has lost its state may have voted before. */
bool replica_may_answer(const struct replica *r, const struct proposal *p);
bool replica_holds_ballot(const struct replica *r, const struct hash *proposal);
/* The ballot that this seat holds, for its own agents alone. The rationale is the ledger's
 * until its next ballot is read. False: it holds none. */
bool replica_own_ballot(const struct replica *r, const struct hash *proposal,
                        struct ballot *out);
/* Any encoded operation of this seat, kept in the store until it is executed where durable
 * is set. 0, or what the decoder says of it. */
int replica_submit(struct replica *r, struct slice operation, bool durable);

/* --- looking --- */

void replica_status(const struct replica *r, struct pbft_status *out);
/* Of it what is asked for in every turn. */
bool replica_is_asking(const struct replica *r);
bool replica_is_lost(const struct replica *r);
/* Monotonic time at which a seat that has lost its state sends RETURN again; UINT64_MAX: it
 * does not. */
uint64_t replica_return_ms(const struct replica *r);
const struct pbft *replica_core(const struct replica *r);
const struct council *replica_council(const struct replica *r);
struct ledger *replica_ledger(const struct replica *r);
const struct hash *replica_tip(const struct replica *r); /* of the committed tip */

/* The envelope with this node's EVIDENCE against a seat that is not expelled yet, borrowed;
 * or NULL. */
const struct envelope *replica_accusation(const struct replica *r, uint16_t seat);

struct replica_load {
    uint32_t operations;                  /* own ones, not executed yet, */
    uint32_t proposals;                   /* PROPOSEs among them */
    uint32_t outstanding[ENVELOPE_SORTS]; /* own envelopes, not executed yet */
    uint32_t ballots;                     /* open proposals that are kept an eye on */
    uint32_t accusations;                 /* against seats that are not expelled yet */
};
void replica_load(const struct replica *r, struct replica_load *out);

struct replica_signatures {
    uint64_t good, bad;  /* as they were found, */
    uint64_t remembered; /* or known to be good */
};
void replica_signatures(const struct replica *r, struct replica_signatures *out);

#endif
