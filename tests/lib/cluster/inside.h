/* SPDX-License-Identifier: ISC */
/*
 * The virtual cluster's insides, shared by the files of this folder.
 *
 *   double.c   signatures that cost nothing
 *   disk.c     what a node keeps
 *   network.c  events, links, delivery
 *   node.c     a turn: the core's updates carried out (src/conclaved/turn.c, replay.c)
 *   receive.c  messages that come in (src/conclaved/receive.c)
 *   outbox.c   own operations and ballots (src/conclaved/outbox.c, agents.c)
 *   witness.c  evidence against other seats (src/conclaved/witness.c)
 *   check.c    what must hold
 *   watch.c    what must hold of ballots, queues and convictions
 *   cluster.c  the rest of cluster.h
 */
#ifndef CONCLAVE_TESTS_CLUSTER_INSIDE_H
#define CONCLAVE_TESTS_CLUSTER_INSIDE_H

#include "cluster/cluster.h"
#include "cluster/disk.h"
#include "evidence/evidence.h"
#include "random.h"

enum {
    BEAT_MS = 1000,
    RECONNECT_MS = 100,
    PROPOSALS_MAX = 4096,
    QUEUE_MAX = 64 * 1024 * 1024, /* bytes on their way over one link */
};

/* --- events --- */

enum event_kind {
    EVENT_DELIVER,  /* content from seat `from` reaches seat `to` */
    EVENT_TICK,     /* the core of `to` wants one */
    EVENT_TURN_END, /* the turn of `to` is synced */
    EVENT_BEAT,     /* heartbeats of `to`, own envelopes again */
    EVENT_AGENT,    /* the agent of `to` has an answer */
    EVENT_UP,       /* from and to try to connect */
    EVENT_DOWN,     /* `to` notices that its connection to `from` is gone */
};

struct event {
    uint64_t at, serial;
    enum event_kind kind;
    uint16_t from, to;
    uint64_t life;       /* of `to`: what was meant for an earlier life is dropped */
    uint64_t connection; /* EVENT_DELIVER: of the link when it was sent */
    bool corrupt;        /* EVENT_DELIVER: no tag fits it any more */
    struct bytes *content;
};

struct channel {
    bool cut;                    /* nothing comes through, this way */
    bool connected;              /* as the sending end believes */
    bool up_wanted, down_wanted; /* an event for it is on its way */
    bool broken;                 /* closed by an end: nobody mends it, a new one comes */
    uint64_t connection;         /* counts them */
    uint64_t slow_ms;            /* of delay, more than others have */
    uint64_t last_at;
    size_t queued;
};

/* --- nodes --- */

struct item {
    struct hash id;
    struct bytes *operation;
    enum envelope_sort sort;
    bool durable;
    struct envelope *envelope; /* that carries it, or NULL */
};

struct task {
    struct hash proposal;
    unsigned number;
    uint64_t answer_at;
    bool has_ballot, committed, revealed;
};

struct follow_up {
    struct pbft_event event;
    struct message message;
};

struct parcel {
    uint16_t to; /* 0: all others */
    struct message message;
    struct bytes *content;
};

/* Proofs against other seats: one for each is enough. */
struct witness {
    struct evidence_memory *memory;
    struct envelope *accusations[SEATS_MAX]; /* of seat - 1 */
    bool is_new[SEATS_MAX];
};

struct node {
    struct cluster *c;
    uint16_t seat;
    bool up, faulty, puppet, votes;
    uint64_t life;
    int64_t clock_off_ms;
    uint64_t monotonic_off_ms;
    uint16_t starves; /* 0: nobody */
    uint64_t paused_until;
    uint64_t disk_fails_until;
    bool disk_fails_late; /* what was written is there nevertheless */

    struct disk disk;
    struct authenticator auth;
    struct council *council;
    struct pbft *core;
    struct witness *witness;
    bool excluded[SEATS_MAX];

    /* the turn */
    struct follow_up **queue;
    size_t queued, taken, queue_capacity;
    struct parcel *parcels;
    size_t parcel_count, parcel_capacity;
    struct pbft_update update;
    bool turn_open, feeding;
    uint64_t wake_ms; /* own monotonic clock */
    uint64_t tick_at; /* the earliest EVENT_TICK on its way; UINT64_MAX: none */

    /* own operations and ballots */
    struct item *items;
    size_t item_count, item_capacity;
    struct task *tasks;
    size_t task_count, task_capacity;

    uint64_t effects, crash_at; /* UINT64_MAX: never */
    uint64_t view_seen, height_seen, view_signed;
    uint64_t entered;
    uint64_t saw_two_in[SEATS_MAX]; /* the life in which it saw seat - 1 equivocate */
};

/* A ballot's nonce, which must not be seen before SEALED has ended. */
struct sealed_nonce {
    uint16_t seat;
    struct hash proposal;
    uint8_t nonce[BALLOT_NONCE_BYTES];
};

/* What a seat was seen to say of something that it may say one thing of. */
struct seen_note {
    bool set;
    uint64_t key, said;
};

