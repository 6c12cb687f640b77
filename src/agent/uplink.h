/* SPDX-License-Identifier: ISC */
/*
 * The agent's connection to its node's control socket: non-blocking, attached with
 * agent.attach, and made again for ever when it breaks.
 */
#ifndef CONCLAVE_AGENT_UPLINK_H
#define CONCLAVE_AGENT_UPLINK_H

#include "base/error.h"

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>

struct uplink;

struct uplink_events {
    /* The socket is there, before anything is sent to it. */
    void (*found)(void *context, const char *path);
    void (*attached)(void *context);
    /* A notification, or the answer to a request; message is borrowed. */
    void (*message)(void *context, const json_t *message);
    /* The connection broke: no answer comes to what was sent. */
    void (*lost)(void *context);
};

/*
 * The path of the node's socket as control_find_socket gives it; the caller frees *out.
 * CONCLAVE_ENOENT when nobody named one and none is in the usual places; CONCLAVE_ELIMIT
 * when it is longer than that of a socket can be.
 */
int uplink_find(const char *given, char **out, struct complaint *why);

/* Where path is NULL, the usual places are looked at before each attempt, until there is a
 * socket in one. */
struct uplink *uplink_new(struct ev_loop *loop, const char *path, const char *name,
                          const struct uplink_events *events, void *context);
void uplink_free(struct uplink *u);
bool uplink_attached(const struct uplink *u);
/* Sends a request; params is stolen. Returns its id, 0 where the node is not attached. */
json_int_t uplink_send(struct uplink *u, const char *method, json_t *params);

#endif
