/* SPDX-License-Identifier: ISC */
/*
 * The insides of scale.h, shared by the files of this folder.
 *
 *   world.c   replicas, their stores and ports
 *   engine.c  what happens when: links, processors, disks, turns
 *   client.c  who asks the replicas for something, and what is measured of it
 *   run.c     a run from its beginning to its end
 *   fake.c    signatures
 *   machine.c what the channels and the disk take
 */
#ifndef CONCLAVE_TESTS_SCALE_INSIDE_H
#define CONCLAVE_TESTS_SCALE_INSIDE_H

#include "grow.h"
#include "replica/replica.h"
#include "scale.h"

/* What one turn sends. */
struct item {
    uint16_t to; /* 0: all others */
    uint8_t tag;
    struct bytes *content;
};

struct mailing {
    size_t references;
    uint16_t from;
    struct item *items;
    size_t count, capacity;
};

enum milestone { MILESTONE_OUTCOME, MILESTONE_FINAL, MILESTONE_PROVABLE, MILESTONES };

/* A replica executed something that a client waits for; told once its turn is synced. */
struct milestone_reached {
    unsigned decision;
    enum milestone what;
};

enum activity { NODE_IDLE, NODE_READY, NODE_WORKING };

struct node {
    struct scale *s;
    uint16_t seat;
    struct replica *replica;
    struct ledger *ledger;
    enum activity activity;
    bool begun, dirty;
    bool beat_due, work_due;
    uint64_t written;  /* to its disk in this turn, bytes */
    uint64_t armed_at; /* of the earliest EVENT_WAKE on its way; UINT64_MAX: none */

    struct mailing **inbox;
    size_t inbox_count, inbox_capacity;
    struct mailing *sending;

    struct hash *tasks; /* proposals that its agent is to vote on */
    size_t task_count, task_capacity;
    struct milestone_reached *reached;
    size_t reached_count, reached_capacity;
    bool executed_own; /* SCALE_ALONE: an envelope of its own, in this turn */
};

enum event_kind {
    EVENT_ARRIVE,  /* a mailing */
    EVENT_WORKED,  /* a turn has had its processor time */
    EVENT_SETTLED, /* and is synced */
    EVENT_WAKE,
    EVENT_BEAT,
};

struct event {
    uint64_t at, serial;
    enum event_kind kind;
    struct node *node;
    struct mailing *mailing;
};

struct decision {
    struct hash id;
    uint16_t seat; /* its proposer */
    bool proposed;
    uint64_t begun, at[MILESTONES]; /* 0: not yet */
    uint64_t final_height;          /* likewise */
};

struct scale {
    const struct scale_plan *plan;
    struct scale_result *out;
    char *dir;
    struct hash genesis;
    struct public_key *keys;
    struct secret_key **secrets;
    struct node *nodes; /* [seat - 1] */
    uint64_t random;

    uint64_t now, serial;
    struct event *heap;
    size_t heap_count, heap_capacity;
    struct node **ready; /* for a core, a ring */
    size_t ready_first, ready_count;
    unsigned busy_cores, syncing;

    struct scale_counts counts; /* since the start */
    struct scale_counts before; /* when measuring began */
    double measured_s[SCALE_TAGS + 4];
    uint64_t measured_calls[SCALE_TAGS + 4];
    int io; /* /proc/self/io, or -1 */

    /* the clients' */
    bool started, measuring, done;
    uint64_t measured_from;
    uint64_t progressed, progress_at; /* when seat 1 came to which height */
    uint64_t height, operations;      /* of seat 1 */
    uint64_t height_before, operations_before, loaded_from;
    struct decision *decisions;
    unsigned decision_count, final_count;
    double samples[SCALE_SAMPLES_MAX];
    unsigned alone_count;
    uint64_t alone_since; /* 0: none is under way */
    uint64_t nonce;
};

enum { MONOTONIC_START_MS = 1000 }; /* of every replica's clock */

/* Where measured_s and measured_calls keep what is no message. */
enum { CALL_END = SCALE_TAGS, CALL_TICK = SCALE_TAGS + 2, CALL_SUBMIT = SCALE_TAGS + 3 };

/* --- world.c --- */
void world_open(struct scale *s);
void world_close(struct scale *s);
bool world_is_interrupted(void);                  /* by a signal */
uint64_t world_disk_bytes(const struct scale *s); /* written by this process so far */

/* --- engine.c --- */
void engine_run(struct scale *s);
/* The node has something to do. */
void engine_rouse(struct node *n);
void mailing_unref(struct mailing *m);
/* Takes the time of what follows, until engine_took. */
double engine_begin(void);
void engine_took(struct scale *s, unsigned call, double since);

/* --- client.c --- */
void client_begin(struct scale *s);
/* Within a turn, before its end; how many operations were submitted. */
uint64_t client_work(struct node *n);
void client_executed(struct node *n, const struct block *b, const struct council_result *r);
/* A turn is synced. */
void client_settled(struct node *n);

#endif
