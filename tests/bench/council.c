/* SPDX-License-Identifier: ISC */
/* One council of real daemons, from its start to its end. */
#include "measure.h"

#include "base/alloc.h"

#include <stdlib.h>

enum {
    SETTLE_MS = 1000,
    IDLE_MS = 3000,
    IDLE_LARGE_MS = 10000,
    SMALL = 4,
    LARGE = 33,
    ONLY_ONE = 1,
    SINGLE_OUTSTANDING = 1024 /* four times what a seat may have under way then */
};

/* No deadline falls into a run: what the load opens stays open. */
static const struct live_class class = {
    .name = "bench", .commit_ms = 3600000, .reveal_ms = 3600000, .grace_ms = 2000};

/* Whether this part is for councils of this size: two are for the smallest of a whole run,
 * one for that and the largest, all for the one that was asked for. */
static bool wanted(const struct bench_options *o, enum bench_part part, unsigned seats)
{
    bool asked = o->size_count == ONLY_ONE, small = seats == SMALL, large = seats == LARGE;
    switch (part) {
    case PART_SINGLE:
    case PART_CATCHUP:
        return o->parts[part] && (asked || small);
    case PART_VIEWCHANGE:
        return o->parts[part] && (asked || small || large);
    case PART_LIMITS:
    case PART_START:
    case PART_IDLE:
    case PART_DECIDE:
    case PART_ALONE:
    case PART_LOAD:
    case PARTS:
        break;
    }
    return part < PARTS && o->parts[part];
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
        .charter = o->envelope > 0 ? "{\"ordering\":{\"seat_window\":256}}" : NULL};
    struct live *l = live_new(&options);
    l->options.config = NULL;
    free(config);
    return l;
}

void council_start(struct live *l)
{
    if (!live_start_council(l)) {
        bench_fail("the council of %u does not start", l->options.seats);
    }
    live_pump(l, SETTLE_MS); /* what the start left to do */
}

static void start(struct bench_council *out, struct live *l)
{
    double begin = now_s();
    council_start(l);
    out->start_s = now_s() - begin - SETTLE_MS / 1e3;
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

static void measure_single(struct bench_load *out, unsigned seats,
                           const struct bench_options *o)
{
    struct bench_options single = *o;
    single.envelope = 1;
    single.outstanding = o->outstanding > 0 ? o->outstanding : SINGLE_OUTSTANDING;
    struct live *l = council_new(seats, &single);
    council_start(l);
    load_measure(out, l, &single);
    live_free(l);
}

void council_measure(struct bench_council *out, const struct bench_options *o)
{
    unsigned seats = out->seats;
    for (int part = PART_START; part < PARTS; part++) {
        out->done[part] = wanted(o, (enum bench_part)part, seats);
    }
    out->ran = out->done[PART_IDLE] || out->done[PART_DECIDE] || out->done[PART_ALONE] ||
               out->done[PART_LOAD];
    if (out->done[PART_START]) {
        start_measure(out, o);
    }
    if (out->ran) {
        struct live *l = council_new(seats, o);
        measure_running(out, l, o);
        live_free(l);
    }
    if (out->done[PART_SINGLE]) {
        measure_single(&out->single, seats, o);
    }
    if (out->done[PART_VIEWCHANGE]) {
        viewchange_measure(&out->killed, &out->frozen, seats, o);
    }
    if (out->done[PART_CATCHUP]) {
        catchup_measure(out, o);
    }
}
