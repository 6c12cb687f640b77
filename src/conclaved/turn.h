/* SPDX-License-Identifier: ISC */
/*
 * One turn of the node: events go into the ordering core, and what its updates ask for is
 * carried out. turn_end does the rest in the one order that is safe: persist, then send,
 * then publish, then arm the timer.
 */
#ifndef CONCLAVE_CONCLAVED_TURN_H
#define CONCLAVE_CONCLAVED_TURN_H

#include "conclaved/node.h"

struct turn *turn_new(void);
void turn_free(struct turn *t);

/* Gives the core an event, whose times are filled here, and everything that follows from
 * it. Nothing leaves the node before turn_end. */
void turn_feed(struct node *n, struct pbft_event *event);
/* An authentic envelope that reached this node over the channel of a seat, or its own.
 * Returns what the council thinks of it. */
struct judgement turn_feed_envelope(struct node *n, struct envelope *e, uint16_t channel);

/* Queues a message to a seat, or to all others (0), until turn_end. */
void turn_send(struct node *n, uint16_t seat, const struct message *m);
/* Bytes that are queued so for one seat alone. */
size_t turn_queued(const struct node *n, uint16_t seat);
/* Queues an event for the subscribers of the control socket; params is stolen. */
void turn_publish(struct node *n, const char *name, json_t *params);

/* Persists, sends, publishes. On a store that fails the node stops: what it holds may not
 * be durable, so it must not vote. */
void turn_end(struct node *n);
/* Monotonic time at which the core wants a tick. */
uint64_t turn_wake_ms(const struct node *n);

#endif
