/* SPDX-License-Identifier: ISC */
/* From a council of which nothing runs to its first decision: the first process's start,
 * all others', agents that attach as soon as they can, a proposal as soon as a node takes
 * it. Each time with a council that never ran. */
#include "measure.h"

enum { TIMES = 3 };

static double start_once(struct live *l)
{
    agents_begin(l);
    double start = now_s();
    live_start_all(l);
    (void)seat_start(l, 1);
    struct control_client *c = bench_connect(l, 1, "proposal.");
    agents_propose(c);
    agents_await(l, c, "proposal.decided", 1);
    double passed = now_s() - start;
    control_disconnect(c);
    return passed;
}

void start_measure(struct bench_council *out, const struct bench_options *o)
{
    double samples[TIMES];
    for (unsigned i = 0; i < TIMES; i++) {
        struct live *l = council_new(out->seats, o);
        samples[i] = start_once(l);
        live_free(l);
    }
    out->first_decision = times_of(samples, TIMES);
}
