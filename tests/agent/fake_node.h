/* SPDX-License-Identifier: ISC */
/*
 * The node's end of the control socket, played by a test, and an agent to talk to it. Every
 * wait ends after WAIT_MS; what did not come is NULL.
 */
#ifndef CONCLAVE_TESTS_AGENT_FAKE_NODE_H
#define CONCLAVE_TESTS_AGENT_FAKE_NODE_H

#include "base/bytes.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

enum { WAIT_MS = 20000 };

struct fake_node {
    char dir[64]; /* of the socket and the test's files */
    int listener, client;
    struct buffer in;
    bool refuses_attach;
    bool confined; /* its evaluators cannot write to dir */
    bool unnamed;  /* the agent is not told where the socket is: it starts in dir */
};

void fake_node_open(struct fake_node *n);
/* The client's connection, and the listener: as when the node is restarted. */
void fake_node_hang_up(struct fake_node *n);
void fake_node_listen(struct fake_node *n);
/* Removes everything. */
void fake_node_close(struct fake_node *n);
/* Waits for an agent and answers its agent.attach. */
bool fake_node_attach(struct fake_node *n);
/* A path of the test's own, static for each of the last four calls. */
const char *fake_node_file(const struct fake_node *n, const char *name);

/* Sends text as it is. */
void fake_node_send(struct fake_node *n, const char *text);
/* Asks about a proposal; in_ms is the time to its deadline, which may have passed. */
void fake_node_ask(struct fake_node *n, const char *id, long in_ms);
/* The next request, unanswered; a new reference. NULL after wait_ms. */
json_t *fake_node_next(struct fake_node *n, int wait_ms);
/* Answers a request: accepts it where error is NULL. */
void fake_node_reply(struct fake_node *n, const json_t *request, const char *error);

/* Starts conclave-agent with the evaluator tests/agent/SCRIPT ARGUMENTS and options, blank
 * separated words, each without blanks. */
pid_t agent_start(const struct fake_node *n, const char *evaluator, const char *options);
/* Sends the signal (0: none) and waits. The exit status, -1 after WAIT_MS, -2 when killed.
 */
int agent_stop(pid_t agent, int signal);
/* Whether the agent's log has the text. */
bool agent_logged(const struct fake_node *n, const char *text);

/* How often the byte is in the file; 0 where there is none. */
unsigned count_in_file(const char *path, char byte);
/* Waits until it is there at least count times. */
bool wait_for_marks(const char *path, char byte, unsigned count);
/* Whether every process listed in the file, one a line, has gone (within a moment). */
bool all_gone(const char *path, unsigned expected);
void sleep_ms(long ms);

#endif
