/* SPDX-License-Identifier: ISC */
/* The demo's console: conclave-console on this terminal, at the node of seat 1. */
#ifndef CONCLAVE_CONCLAVE_DEMO_CONSOLE_H
#define CONCLAVE_CONCLAVE_DEMO_CONSOLE_H

#include "conclave/demo_council.h"

/* Starts program, which has the terminal until it ends. */
int demo_console_start(const struct demo_council *c, const char *program, pid_t *out,
                       struct complaint *why);
/* Whether it has ended; then *pid is 0 and *good says whether by its operator's wish. */
bool demo_console_ended(pid_t *pid, bool *good);
/* Ends it, if it runs, and waits until the terminal is given back. */
void demo_console_stop(pid_t *pid);

#endif
