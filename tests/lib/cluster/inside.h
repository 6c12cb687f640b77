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
 *   check.c    what must hold
 *   cluster.c  the rest of cluster.h
 */
#ifndef CONCLAVE_TESTS_CLUSTER_INSIDE_H
#define CONCLAVE_TESTS_CLUSTER_INSIDE_H

#include "cluster/cluster.h"
#include "cluster/disk.h"
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
    uint64_t life; /* of `to`: what was meant for an earlier life is dropped */
    struct bytes *content;
};

struct link {
    bool cut;                    /* nothing comes through, this way */
    bool connected;              /* as the sending end believes */
    bool up_wanted, down_wanted; /* an event for it is on its way */
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

struct node {
    struct cluster *c;
    uint16_t seat;
    bool up, faulty, puppet, votes;
    uint64_t life;
    int64_t clock_off_ms;
    uint64_t monotonic_off_ms;
    uint16_t starves; /* 0: nobody */

    struct disk disk;
    struct authenticator auth;
    struct council *council;
    struct pbft *core;
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
};

struct proposal_note {
    struct hash id;
    uint16_t seat;
    unsigned approvals;
    bool acknowledged; /* durable at its seat */
    bool sealed_ended; /* in a committed block */
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
    struct link links[SEATS_MAX][SEATS_MAX]; /* [from - 1][to - 1] */

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
    char fault[512];

    struct cluster_counts counts;
    struct buffer trace;
    uint64_t digest;
};

/* --- network.c --- */
void network_push(struct cluster *c, uint64_t at, enum event_kind kind, uint16_t from,
                  uint16_t to);
bool network_pop(struct cluster *c, uint64_t until, struct event *out);
struct link *network_link(struct cluster *c, uint16_t from, uint16_t to);
/* One message of a seat to another, encoded; loss and delay happen here. */
void network_send(struct cluster *c, uint16_t from, uint16_t to, const struct message *m,
                  struct bytes *content);
/* Connects whoever can be. */
void network_reconnect(struct cluster *c, uint64_t delay_ms);
void network_drop(struct cluster *c, uint16_t a, uint16_t b, uint64_t delay_ms);
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
struct proposal_note *cluster_proposal(struct cluster *c, const struct hash *id);

#endif
