/* SPDX-License-Identifier: ISC */
/*
 * One seat's node: owns the modules, feeds the ordering core, and carries out its updates.
 * The order persist, send, publish is stated in turn.c and nowhere else.
 */
#ifndef CONCLAVE_CONCLAVED_NODE_H
#define CONCLAVE_CONCLAVED_NODE_H

#include "charter/charter.h"
#include "conclaved/config.h"
#include "control/server.h"
#include "council/council.h"
#include "crypto/authenticate.h"
#include "ledger/ledger.h"
#include "net/bucket.h"
#include "net/net.h"
#include "pbft/pbft.h"

/* What this node knows of another seat from its heartbeats: local observation. */
struct peer_view {
    bool heard;
    uint64_t heard_ms; /* monotonic, of the last frame of any kind */
    struct heartbeat last;
    uint64_t last_beat_ms; /* monotonic, when it came */
    bool has_offset;       /* the next two are measured */
    char version[33];
    int64_t clock_offset_ms; /* the peer's wall clock minus ours, estimated */
    uint32_t round_trip_ms;
    uint64_t bad_messages;
    uint64_t bad_logged_ms; /* monotonic, when the log was last told */
    uint64_t beat_shown_ms; /* monotonic, when the subscribers last were */
    struct bucket answers;  /* bytes it may still get for its questions */
    struct bucket evidence; /* operations it may still bring */
};

struct turn;    /* what a turn of the loop has gathered */
struct outbox;  /* own operations on their way into the ledger */
struct witness; /* what other seats signed */
struct agents;  /* attached agents and what they were asked */

struct node {
    struct ev_loop *loop;
    struct config *config;
    struct charter *charter;
    struct secret_key *key;
    uint16_t seat;
    uint8_t instance[INSTANCE_BYTES];
    uint64_t started_wall_ms;

    struct public_key *keys; /* what auth borrows */
    struct authenticator auth;
    struct ledger *ledger;
    struct council *council;
    struct pbft *core;
    struct net *net;
    struct control_server *control;
    struct turn *turn;
    struct outbox *outbox;
    struct witness *witness;
    struct agents *agents;
    struct peer_view peers[SEATS_MAX]; /* peers[seat - 1] */
    struct hash tip_hash;              /* of the committed tip */
    bool stopping;
    bool clock_is_off;        /* by the measure of the others */
    bool excluded[SEATS_MAX]; /* expelled or suspended, by the executed state */

    struct ev_prepare turn_watcher; /* ends the turn before the loop sleeps */
    struct ev_timer tick_watcher;   /* when the core wants a tick */
    struct ev_timer beat_watcher;   /* heartbeats */
    struct ev_timer repeat_watcher; /* own envelopes, each request timer */
};

/* The seat of the charter whose key this is; the files are named in the complaint. */
int node_find_seat(const struct config *config, const struct charter *charter,
                   const struct secret_key *key, uint16_t *seat, struct complaint *why);
int node_start(struct node *n, struct ev_loop *loop, struct config *config,
               struct complaint *why);
void node_stop(struct node *n);

/*
 * Makes a PROPOSE of this seat durable and sends it on its way; *id is its proposal_id. The
 * same content and nonce give the same id, and do nothing the second time. 0, or
 * CONCLAVE_ELIMIT (quota, sizes), _ETEXT, _ESTATE, with a complaint.
 */
int node_propose(struct node *n, const struct propose *p, struct hash *id,
                 struct complaint *why);
/*
 * The agent's answer: keeps the ballot and its nonce, then sends the commitment. 0, or
 * CONCLAVE_ENOENT (no such open proposal), _EEXIST (this node holds another ballot already;
 * the same one again is 0), _ESTATE (SEALED has ended), _ELIMIT, _ETEXT.
 */
int node_answer(struct node *n, const struct hash *proposal, const struct ballot *b,
                struct complaint *why);

/*
 * Queues so many PROPOSEs of this seat with new nonces and so many bytes of text, nothing
 * of it durable: a load for measuring. *waiting is how many wait now. 0, or CONCLAVE_ESTATE
 * when that would be more than NODE_LOAD_MAX; *waiting is then how many wait already.
 */
enum { NODE_LOAD_MAX = 16384 };
int node_load(struct node *n, uint32_t operations, size_t size, uint32_t *waiting);

/* The control methods, conclave-control(7); handlers get the struct node. */
extern const struct control_method node_methods[];

#endif
