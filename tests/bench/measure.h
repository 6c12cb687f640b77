/* SPDX-License-Identifier: ISC */
/* Clocks, what daemons use, and talking to them. Whatever fails ends the program. */
#ifndef CONCLAVE_TESTS_BENCH_MEASURE_H
#define CONCLAVE_TESTS_BENCH_MEASURE_H

#include "bench.h"

double now_s(void);
/* CPU time of this program so far. */
double own_cpu_s(void);

/* Sorts the values. */
struct bench_times times_of(double *values, size_t count);
/* a / b; NAN where there is no b. */
double ratio(double a, double b);

/* --- the daemons --- */

/* In good order. */
void seat_stop(struct live *l, unsigned seat);
/* How long until its socket answers, which it does when it has replayed its ledger. Agents
 * of others work meanwhile. */
double seat_start(struct live *l, unsigned seat);
/* CPU time of one daemon so far, and of all. */
double seat_cpu(struct live *l, unsigned seat);
double council_cpu(struct live *l);
struct bench_memory council_memory(struct live *l);
/* Of one daemon, since its start; without its CPU time. */
struct bench_counts seat_counts(struct live *l, unsigned seat);
/* From here on, and since then. Asking for metrics costs the daemons something: that is
 * left out of the CPU time. */
struct bench_counts counts_begin(struct live *l);
struct bench_counts counts_since(struct live *l, const struct bench_counts *before);

/* --- talking to a node --- */

struct control_client *bench_connect(struct live *l, unsigned seat, const char *event);
/* bench.submit, without waiting for the answer. */
void bench_send_load(struct control_client *c, unsigned operations, unsigned text_bytes);
/* The answer: operations of that seat that are not ordered yet. */
unsigned bench_waiting(struct control_client *c);
/* The next event of this name, waiting so long; NULL when none came. A new reference. */
json_t *bench_event(struct control_client *c, const char *name, int timeout_ms);
/* Waits for the next block that commits as this client sees it; its operations and
 * envelopes. */
struct bench_block {
    unsigned operations, envelopes;
};
struct bench_block bench_next_block(struct control_client *c);
/* Waits until all running nodes have come to one height. */
void bench_level(struct live *l);

/* --- agents that approve at once, of all seats --- */

void agents_begin(struct live *l);
void agents_end(struct live *l);
/* Without waiting for the answer. */
void agents_propose(struct control_client *c);
/* Lets them work until so many events of this name came. */
void agents_await(struct live *l, struct control_client *c, const char *name,
                  unsigned count);

#endif
