/* SPDX-License-Identifier: ISC */
/* The checks of one proposal, from the first to the last. */
#ifndef CONCLAVE_AGENT_ROUND_H
#define CONCLAVE_AGENT_ROUND_H

#include "agent/verdict.h"

#include <ev.h>

struct round;

/* ended is called from the loop at the end of each run. proposal, limits and what they
 * point to are borrowed. checks may be NULL: there are none. */
struct round *round_new(struct ev_loop *loop, const struct checks *checks,
                        const char *class, const char *proposal,
                        const struct run_limits *limits, void (*ended)(void *context),
                        void *context);
/* With none running. */
void round_free(struct round *r);
/* Whether one waits to be started; whether one runs. */
bool round_waits(const struct round *r);
bool round_runs(const struct round *r);
/* Starts the next with the question on its standard input. Whether it runs: where it
 * cannot, it has no result. */
bool round_start_next(struct round *r, struct slice question, uint64_t deadline_ms);
void round_stop(struct round *r);
/* Those that were started; none while one runs. */
const struct verdict *round_verdicts(const struct round *r, size_t *count);

#endif
