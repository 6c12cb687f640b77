/* SPDX-License-Identifier: ISC */
/* The command line of conclave-agent(1). */
#ifndef CONCLAVE_AGENT_OPTIONS_H
#define CONCLAVE_AGENT_OPTIONS_H

#include "agent/confine.h"
#include "agent/run.h"
#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_PATHS_MAX = 32 }; /* of each kind */

enum confine_mode { CONFINE_ON, CONFINE_OFF, CONFINE_REQUIRE };

struct options {
    const char *socket, *evaluator, *name;
    struct run_limits limits;
    uint64_t jobs;
    enum confine_mode confine;
    /* Lists that end with NULL. */
    char *hide[OPTIONS_PATHS_MAX + 1], *read[OPTIONS_PATHS_MAX + 1],
        *write[OPTIONS_PATHS_MAX + 1];
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
