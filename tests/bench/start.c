/* SPDX-License-Identifier: ISC */
/* From a council of which nothing runs to its first decision: the first process's start,
 * all others', agents that attach as soon as they can, a proposal as soon as a node takes
 * it. Each time with a council that never ran. */
#include "measure.h"

enum { TIMES = 3 };

/* As soon as the node has its socket. */
static struct control_client *connect_early(struct live *l, unsigned seat)
{
    double until = now_s() + LIVE_START_MS / 1e3;
    struct control_client *c = NULL;
    while (control_connect(live_seat(l, seat)->socket, &c, NULL) != 0) {
        if (now_s() > until || !live_running(l, seat)) {
            live_show_logs(l, 10);
            bench_fail("seat %u does not start", seat);
        }
        live_pump(l, 1);
    }
    control_disconnect(c);
    return bench_connect(l, seat, "proposal.");
}

static double start_once(struct live *l)
{
    agents_begin(l);
    double start = now_s();
    live_start_all(l);
    struct control_client *c = connect_early(l, 1);
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
