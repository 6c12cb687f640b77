/* SPDX-License-Identifier: ISC */
/* The program that `agent check` and `agent profile` try, the limits within which they run
 * it, and the seat for which it answers: what their command lines have in common. */
#ifndef CONCLAVE_CONCLAVE_AGENT_PROGRAM_H
#define CONCLAVE_CONCLAVE_AGENT_PROGRAM_H

#include "conclave/agent_ask.h"
#include "conclave/command.h"

#include "agent/confinement.h"

enum { REPEAT_MAX = 100 };

/* The macro stands in the tables of options. */
/* clang-format off */
#define AGENT_PROGRAM_OPTIONS                                                              \
    {"timeout", ARGUMENT_NUMBER, "MS", "the time that an answer may take (default 30000)"}, \
    {"max-output", ARGUMENT_NUMBER, "BYTES", "how long it may be (default 65536)"},        \
    {"max-memory", ARGUMENT_NUMBER, "BYTES", "address space (default 1073741824; 0: any)"}, \
    {"jobs", ARGUMENT_NUMBER, "N", "how many run at once (default 4)"},                    \
    {"confine", ARGUMENT_WORD, "MODE", "on, require or off, as of conclave-agent(1)"},     \
    {"hide", ARGUMENT_FILE, "PATH", "confined, it cannot read this, either"},              \
    {"read", ARGUMENT_FILE, "PATH", "it can, though it is hidden"},                        \
    {"write", ARGUMENT_FILE, "PATH", "it can write this"},                                 \
    {"unix-sockets", ARGUMENT_NONE, NULL, "it can open Unix sockets"},                     \
    {"no-network", ARGUMENT_NONE, NULL, "it can open no socket"}
/* clang-format on */

struct agent_program {
    char **words; /* the program's path and its arguments */
    struct run_limits limits;
    struct confinement confinement; /* limits points into it */
    unsigned jobs;
    unsigned repeat; /* how often each question is asked */
};

/* By the options, --repeat and the operands; repeat: what there is without that option;
 * hidden: what a confined program cannot read besides the usual, a list as
 * confinement_paths takes. False after saying what is wrong, and *status is the exit status
 * then. */
bool agent_program_read(const struct command_line *line, unsigned repeat,
                        const char *const *hidden, struct agent_program *out,
                        enum command_exit *status);
void agent_program_clear(struct agent_program *p);
/* Sets the members of --json and prints the lines for people that say what was tried. */
void agent_program_put(const struct agent_program *p, json_t *out);
void agent_program_print(const struct agent_program *p, const json_t *seat);

/* Bytes of the most that a process of all that were run and are gone had in memory. */
uint64_t agent_program_memory(void);

/* A seat as an evaluator is told of it; borrowed texts. A new reference. */
json_t *agent_seat(json_int_t number, const char *const texts[5]);
/* The names of these texts: name, jurisdiction and so on. */
extern const char *const agent_seat_members[5];

#endif
