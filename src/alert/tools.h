/* SPDX-License-Identifier: ISC */
/* What a person does with alerts by hand; each returns the exit status. */
#ifndef CONCLAVE_ALERT_TOOLS_H
#define CONCLAVE_ALERT_TOOLS_H

#include "alert/config.h"

/* Sends a test to the receiver, or to all (NULL), now and past the queue. */
int tool_test(const struct config *c, const char *receiver, bool json);
/* What waits, and how receivers do. */
int tool_queue(const struct config *c, bool json);
/* The receiver, or all (NULL): tried at once, and again where it wanted no more. */
int tool_retry(const struct config *c, const char *receiver, bool json);
/* What waits for the receiver is thrown away. */
int tool_drop(const struct config *c, const char *receiver, bool json);
/* Makes a secret in a file, and prints what the receiver needs to know. */
int tool_keygen(const char *path, enum signing_kind kind, bool json);

/* "conclave-alert: text" on standard error, made safe for a terminal. */
int tool_fail(const char *text);
/* One line of JSON, which is freed. */
void tool_print(json_t *value);

#endif
