/* SPDX-License-Identifier: ISC */
/* What the files of following share. */
#ifndef CONCLAVE_ALERT_FOLLOW_PRIVATE_H
#define CONCLAVE_ALERT_FOLLOW_PRIVATE_H

#include "alert/follow.h"
#include "alert/link.h"

/* Requests that are under way. */
enum question_tag { ASK_SUBSCRIBE, ASK_STATUS, ASK_RECORDS, ASK_FLAGS };

/* Names of small values of the queue. */
#define STATE_COUNCIL     "council"
#define STATE_COUNCIL_ID  "council-id"
#define STATE_NAME        "name"
#define STATE_SEAT        "seat"
#define STATE_RECORDS     "next-record"
#define STATE_BEGUN       "begun"       /* next-record holds */
#define STATE_FLAGS_BEGUN "flags-begun" /* flags that were cleared before it are known */
#define STATE_STALLED     "stalled-since"
#define STATE_UNREACHABLE "unreachable-since"
#define STATE_FULL        "full-since"

/* A flag of which not all is told yet. */
struct news {
    json_t *flag;
    uint64_t id, time_ms;
    enum alert_turn turn;
};

struct follow {
    struct ev_loop *loop;
    const struct config *config;
    struct queue *queue;
    struct follow_events events;
    void *context;
    struct link *link;
    ev_timer timer; /* looks at the clock now and then */

    char *council, *council_id, *name; /* NULL while no node was ever seen */
    unsigned seat;

    bool is_subscribed, is_paused, has_queued, has_failed;
    uint64_t down_since_ms; /* monotonic; 0: it is up */
    char *down_reason;
    uint64_t status_ms, flags_ms; /* monotonic: when they were asked for last */

    uint64_t next_record, known_records; /* how many the node has */
    json_t *rows;                        /* of records, newest first, while they come */

    bool lists_flags;
    struct news *news;
    size_t news_count, news_capacity;
    uint64_t *ids; /* that the node has, descending */
    size_t id_count, id_capacity;
};

void follow_fail(struct follow *f, const struct complaint *why);
struct alert_source follow_source(const struct follow *f);
/* False: the queue is full, and from now on nothing is taken. */
bool follow_has_room(struct follow *f);
/* For all receivers that want it. Takes over what is in the alert. */
void follow_add(struct follow *f, struct alert *a);
/* Commits what was queued. */
void follow_settle(struct follow *f);
uint64_t follow_number(const json_t *object, const char *name);

/* --- records: follow_records.c --- */

void follow_ask_records(struct follow *f);
void follow_take_records(struct follow *f, const json_t *result);
/* The event. */
void follow_take_final(struct follow *f, const json_t *params);

/* --- flags: follow_flags.c --- */

void follow_ask_flags(struct follow *f);
void follow_take_flags(struct follow *f, const json_t *result);
void follow_take_flag(struct follow *f, const json_t *flag);
/* What was collected is thrown away. */
void follow_drop_flags(struct follow *f);

#endif
