/* SPDX-License-Identifier: ISC */
/* One council of real daemons, from its start to its end. */
#include "measure.h"

#include "base/alloc.h"

#include <stdlib.h>

enum { IDLE_MS = 3000, IDLE_LARGE_MS = 10000, DECIDE_SMALL = 4, LARGE = 33, ONLY_ONE = 1 };

/* No deadline falls into a run: what the load opens stays open. */
static const struct live_class class = {
    .name = "bench", .commit_ms = 3600000, .reveal_ms = 3600000, .grace_ms = 2000};

/* Whether this part is for councils of this size: decisions are measured in the smallest
 * and the largest of a whole run, or in what was asked for. */
static bool wanted(const struct bench_options *o, enum bench_part part, unsigned seats)
{
    bool some = seats == DECIDE_SMALL || seats == LARGE || o->size_count == ONLY_ONE;
    return o->parts[part] && (part != PART_DECIDE || some);
}

/* The lines of every daemon's configuration, and those of the charter. With small envelopes
 * more of them must be under way for as many operations. */
struct live *council_new(unsigned seats, const struct bench_options *o)
{
    char *config =
        o->envelope > 0
            ? alloc_printf("allow-bench = yes\nenvelope-operations = %u", o->envelope)
            : alloc_string("allow-bench = yes");
    struct live_options options = {
        .seats = seats,
        .classes = &class,
        .class_count = 1,
        .config = config,
        .charter = o->envelope > 0 ? "{\"ordering\":{\"seat_window\":64}}" : NULL};
    struct live *l = live_new(&options);
    l->options.config = NULL;
    free(config);
    return l;
}

static void start(struct bench_council *out, struct live *l)
{
    double begin = now_s();
    if (!live_start_council(l)) {
        bench_fail("the council of %u does not start", out->seats);
    }
    out->start_s = now_s() - begin;
    live_pump(l, IDLE_MS / 3); /* what the start left to do */
}

static void measure_idle(struct bench_council *out, struct live *l)
{
    double cpu = council_cpu(l), begin = now_s();
    live_pump(l, out->seats >= LARGE ? IDLE_LARGE_MS : IDLE_MS);
    out->idle_cpu = (council_cpu(l) - cpu) / (now_s() - begin) / out->seats;
}

static void measure_running(struct bench_council *out, struct live *l,
                            const struct bench_options *o)
{
    start(out, l);
    if (out->done[PART_IDLE]) {
        measure_idle(out, l);
    }
    out->idle = council_memory(l);
    if (out->done[PART_DECIDE]) {
        decide_measure(out, l);
    }
    if (out->done[PART_ALONE]) {
        alone_measure(out, l, o);
    }
    out->loaded = council_memory(l);
    if (out->done[PART_LOAD]) {
        load_measure(&out->load, l, o);
        out->loaded = out->load.memory;
    }
}

void council_measure(struct bench_council *out, const struct bench_options *o)
{
    bool runs = false;
    for (int part = PART_START; part < PARTS; part++) {
        out->done[part] = wanted(o, (enum bench_part)part, out->seats);
        runs |= out->done[part] && part != PART_START;
    }
    if (out->done[PART_START]) {
        start_measure(out, o);
    }
    if (runs) {
        struct live *l = council_new(out->seats, o);
        measure_running(out, l, o);
        live_free(l);
        out->ran = true;
    }
}
