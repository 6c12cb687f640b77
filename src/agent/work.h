/* SPDX-License-Identifier: ISC */
/*
 * What the node asked: each proposal is checked and evaluated once, at most so many runs at
 * a time, the nearest deadline first; its answer is kept and given again when the node asks
 * again.
 */
#ifndef CONCLAVE_AGENT_WORK_H
#define CONCLAVE_AGENT_WORK_H

#include "agent/checks.h"
#include "agent/journal.h"
#include "agent/run.h"

#include <jansson.h>

enum { ASKS_MAX = 1024 }; /* proposals remembered: waiting, running or answered */

struct work;

struct work_config {
    char *const *words; /* the evaluator; borrowed */
    unsigned jobs;      /* runs at once */
    struct run_limits limits;
    const struct checks *checks; /* borrowed; NULL: none */
    struct journal *journal;     /* borrowed; NULL: none */
    /* Sends a request to the node; params is stolen. Its id, or 0 where it cannot be sent.
     */
    json_int_t (*send)(void *context, const char *method, json_t *params);
    /* The node answered agent.answer. */
    void (*settled)(void *context, bool accepted);
    void *context;
};

struct work *work_new(struct ev_loop *loop, const struct work_config *config);
/* The node is attached: answers that it has not confirmed are sent again. */
void work_attached(struct work *w);
/* The connection broke: nothing that was sent is confirmed any more. */
void work_lost(struct work *w);
/* A message from the node, borrowed: agent.ask, or the answer to a request. */
void work_message(struct work *w, const json_t *message);
/* Forgets what waits and kills what runs. */
void work_stop(struct work *w);
/* How many evaluators and checks run. */
unsigned work_running(const struct work *w);
/* With none running. */
void work_free(struct work *w);

#endif
