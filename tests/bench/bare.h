/* SPDX-License-Identifier: ISC */
/* What the machine's own Ed25519 does, beside which checking is measured. */
#ifndef CONCLAVE_TESTS_BENCH_BARE_H
#define CONCLAVE_TESTS_BENCH_BARE_H

#include "../verify/world.h"

/* CPU time of this process. */
double bare_now_s(void);
/* Ends the program. */
__attribute__((noreturn)) void bare_give_up(const char *why);
/* Verifications of one signature a second, over what a vote signs, in so many seconds. */
double bare_rate(const struct world *w, double seconds);

#endif
