/* SPDX-License-Identifier: ISC */
/* A command's conversation with the node. */
#ifndef CONCLAVE_CONCLAVE_NODE_H
#define CONCLAVE_CONCLAVE_NODE_H

#include "conclave/command.h"
#include "conclave/members.h"
#include "control/client.h"

enum { NODE_TIMEOUT_MS = 10000 };

/* Connects to the socket of --socket, $CONCLAVE_SOCKET or the usual places. False after
 * saying what is wrong. */
bool node_open(const struct command_line *line, struct control_client **out);
/* Calls a method; params is stolen. The result, or NULL after saying what is wrong. */
json_t *node_call(const struct command_line *line, struct control_client *c,
                  const char *method, json_t *params);
/* Opens, calls once, closes. */
json_t *node_ask(const struct command_line *line, const char *method, json_t *params);
/* Whether it may be a proposal's id or the beginning of one. False after saying what is
 * wrong: misuse. */
bool node_check_id(const struct command_line *line, const char *id);
/* Opens, asks a method that lists, by pages, until there are limit rows, closes, and prints
 * the last page's answer, with all the rows in the member that is called as the method: by
 * print, or as JSON where --json asks for it. params is stolen. */
enum command_exit node_list(const struct command_line *line, const char *method,
                            json_t *params, uint64_t limit,
                            void (*print)(const json_t *answer));

#endif
