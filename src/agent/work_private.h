/* SPDX-License-Identifier: ISC */
/* Inside work: one proposal from the question to the node's word on the answer. */
#ifndef CONCLAVE_AGENT_WORK_PRIVATE_H
#define CONCLAVE_AGENT_WORK_PRIVATE_H

#include "agent/round.h"
#include "agent/work.h"

enum ask_state { ASK_WAITING, ASK_RUNNING, ASK_ANSWERED };

struct ask {
    struct work *work;
    enum ask_state state;
    char *proposal;       /* its id */
    json_t *input;        /* for the evaluator, until it has run */
    uint64_t deadline_ms; /* wall; UINT64_MAX: none */
    struct round *round;  /* its checks */
    struct run *run;
    uint64_t limit_ms; /* of the run */
    struct answer answer;
    json_int_t request; /* of the answer on its way; 0: none */
    bool settled;       /* the node has answered to it */
};

struct work {
    struct ev_loop *loop;
    struct work_config config;
    struct ask *asks[ASKS_MAX]; /* in the order in which they came */
    size_t count;
    unsigned running;
    bool stopping;
};

/* Why a run gave no answer, in words; an empty complaint where it may have given one. */
void ask_explain(const struct ask *a, const struct run_result *r, struct complaint *why);
/* Puts it into the journal: what the evaluator said itself, or the reason why it did not;
 * r is NULL where it was not run. */
void ask_record(const struct ask *a, const struct run_result *r,
                const struct answer *answer, const char *reason,
                const struct verdict *overridden);
/* Makes the ballot of the evaluator's answer and of what the checks said, and records it.
 */
void ask_settle(struct ask *a, const struct run_result *r);

#endif
