/* SPDX-License-Identifier: ISC */
/*
 * One control socket, never waited for: lines in, lines out, and again from 0.1 to 5 s for
 * ever when the node is not there. The caller polls connection_fd and calls when it is
 * ready or when connection_wake_ms has come.
 */
#ifndef CONCLAVE_UI_MODEL_CONNECTION_H
#define CONCLAVE_UI_MODEL_CONNECTION_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum connection_state { CONNECTION_UP, CONNECTION_CONNECTING, CONNECTION_WAITING };

struct connection;

/* Copies the path. The first attempt is made by the first connection_turn. */
struct connection *connection_new(const char *path);
void connection_free(struct connection *c);

enum connection_news { NEWS_NONE, NEWS_UP, NEWS_LINE, NEWS_DOWN };
/*
 * Goes on as far as is possible without waiting, and says one thing that happened; to be
 * called until NEWS_NONE, or as long as the caller has time. NEWS_LINE: line is borrowed
 * until the next call. NEWS_DOWN: why says it in words; of attempts that fail only the
 * first for a reason. A line longer than the protocol allows ends the connection.
 */
enum connection_news connection_turn(struct connection *c, uint64_t now_ms,
                                     struct slice *line, struct complaint *why);
/* Queues lines to be sent; drops them when the connection is not up. */
void connection_send(struct connection *c, struct slice lines);
/* Ends the connection, to begin again at once: what came makes no sense. */
void connection_reset(struct connection *c, uint64_t now_ms, const char *why);

int connection_fd(const struct connection *c); /* -1: none to poll */
bool connection_wants_write(const struct connection *c);
/* When to call though the descriptor is not ready; 0: at once, UINT64_MAX: never. */
uint64_t connection_wake_ms(const struct connection *c);
enum connection_state connection_state(const struct connection *c);
unsigned connection_attempt(const struct connection *c); /* since it was last up */
const char *connection_path(const struct connection *c);

#endif
