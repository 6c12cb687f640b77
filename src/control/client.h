/* SPDX-License-Identifier: ISC */
/* A blocking client of the control socket, for programs that do one thing at a time. */
#ifndef CONCLAVE_CONTROL_CLIENT_H
#define CONCLAVE_CONTROL_CLIENT_H

#include "control/control.h"

struct control_client;

/* Why connect(2) to that socket failed with this errno, and what cures it. Returns a
 * CONCLAVE_E*. */
int control_complain_connect(const char *path, int error, struct complaint *why);

int control_connect(const char *path, struct control_client **out, struct complaint *why);
void control_disconnect(struct control_client *c);
int control_client_fd(const struct control_client *c);

/*
 * Sends a request and waits for its answer; notifications that come before it are kept for
 * control_next. params is stolen. 0 with a new reference in *result; CONCLAVE_EPERM,
 * _ENOENT, _ESTATE, _ELIMIT, _EINVAL for the codes above; _ECLOSED; _EAGAIN after
 * timeout_ms (negative: wait for ever).
 */
int control_call(struct control_client *c, const char *method, json_t *params,
                 json_t **result, int timeout_ms, struct complaint *why);
/* Sends without waiting; the answer is read by control_next. Returns the id, or an error.
 */
json_int_t control_send(struct control_client *c, const char *method, json_t *params);
/* The next message: a notification, or the answer to control_send. 0, _EAGAIN after
 * timeout_ms, _ECLOSED, _EFORMAT. */
int control_next(struct control_client *c, json_t **message, int timeout_ms);

#endif