struct proposal_note {
    struct hash id;
    uint16_t seat;
    unsigned approvals;
    bool acknowledged; /* durable at its seat */
    bool sealed_ended; /* in a committed block */
    bool voided;       /* for want of quota, by a committed block */
    bool final;
    struct record record;
};

struct vote_note {
    bool set;
    uint16_t seat;
    enum phase phase;
    uint64_t view, height;
    struct hash block;
};

struct cluster {
    struct cluster_config config;
    struct rng rng;
    struct hash genesis;
    struct public_key keys[SEATS_MAX];
    struct secret_key *secrets[SEATS_MAX];
    struct node nodes[SEATS_MAX];
    struct channel links[SEATS_MAX][SEATS_MAX]; /* [from - 1][to - 1] */

    uint64_t now, serial;
    struct event *heap;
    size_t heap_count, heap_capacity;

    cluster_filter *filter;
    void *filter_context;
    cluster_forger *forger;
    void *forger_context;

    struct proposal_note *proposals;
    unsigned proposal_count;

    /* the checker's memory */
    struct block **chain; /* chain[height - 1]: committed by anyone correct */
    struct hash *roots;   /* state root after it, as the first told */
    uint64_t top;
    size_t chain_capacity;
    struct vote_note *votes; /* a hash table */
    size_t vote_count, vote_capacity;
    struct sealed_nonce *nonces;
    size_t nonce_count, nonce_capacity;
    uint8_t nonce_bits[8192]; /* by the first two bytes of a nonce */
    struct seen_note *seen;   /* a hash table */
    size_t seen_count, seen_capacity;
    struct cluster_mark *marks;
    size_t mark_count, mark_capacity;
    char fault[512];

    struct cluster_counts counts;
    struct buffer trace;
    uint64_t digest;
};

/* --- network.c --- */
void network_push(struct cluster *c, uint64_t at, enum event_kind kind, uint16_t from,
                  uint16_t to);
bool network_pop(struct cluster *c, uint64_t until, struct event *out);
struct channel *network_link(struct cluster *c, uint16_t from, uint16_t to);
/* One message of a seat to another, encoded; loss and delay happen here. */
void network_send(struct cluster *c, uint16_t from, uint16_t to, const struct message *m,
                  struct bytes *content);
/* Connects whoever can be. */
void network_reconnect(struct cluster *c, uint64_t delay_ms);
void network_drop(struct cluster *c, uint16_t a, uint16_t b, uint64_t delay_ms);
/* One end closes the connection. */
void network_close(struct cluster *c, uint16_t a, uint16_t b);
void network_absorb(struct cluster *c, struct slice s);
void network_carry_out(struct cluster *c, struct event *e);

/* --- node.c --- */
void node_start(struct node *n);
void node_crash(struct node *n);
uint64_t node_monotonic(const struct node *n);
uint64_t node_wall(const struct node *n);
void node_feed(struct node *n, struct pbft_event *event);
struct judgement node_feed_envelope(struct node *n, struct envelope *e, uint16_t channel);
void node_post(struct node *n, uint16_t to, const struct message *m);
/* After whatever was fed: ends the turn now or when the disk is done. */
void node_settle(struct node *n);
void node_end_turn(struct node *n);
void node_tick(struct node *n);
void node_beat(struct node *n);

/* --- receive.c --- */
void receive_frame(struct node *n, uint16_t from, struct bytes *content);

/* --- outbox.c --- */
void outbox_add(struct node *n, struct slice operation, bool durable);
void outbox_restore(struct node *n);
void outbox_progress(struct node *n);
void outbox_on_block(struct node *n, const struct block *b);
void outbox_repeat(struct node *n, uint16_t to);
void outbox_clear(struct node *n);
void agents_progress(struct node *n);

/* --- witness.c --- */
void witness_begin(struct node *n);
void witness_end(struct node *n);
bool witness_suspects(const struct node *n, const struct vote *v);
void witness_message(struct node *n, const struct message *m);
void witness_block(struct node *n, const struct block *b);
void witness_progress(struct node *n);
void witness_repeat(struct node *n, uint16_t to);
bool witness_accuses(const struct node *n);

/* --- watch.c --- */
/* A correct seat drew a nonce; SEALED of a proposal ended. */
void watch_nonce(struct node *n, const struct disk_ballot *b);
void watch_sealed_ended(struct cluster *c, const struct hash *proposal);
void watch_content(struct node *n, struct slice content);
/* An authentic message was taken in. */
void watch_received(struct node *n, const struct message *m);
void watch_executed(struct node *n, const struct council_event *events, size_t count);
void watch_queues(struct node *n);

/* --- check.c --- */
void check_fail(struct cluster *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void check_committed(struct node *n, struct block *b, const struct hash *state_root);
void check_certificate(struct node *n, const struct certificate *c);
void check_signed(struct node *n, const struct message *m);
void check_sent(struct node *n, const struct message *m);
void check_stepped(struct node *n);

/* --- cluster.c --- */
void cluster_note(struct cluster *c, enum trace_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void cluster_mark(struct cluster *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct proposal_note *cluster_proposal(struct cluster *c, const struct hash *id);

#endif
