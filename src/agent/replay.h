/* SPDX-License-Identifier: ISC */
/* Asks an evaluator again what a journal holds, and compares its answers. */
#ifndef CONCLAVE_AGENT_REPLAY_H
#define CONCLAVE_AGENT_REPLAY_H

#include "agent/run.h"

/* proposal: only what was asked about it; NULL: everything. Prints a table, or JSON.
 * Returns the number of answers that differ, or -1 with a complaint. */
long replay(const char *path, const char *proposal, char *const *words,
            const struct run_limits *limits, bool as_json, struct complaint *why);

#endif
