/* SPDX-License-Identifier: ISC */
/*
 * The connection to the node: made again for ever, with patience; requests that are not
 * answered in time end it. It only reads, and takes what comes at once, so that the node
 * never waits for it.
 */
#ifndef CONCLAVE_ALERT_LINK_H
#define CONCLAVE_ALERT_LINK_H

#include "base/error.h"

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>

struct link_events {
    void (*up)(void *context);
    /* Of link_ask with this tag; result is borrowed. */
    void (*answer)(void *context, int tag, const json_t *result);
    /* A notification of the method event. */
    void (*event)(void *context, const char *name, const json_t *params);
    /* After as many of them as came together. */
    void (*pause)(void *context);
    void (*down)(void *context, const char *reason);
};

struct link;
/* path NULL: the usual places. The first attempt is made from the loop. */
struct link *link_new(struct ev_loop *loop, const char *path,
                      const struct link_events *events, void *context);
void link_free(struct link *l);
bool link_is_up(const struct link *l);
/* Where it is up; params is stolen. */
void link_ask(struct link *l, int tag, const char *method, json_t *params);
/* Whether one with this tag was asked, and not answered. */
bool link_asks(const struct link *l, int tag);

#endif
