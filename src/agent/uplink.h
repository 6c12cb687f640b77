/* SPDX-License-Identifier: ISC */
/*
 * The agent's connection to its node's control socket: non-blocking, attached with
 * agent.attach, and made again for ever when it breaks.
 */
#ifndef CONCLAVE_AGENT_UPLINK_H
#define CONCLAVE_AGENT_UPLINK_H

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>

struct uplink;

struct uplink_events {
    void (*attached)(void *context);
    /* A notification, or the answer to a request; message is borrowed. */
    void (*message)(void *context, const json_t *message);
    /* The connection broke: no answer comes to what was sent. */
    void (*lost)(void *context);
};

struct uplink *uplink_new(struct ev_loop *loop, const char *path, const char *name,
                          const struct uplink_events *events, void *context);
void uplink_free(struct uplink *u);
bool uplink_attached(const struct uplink *u);
/* Sends a request; params is stolen. Returns its id, 0 where the node is not attached. */
json_int_t uplink_send(struct uplink *u, const char *method, json_t *params);

#endif
