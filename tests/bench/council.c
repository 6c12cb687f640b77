/* SPDX-License-Identifier: ISC */
/* One council of real daemons, from its start to its end. */
#include "bench.h"

enum { IDLE_MS = 3000, DECIDE_SMALL = 4, DECIDE_LARGE = 33, ONLY_ONE = 1 };

/* No deadline falls into a run: what the load opens stays open. */
static const struct live_class class = {
    .name = "bench", .commit_ms = 3600000, .reveal_ms = 3600000, .grace_ms = 2000};

/* Whether decisions are measured in a council of this size: the smallest and the largest
 * of a whole run, or what was asked for. */
static bool decides(const struct bench_options *o, unsigned seats)
{
    return o->decide &&
           (seats == DECIDE_SMALL || seats == DECIDE_LARGE || o->size_count == ONLY_ONE);
}

void council_measure(struct bench_council *out, const struct bench_options *o)
{
    struct live_options options = {.seats = out->seats,
                                   .classes = &class,
                                   .class_count = 1,
                                   .config = "allow-bench = yes"};
    if (!o->load && !decides(o, out->seats)) {
        return;
    }
    struct live *l = live_new(&options);
    double start = now_s();
    if (!live_start_council(l)) {
        bench_fail("the council of %u does not start", out->seats);
    }
    out->start_s = now_s() - start;
    live_pump(l, IDLE_MS / 3); /* what the start left to do */
    double cpu = council_cpu(l);
    start = now_s();
    live_pump(l, IDLE_MS);
    out->idle_cpu = (council_cpu(l) - cpu) / (now_s() - start) / out->seats;
    out->idle = council_memory(l);
    out->loaded = out->idle;
    if (decides(o, out->seats)) {
        decide_measure(out, l);
        out->loaded = council_memory(l);
    }
    if (o->load) {
        load_measure(out, l, o);
    }
    live_free(l);
}
