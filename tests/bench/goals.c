/* SPDX-License-Identifier: ISC */
/* What a council ought to do, in the machine's yardsticks. Nothing fails by them. */
#include "measure.h"
#include "report.h"

#include <math.h>

enum { SMALL = 4, LARGE = 33, FULL_ENVELOPE = 100 };
static const double MB = 1e6, us_per_s = 1e6, ms_per_s = 1e3, percent = 100;

struct list {
    const struct bench_report *r;
    struct bench_goal *goals;
    size_t count;
};

static void add(struct list *l, const struct bench_goal *g)
{
    bool there = !isnan(g->figure) && (g->yardstick == NULL || !isnan(g->ratio));
    if (there && l->count < GOALS_MAX) {
        l->goals[l->count++] = *g;
    }
}

/* --- ordering --- */

static void add_rate(struct list *l, const struct bench_load *load, const char *name,
                     unsigned seats, const char *what, double goal)
{
    double per_s = load_per_s(load);
    struct bench_goal g = {name, seats, what, per_s, "/s", ratio(per_s, yard_v(l->r)),
                           "V",  goal,  true};
    add(l, &g);
}

static void add_load(struct list *l, const struct bench_council *c)
{
    const struct bench_load *load = &c->load;
    bool full = load_per_envelope(load) >= FULL_ENVELOPE;
    static const char what[] = "operations/s, envelopes of 100 or more";
    if (c->seats == SMALL && full) {
        add_rate(l, load, "load", c->seats, what, 4.5);
        double us = load_cpu_s(load, c->seats) * us_per_s;
        struct bench_goal g = {"load_cpu", c->seats, "CPU of an operation, all replicas",
                               us,         "us",     NAN,
                               NULL,       12,       false};
        add(l, &g);
    } else if (c->seats == LARGE && full) {
        add_rate(l, load, "load", c->seats, what, 0.5);
    }
}

static void add_single(struct list *l, const struct bench_council *c)
{
    if (c->seats == SMALL) {
        add_rate(l, &c->single, "single", c->seats,
                 "operations/s, each in an envelope of its own", 0.40);
    }
}

static void add_alone(struct list *l, const struct bench_council *c)
{
    double p50 = c->alone.latency.p50, s_n = yard_s(l->r, c->seats);
    struct bench_goal g = {"alone",        c->seats, "one operation at a time, p50",
                           p50 * ms_per_s, "ms",     ratio(p50, s_n),
                           "S_n",          6,        false};
    if (c->seats == LARGE) {
        g.goal = ratio(3 * s_n + 1.5 * block_checks_s(l->r, c->seats), s_n);
    }
    if (c->seats == SMALL || c->seats == LARGE) {
        add(l, &g);
    }
}

/* --- decisions --- */

static void add_decide(struct list *l, const struct bench_council *c)
{
    struct bench_goal one = {"decide",
                             c->seats,
                             "proposal to outcome, p50",
                             c->decide.outcome.p50,
                             "s",
                             NAN,
                             NULL,
                             0.4,
                             false};
    struct bench_goal many = {"decide_many",
                              c->seats,
                              "decisions at once, of what signatures allow",
                              many_share(l->r, c) * percent,
                              "%",
                              NAN,
                              NULL,
                              70,
                              true};
    if (c->seats == LARGE) {
        add(l, &one);
        add(l, &many);
    }
}

/* --- resources --- */

static void add_memory(struct list *l, const struct bench_council *c)
{
    struct bench_goal idle = {"memory_idle",
                              c->seats,
                              "memory without the store's map, idle, largest",
                              c->idle.own.max / MB,
                              "MB",
                              NAN,
                              NULL,
                              6,
                              false};
    struct bench_goal loaded = {"memory_loaded",
                                c->seats,
                                "memory without the store's map, saturated, largest",
                                c->loaded.own.max / MB,
                                "MB",
                                NAN,
                                NULL,
                                24,
                                false};
    add(l, &idle);
    if (c->done[PART_LOAD]) {
        add(l, &loaded);
    }
}

static void add_resources(struct list *l, const struct bench_council *c)
{
    struct bench_goal cpu = {"idle_cpu",
                             c->seats,
                             "idle CPU of one daemon",
                             c->idle_cpu * percent,
                             "%",
                             NAN,
                             NULL,
                             0.3,
                             false};
    struct bench_goal start = {"start",
                               c->seats,
                               "first decision after the start",
                               c->first_decision.p50,
                               "s",
                               NAN,
                               NULL,
                               2,
                               false};
    if (c->ran && (c->seats == SMALL || c->seats == LARGE)) {
        add_memory(l, c);
    }
    if (c->seats == LARGE && c->done[PART_IDLE]) {
        add(l, &cpu);
    }
    if (c->seats == LARGE && c->done[PART_START]) {
        add(l, &start);
    }
}

/* --- coming back --- */

static void add_viewchange(struct list *l, const struct bench_council *c,
                           const struct bench_viewchange *v, const char *name,
                           const char *what)
{
    struct bench_goal g = {
        name, c->seats, what, viewchange_times(v->over_s, v).p50 * ms_per_s,
        "ms", NAN,      NULL, 5 * yard_s(l->r, 1) * ms_per_s + 60,
        false};
    if (c->seats == LARGE && !isnan(g.goal)) {
        add(l, &g);
    }
}

static void add_catchup(struct list *l, const struct bench_council *c)
{
    const struct bench_catchup *u = &c->catchup;
    const struct bench_replay *p = &c->replay;
    double per_s = ratio(u->operations, u->connected_s.p50);
    struct bench_goal rate = {
        "catchup", c->seats, "operations/s of a replica that catches up",
        per_s,     "/s",     ratio(per_s, yard_v(l->r)),
        "V",       5,        true};
    struct bench_goal replay = {
        "replay",    c->seats, "replay of a ledger, in the time of reading and hashing",
        p->replay_s, "s",      ratio(p->replay_s, replay_bound_s(p)),
        "hashing",   1,        false};
    add(l, &rate);
    add(l, &replay);
}

size_t goals_of(const struct bench_report *r, struct bench_goal out[GOALS_MAX])
{
    struct list l = {.r = r, .goals = out};
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        if (c->done[PART_LOAD]) {
            add_load(&l, c);
        }
        if (c->done[PART_SINGLE]) {
            add_single(&l, c);
        }
        if (c->done[PART_ALONE]) {
            add_alone(&l, c);
        }
        if (c->done[PART_DECIDE]) {
            add_decide(&l, c);
        }
        add_resources(&l, c);
        if (c->done[PART_VIEWCHANGE]) {
            add_viewchange(&l, c, &c->killed, "viewchange",
                           "view change, beyond the request timer, median");
            add_viewchange(&l, c, &c->frozen, "viewchange_frozen",
                           "the same where the primary is only frozen");
        }
        if (c->done[PART_CATCHUP]) {
            add_catchup(&l, c);
        }
    }
    return l.count;
}

bool goal_met(const struct bench_goal *g)
{
    double value = g->yardstick != NULL ? g->ratio : g->figure;
    return g->at_least ? value >= g->goal : value <= g->goal;
}
