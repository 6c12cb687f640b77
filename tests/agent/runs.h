/* SPDX-License-Identifier: ISC */
/* A program run once by the test, as the agent runs its evaluators. */
#ifndef CONCLAVE_TESTS_AGENT_RUNS_H
#define CONCLAVE_TESTS_AGENT_RUNS_H

#include "agent/run.h"

struct outcome {
    enum run_end end;
    int code;
    uint64_t took_ms;
    char output[8192], said[1024];
};

/* Runs words and waits for the end. */
struct outcome run_once(char *const *words, const struct run_limits *limits);
/* Runs sh -c script with the words $1 and $2, of which either may be NULL. */
struct outcome run_script(const char *script, const char *one, const char *two,
                          const struct run_limits *limits);

#endif
