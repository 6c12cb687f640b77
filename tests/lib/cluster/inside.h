/* SPDX-License-Identifier: ISC */
/*
 * The virtual cluster's insides, shared by the files of this folder.
 *
 *   double.c   signatures that cost nothing
 *   disk.c     what a node keeps: what is durable
 *   ledger.c   ledger/ledger.h on it: what is not synced yet
 *   network.c  events, links, delivery
 *   node.c     a replica (replica/replica.h) between disk, links and clocks
 *   agent.c    the seats' agents
 *   observe.c  what the replicas tell: the trace, the counts, and the checks' turn
 *   check.c    what must hold
 *   said.c     what must hold of what a seat says, whatever became of its disk
 *   watch.c    what must hold of ballots, queues and convictions
 *   talk.c     speaking for a seat
 *   look.c     looking, and the trace
 *   cluster.c  the rest of cluster.h
 */
#ifndef CONCLAVE_TESTS_CLUSTER_INSIDE_H
#define CONCLAVE_TESTS_CLUSTER_INSIDE_H

#include "cluster/cluster.h"
#include "cluster/disk.h"
#include "random.h"
#include "replica/replica.h"

enum {
    NODES_MAX = SEATS_MAX + 32, /* seats and twins */
    BEAT_MS = 1000,
    RECONNECT_MS = 100,
    REDIAL_MS = 1000,
    PROPOSALS_MAX = 4096,
    QUEUE_MAX = 64 * 1024 * 1024, /* bytes on their way over one link */
};

/* --- events --- */

enum event_kind {
    EVENT_DELIVER,  /* content from node `from` reaches node `to` */
    EVENT_TICK,     /* the replica of `to` wants one */
    EVENT_TURN_END, /* the turn of `to` is synced */
    EVENT_BEAT,     /* heartbeats of `to` */
    EVENT_AGENT,    /* the agent of `to` has an answer */
    EVENT_UP,       /* from and to try to connect */
    EVENT_DOWN,     /* `to` notices that its connection to `from` is gone */
    EVENT_DIAL,     /* `to` tries to reach `from` again */
};

struct event {
    uint64_t at, serial;
    enum event_kind kind;
    uint16_t from, to;
    uint64_t life;       /* of `to`: what was meant for an earlier life is dropped */
    uint64_t connection; /* EVENT_DELIVER: of the link when it was sent */
    uint64_t sent;       /* EVENT_DELIVER: when */
    bool corrupt;        /* EVENT_DELIVER: no tag fits it any more */
    struct bytes *content;
};

struct channel {
    bool cut;                    /* nothing comes through, this way */
    bool connected;              /* as the sending end believes */
    bool up_wanted, down_wanted; /* an event for it is on its way */
    bool gone;                   /* the receiving end's node is, as the sending one knows */
    bool dials;                  /* an EVENT_DIAL of the sending end is on its way */
    bool broken;                 /* closed by an end: nobody mends it, a new one comes */
    uint64_t connection;         /* counts them */
    uint64_t slow_ms;            /* of delay, more than others have */
    uint64_t last_at;
    size_t queued;
    /* The first REPORT of the other end over this connection, to this end. */
    uint64_t reported; /* the connection; 0: none */
    uint64_t report_sent, report_life;
};

/* --- nodes --- */

/* An open proposal, as the agent of a node sees it. */
struct task {
    struct hash proposal;
    uint64_t answer_at;
    bool answered;
};

struct node {
    struct cluster *c;
    uint16_t number; /* 1..: that of its seat, or, of a twin, above all seats */
    uint16_t seat;
    bool up, faulty, puppet, votes;
    bool stubborn;
    bool put_back;             /* its disk was: what it signed may be lost */
    bool excused;              /* and it may not have been told yet (said.c) */
    bool second;               /* another instance of a correct seat */
    bool recover;              /* its configuration says so */
    bool was_asking, was_lost; /* as its heartbeats last said */
    uint64_t life;
    int64_t clock_off_ms;
    uint64_t monotonic_off_ms;
    uint16_t starves; /* 0: nobody */
    uint64_t paused_until;
    uint64_t disk_fails_until;
    bool disk_fails_late; /* what was written is there nevertheless */
    bool sync_failed;     /* in this turn */

    struct disk disk;
    struct ledger *ledger;
    struct replica *replica;

    bool turn_open;   /* its end is on its way */
    bool busy;        /* inside replica_end_turn: what crashed is put away after it */
    uint16_t hears;   /* the node whose content it is given now */
    uint64_t tick_at; /* the earliest EVENT_TICK on its way; UINT64_MAX: none */

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

struct cluster {
    struct cluster_config config;
    struct rng rng;
    struct hash genesis;
    struct public_key keys[SEATS_MAX];
    struct secret_key *secrets[SEATS_MAX];
    struct node nodes[NODES_MAX]; /* [number - 1] */
    uint16_t node_count;
    struct channel links[NODES_MAX][NODES_MAX]; /* [from - 1][to - 1] */

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
    struct said *said;
    bool forgets[SEATS_MAX]; /* [seat - 1]: it may lose what it said */
    bool someone_forgets, someone_runs_twice;
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
/* One message of a node to another, encoded; loss and delay happen here. */
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
/* False when its store is not opened: the node stays down. */
bool node_start(struct node *n);
void node_crash(struct node *n);
uint64_t node_monotonic(const struct node *n);
uint64_t node_wall(const struct node *n);
/* A channel to another node came up, or went down. */
void node_connected(struct node *n, const struct node *peer, bool up);
void node_gone(struct node *n, const struct node *peer, bool gone);
void node_receive(struct node *n, const struct node *from, struct bytes *content);
/* After whatever happened: ends the turn now or when the disk is done. */
void node_settle(struct node *n);
void node_end_turn(struct node *n);
void node_tick(struct node *n);
void node_beat(struct node *n);

/* --- agent.c --- */
/* Answers what is due; before the end of a turn. */
void agent_progress(struct node *n);

/* --- observe.c --- */
struct replica_observer observe_node(struct node *n);

/* --- watch.c --- */
/* A correct seat drew a nonce; SEALED of a proposal ended. */
void watch_nonce(struct node *n, const struct own_ballot *b);
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

/* --- said.c --- */
enum said_kind { SAID_PREPARE, SAID_COMMIT, SAID_NEW_VIEW, SAID_BALLOT };
struct said *said_new(void);
void said_free(struct said *s);
/* A correct seat says `what` of kind, a and b. */
void said_once(struct node *n, enum said_kind kind, uint64_t a, uint64_t b,
               const struct hash *what);
void said_ballot(struct node *n, const struct hash *proposal,
                 const struct hash *commitment);
/* What reaches a node, before it is given to it; a block that it committed. */
void said_delivered(struct node *n, struct node *from, struct bytes *content,
                    uint64_t sent);
void said_committed(struct node *by, const struct block *b);
/* Whether q-1 others have reported over the connections that the node now has. */
bool said_may_sign(struct node *n);

/* --- look.c, talk.c, cluster.c --- */
void cluster_note(struct cluster *c, enum trace_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void cluster_mark(struct cluster *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct proposal_note *cluster_proposal(struct cluster *c, const struct hash *id);
struct node *cluster_node(const struct cluster *c, uint16_t number);

#endif
