/* SPDX-License-Identifier: ISC */
/* Figures that follow from what was measured; NAN where it was not. */
#ifndef CONCLAVE_TESTS_BENCH_REPORT_H
#define CONCLAVE_TESTS_BENCH_REPORT_H

#include "bench.h"

/* The yardsticks: verifications a second on one core; the time of a synced commit of one
 * writer, and with so many at once. */
double yard_v(const struct bench_report *r);
double yard_s(const struct bench_report *r, unsigned writers);
/* Verifications a second with one process for each seat. */
double yard_cores_v(const struct bench_report *r, unsigned seats);

double load_per_s(const struct bench_load *l);
double load_cpu_s(const struct bench_load *l,
                  unsigned seats); /* of all daemons, for one operation */
double load_per_envelope(const struct bench_load *l);
double many_per_s(const struct bench_council *c);

/*
 * Signatures that all replicas together check for one block with one envelope: each checks
 * the envelope, the primary's signature, q-2 other PREPAREs (with the primary's and its own
 * they are q), and q-1 COMMITs. And the time that takes on the cores there are.
 */
unsigned block_checks(unsigned seats);
double block_checks_s(const struct bench_report *r, unsigned seats);
/*
 * Signatures that all replicas together check for one decision of many: the proposal's and
 * n ballots', each by the n-1 others. Reveals are not signed, and blocks are shared by
 * many.
 */
unsigned decision_checks(unsigned seats);
/* Of the decisions a second that these would allow, the share that there was; and the share
 * of the cores' time that the signatures took which were in fact checked. */
double many_share(const struct bench_report *r, const struct bench_council *c);
double many_checked_share(const struct bench_report *r, const struct bench_council *c);

/* Of the viewchanges: median and largest. */
struct bench_times viewchange_times(const double *values, const struct bench_viewchange *v);
/* How much beyond the request timer it should be at most. */
double viewchange_goal_s(const struct bench_report *r);
/* Reading the ledger, and hashing each of its operations as the rules want it. */
double replay_bound_s(const struct bench_replay *p);

/* --- goals --- */

struct bench_goal {
    const char *name; /* stable, for programs */
    unsigned seats;
    const char *what;
    double figure;
    const char *unit;
    double ratio; /* the figure in the yardstick, NAN where there is none */
    const char *yardstick;
    double goal; /* of the ratio where there is a yardstick, else of the figure */
    bool at_least;
};

enum { GOALS_MAX = 8 * BENCH_SIZES_MAX };
/* Those that were measured; how many. */
size_t goals_of(const struct bench_report *r, struct bench_goal out[GOALS_MAX]);
bool goal_met(const struct bench_goal *g);

/* --- parts of the tables --- */

void report_viewchange(const struct bench_report *r);
void report_catchup(const struct bench_report *r);
void report_goals(const struct bench_report *r);

#endif
