/* SPDX-License-Identifier: ISC */
/* The command line of conclave-agent(1). */
#ifndef CONCLAVE_AGENT_OPTIONS_H
#define CONCLAVE_AGENT_OPTIONS_H

#include "agent/confinement.h"
#include "agent/run.h"
#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *socket, *evaluator, *name;
    struct run_limits limits;
    uint64_t jobs;
    struct confinement confinement;
    enum log_level level;
    enum log_form form;
    const char *checks, *journal, *replay, *proposal; /* NULL: not given */
    uint64_t journal_bytes;
    bool once, json;
};

/* Fills o, whose texts are those of argv. False after saying what is wrong; --help and
 * --version print and exit. */
bool options_parse(int argc, char **argv, struct options *o);

#endif
