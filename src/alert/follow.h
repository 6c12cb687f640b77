/* SPDX-License-Identifier: ISC */
/*
 * Follows a node: what it says becomes alerts in the queue, in one transaction with how far
 * the node was followed. Events are taken as they come; after each connection the node is
 * asked for what was missed. While the queue is full nothing is taken, and afterwards it is
 * asked for.
 */
#ifndef CONCLAVE_ALERT_FOLLOW_H
#define CONCLAVE_ALERT_FOLLOW_H

#include "alert/config.h"
#include "alert/queue.h"

#include <ev.h>

struct follow_events {
    /* Something was queued, and is durable. */
    void (*queued)(void *context);
    /* It cannot go on: the queue, or a node that is another one. */
    void (*failed)(void *context, const struct complaint *why);
    /* Whether the receiver, which was not asked for that it wants no more, gets alerts. */
    bool (*wants)(void *context, const char *receiver);
};

struct follow;
struct follow *follow_new(struct ev_loop *loop, const struct config *c, struct queue *q,
                          const struct follow_events *events, void *context);
void follow_free(struct follow *f);
/* There is room in the queue again, perhaps. */
void follow_resume(struct follow *f);
/* One line for people: what it does. */
void follow_describe(const struct follow *f, char *out, size_t size);

#endif
