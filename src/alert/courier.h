/* SPDX-License-Identifier: ISC */
/*
 * Takes alerts from the queue to their receivers: to each one after the other in their
 * order, to all of them side by side. One is removed from the queue only when its receiver
 * has it. Removals are committed together, a moment later: what was delivered just before a
 * crash is delivered again, under the same id.
 */
#ifndef CONCLAVE_ALERT_COURIER_H
#define CONCLAVE_ALERT_COURIER_H

#include "alert/config.h"
#include "alert/queue.h"

#include <ev.h>

struct courier_events {
    /* There is more room in the queue. */
    void (*freed)(void *context);
    void (*failed)(void *context, const struct complaint *why);
};

struct courier;
struct courier *courier_new(struct ev_loop *loop, const struct config *c, struct queue *q,
                            const struct courier_events *events, void *context);
/* Ends what is under way, whose alerts stay in the queue. */
void courier_free(struct courier *c);
/* Something was queued. */
void courier_look(struct courier *c);
/* Another process changed what is kept of receivers: retry, drop. */
void courier_reload(struct courier *c);
/* False: the receiver has said that it wants no more. */
bool courier_wants(const struct courier *c, const char *receiver);
/* Nothing new is begun. Returns whether something is under way. */
bool courier_stop(struct courier *c);

/* What is kept of a receiver in the queue, for people and for the next start. */
struct receiver_state {
    bool is_disabled;
    uint64_t failures;                /* in a row */
    uint64_t failing_ms, next_ms;     /* since when, and when it is tried again; 0: no */
    uint64_t delivered, delivered_ms; /* in all, and when the last one was */
    char error[128];
};
void receiver_state_read(struct queue *q, const char *receiver, struct receiver_state *out);
void receiver_state_write(struct queue *q, const char *receiver,
                          const struct receiver_state *s);

#endif
