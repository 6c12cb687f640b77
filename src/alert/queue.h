/* SPDX-License-Identifier: ISC */
/*
 * What must not be lost: alerts that wait, and how far the node was followed, in one LMDB
 * environment, so that one transaction does both. What is written is durable after
 * queue_commit, all of it or none. One helper at a time serves a queue (a lock sees to it);
 * other processes may look, and drop or retry.
 */
#ifndef CONCLAVE_ALERT_QUEUE_H
#define CONCLAVE_ALERT_QUEUE_H

#include "alert/alert.h"
#include "base/error.h"

enum { QUEUE_NAME_BYTES = 64 }; /* of a receiver, with its zero */

enum queue_mode {
    QUEUE_SERVE, /* makes what is missing, and keeps a second helper out */
    QUEUE_EDIT,  /* of a queue that exists */
    QUEUE_READ,
};

struct queue_limits {
    size_t alerts; /* of all receivers together */
    size_t bytes;
};

struct queue;
/* CONCLAVE_ENOENT when nothing was ever there, CONCLAVE_ESTATE when another helper serves
 * it, _EPERM, _EVERSION, _EIO, _ECORRUPT, each with a complaint. */
int queue_open(const char *dir, enum queue_mode mode, const struct queue_limits *limits,
               struct queue **out, struct complaint *why);
/* Drops what was not committed. NULL is allowed. */
void queue_close(struct queue *q);

/* --- one transaction; the first error sticks until the commit --- */

/* 0, or an error with a complaint: then nobody knows what the disk holds, and the only way
 * on is to open it again. Nothing written: 0 at once. */
int queue_commit(struct queue *q, struct complaint *why);

/* Small values by name. */
#define QUEUE_GENERATION                                                                   \
    "generation" /* goes up when another process than the helper writes */
void queue_set_text(struct queue *q, const char *name, const char *value);
void queue_set_number(struct queue *q, const char *name, uint64_t value);
/* The caller frees; NULL where there is none. */
char *queue_text(struct queue *q, const char *name);
/* 0 where there is none. */
uint64_t queue_number(struct queue *q, const char *name);

/* What is known of a flag of the node: those of enum alert_turn that were told, and when it
 * was raised, since a node that lost its flags numbers others alike. */
struct queue_flag {
    uint64_t id, first_ms;
    unsigned turns;
};
void queue_put_flag(struct queue *q, const struct queue_flag *f);
/* False: nothing is known. */
bool queue_flag(struct queue *q, uint64_t id, struct queue_flag *out);
/* Forgets those that keep does not name. */
void queue_keep_flags(struct queue *q, bool (*keep)(void *context, uint64_t id),
                      void *context);

void queue_add(struct queue *q, const char *receiver, const struct alert *a);
/* Removes all of the receiver up to this number. Returns how many there were. */
size_t queue_remove(struct queue *q, const char *receiver, uint64_t up_to);

/* --- looking, also within the transaction --- */

struct parcel {
    uint64_t number; /* ascending for each receiver */
    char id[ALERT_ID_BYTES];
    char type[ALERT_KIND_BYTES];
    uint64_t queued_ms;
    struct buffer body;
};
void parcel_free(struct parcel *p);
/* The receiver's first one above this number; false: none. */
bool queue_next(struct queue *q, const char *receiver, uint64_t above, struct parcel *out);

/* All that waits. */
size_t queue_count(const struct queue *q);
size_t queue_bytes(const struct queue *q);
bool queue_is_full(const struct queue *q);

/* Of one receiver. */
struct queue_waiting {
    char receiver[QUEUE_NAME_BYTES];
    size_t alerts, bytes;
    uint64_t oldest_ms;
};
/* One after the other, those that have something: above is the name before, "" at first. */
bool queue_waiting(struct queue *q, const char *above, struct queue_waiting *out);
/* Counts again, after another process has changed it. */
void queue_recount(struct queue *q);

#endif
