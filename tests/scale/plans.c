/* SPDX-License-Identifier: ISC */
/* What is run for a council of a size, and how much of it. */
#include "plans.h"

#include <stdio.h>
#include <string.h>

enum {
    SHARED_SEATS_MAX = 33, /* as real processes are measured, */
    FAR_SEATS_MAX = 7,     /* and over distances */
    OF_SEAT_MAX = 2048,    /* operations outstanding, as in the bench of real processes, */
    OF_ALL = 16384,
    OF_SEAT_MIN = 100, /* but for large envelopes */
    TEXT_BYTES = 8,
};

static const uint64_t loopback_ns = SCALE_MS / 50, local_ns = SCALE_MS / 10;

/* The larger a council, the more a block and a decision take: so that each run has about
 * the same work. */
static unsigned less(unsigned count, unsigned least, unsigned seats)
{
    unsigned enough = count * 4 / seats;
    return enough > least ? enough : least;
}

static unsigned at_once(unsigned seats)
{
    const unsigned quota = 8;
    unsigned each = 264 / seats;
    return each < 1 ? 1 : each < quota ? each : quota;
}

static unsigned outstanding(const struct plans *all, unsigned seats)
{
    unsigned each = all->outstanding(all->context, seats);
    each = each > 0 ? each : OF_ALL / seats;
    return each > OF_SEAT_MAX ? OF_SEAT_MAX : each > OF_SEAT_MIN ? each : OF_SEAT_MIN;
}

static void set_size(struct scale_plan *p, const struct plans *all)
{
    unsigned shorter = all->quick ? 4 : 1;
    switch (p->kind) {
    case SCALE_LOAD:
        p->count = less(80 / shorter, 4, p->seats);
        break;
    case SCALE_ALONE:
        p->count = less(80 / shorter, 5, p->seats);
        break;
    case SCALE_ONE:
        p->count = less(40 / shorter, 3, p->seats);
        break;
    case SCALE_MANY:
        p->at_once = all->quick && p->seats > FAR_SEATS_MAX ? 1 : at_once(p->seats);
        p->count = p->seats * p->at_once;
        break;
    }
}

/* What the calls take is measured in a run of its own, half as long. */
static void measure_own(struct scale_plan *p)
{
    struct scale_plan half = *p;
    struct scale_result r;
    if (p->kind != SCALE_MANY) {
        half.count = (p->count + 1) / 2;
    }
    scale_run(&half, &r);
    p->own = r.measured;
}

static void tell(const struct plans *all, const struct scale_plan *p,
                 const struct scale_result *r)
{
    if (r->stalled) {
        scale_fail("a council of %u made no block for two minutes of its time", p->seats);
    }
    all->tell(all->context, p, r);
}

static void begin_plan(struct scale_plan *p, const struct plans *all, uint16_t seats,
                       enum scale_kind kind)
{
    *p = (struct scale_plan){.kind = kind,
                             .seats = seats,
                             .cores = all->cores,
                             .delay_ns = loopback_ns,
                             .timer_floor_ms = SCALE_FLOOR_MS,
                             .outstanding = outstanding(all, seats),
                             .text_bytes = TEXT_BYTES,
                             .machine = all->machine(all->context, seats),
                             .dir = all->dir};
    scale_own_guess(&p->own);
    set_size(p, all);
    if (!all->nominal) {
        measure_own(p);
    }
}

double plans_fit_turn(const struct plans *all, uint16_t seats, double operation_cpu_s)
{
    struct scale_plan p;
    struct scale_result r;
    begin_plan(&p, all, seats, SCALE_ALONE);
    p.machine.turn_ns = 0;
    scale_run(&p, &r);
    const struct scale_counts *c = &r.counts;
    double known_ns = c->signature_ns + c->channel_ns + c->own_ns;
    double seen_ns = operation_cpu_s * 1e9 * seats * (double)r.operations;
    return seen_ns > known_ns ? (seen_ns - known_ns) / (double)c->turns : 0;
}

static void run(const struct plans *all, const struct scale_plan *p)
{
    struct scale_result r;
    scale_run(p, &r);
    tell(all, p, &r);
}

/* A kind of work on shared cores, on cores of their own, and over far links. */
static void run_kind(const struct plans *all, uint16_t seats, enum scale_kind kind)
{
    struct scale_plan p;
    begin_plan(&p, all, seats, kind);
    if (seats <= SHARED_SEATS_MAX) {
        run(all, &p);
    }
    p.cores = 0;
    p.quiet = true;
    p.delay_ns = local_ns;
    run(all, &p);
    for (size_t i = 0; kind != SCALE_LOAD && i < all->delay_count; i++) {
        unsigned far_ms = SCALE_FLOOR_DELAYS * all->delays_ms[i];
        p.delay_ns = all->delays_ms[i] * SCALE_MS;
        p.timer_floor_ms = far_ms > SCALE_FLOOR_MS ? far_ms : SCALE_FLOOR_MS;
        run(all, &p);
        if (kind == SCALE_ONE && seats <= FAR_SEATS_MAX) {
            p.quiet = false; /* as real ones are asked */
            run(all, &p);
            p.quiet = true;
        }
    }
}

void plans_run(const struct plans *all, uint16_t seats)
{
    for (int kind = SCALE_LOAD; kind <= SCALE_MANY; kind++) {
        if (all->kinds == 0 || (all->kinds & 1U << kind) != 0) {
            run_kind(all, seats, (enum scale_kind)kind);
        }
    }
}
