/* SPDX-License-Identifier: ISC */
/* Events for the control socket's subscribers, told when the turn they belong to is durable
 * and sent. */
#ifndef CONCLAVE_CONCLAVED_PUBLISH_H
#define CONCLAVE_CONCLAVED_PUBLISH_H

#include "conclaved/node.h"

struct published *published_new(void);
void published_free(struct published *p);

/* Queues an event; params is stolen. NULL: it is numbered, but nobody wants it. */
void publish(struct node *n, const char *name, json_t *params);
/* Tells the subscribers all that is queued. */
void publish_all(struct node *n);

#endif
