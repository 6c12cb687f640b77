/* SPDX-License-Identifier: ISC */
/* The tables for people. */
#include "report.h"
#include "measure.h"

#include <math.h>
#include <stdio.h>

static const double MB = 1e6, us_per_s = 1e6, ms_per_s = 1e3;

struct cell {
    char text[24];
};

/* What was not measured is a dash. */
static struct cell cell(double value, int decimals)
{
    struct cell c = {"-"};
    if (!isnan(value)) {
        (void)snprintf(c.text, sizeof(c.text), "%.*f", decimals, value);
    }
    return c;
}

/* The rate, and the spread of its samples. */
static void print_rate(const char *what, const struct bench_rate *rate, const char *name)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < rate->count; i++) {
        least = fmin(least, rate->samples[i]);
        most = fmax(most, rate->samples[i]);
    }
    printf("  %-38s %10.0f /s  (%.0f to %.0f)%s", what, rate->per_s, least, most, name);
}

static void print_limits(const struct bench_limits *l)
{
    printf("machine, %u core%s\n", l->cores, l->cores == 1 ? "" : "s");
    print_rate("Ed25519 verifications, one core", &l->verifies, "  V\n");
    print_rate("Ed25519 signatures, one core", &l->signs, "\n");
    for (size_t i = 0; i < l->commit_count; i++) {
        unsigned n = l->commits[i].writers;
        char what[64], name[64];
        double ms = ratio(n, l->commits[i].rate.per_s) * ms_per_s;
        (void)snprintf(what, sizeof(what), "LMDB synced commits, %3u writer%s", n,
                       n == 1 ? "" : "s");
        if (n == 1) {
            (void)snprintf(name, sizeof(name), "  S = %.2f ms\n", ms);
        } else {
            (void)snprintf(name, sizeof(name), "  S_%u = %.2f ms\n", n, ms);
        }
        print_rate(what, &l->commits[i].rate, name);
    }
}

static void print_load(const struct bench_report *r)
{
    printf("\nsaturated         operations          in an    blocks   latency, ms       "
           "CPU/op, us       this\n"
           "seats  waiting            /s      V  envelope        /s    p50     p99     "
           "all  a node   program\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_load *l = &c->load;
        if (c->done[PART_LOAD]) {
            printf("%5u  %7u  %12.0f  %5.2f  %8.0f  %8.1f  %5.0f  %6.0f  %6.1f  %6.1f  "
                   "%6.0f %%\n",
                   c->seats, l->outstanding, load_per_s(l), ratio(load_per_s(l), yard_v(r)),
                   load_per_envelope(l), ratio((double)l->blocks, l->seconds),
                   l->latency.p50 * ms_per_s, l->latency.p99 * ms_per_s,
                   load_cpu_s(l, c->seats) * us_per_s,
                   load_cpu_s(l, c->seats) / c->seats * us_per_s,
                   100 * ratio(l->own_cpu_s, l->seconds));
        }
    }
}

static void print_alone(const struct bench_report *r)
{
    printf("\none at a time   latency, ms            in S_n            block's signature "
           "checks, all nodes\n"
           "seats             p50     p99      p50     p99    at least   counted    bare, "
           "ms\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_times *t = &c->alone.latency;
        double s_n = yard_s(r, c->seats);
        if (c->done[PART_ALONE]) {
            printf("%5u           %5.1f  %6.1f   %6.1f  %6.1f    %8u  %8.0f  %10.1f\n",
                   c->seats, t->p50 * ms_per_s, t->p99 * ms_per_s, ratio(t->p50, s_n),
                   ratio(t->p99, s_n), block_checks(c->seats),
                   ratio(c->alone.counts.checked, (double)t->count),
                   block_checks_s(r, c->seats) * ms_per_s);
        }
    }
}

static void print_decide(const struct bench_report *r)
{
    printf(
        "\ndecisions   one after another, s                    blocks  checks    many at "
        "once         checks    signatures'\n"
        "seats    outcome p50    p99    final p50    p99             all   number  "
        "decided/s  all/decision  share  counted\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_decide *d = &c->decide;
        if (c->done[PART_DECIDE]) {
            printf("%5u         %6.3f  %6.3f       %6.3f  %6.3f  %5.1f  %6.0f   %6u  %9.1f"
                   "  %12.0f  %3.0f %%  %5.0f %%\n",
                   c->seats, d->outcome.p50, d->outcome.p99, d->final.p50, d->final.p99,
                   ratio(d->one_counts.blocks, d->one) / c->seats,
                   ratio(d->one_counts.checked, d->one), d->many, many_per_s(c),
                   ratio(d->many_counts.checked, d->many), 100 * many_share(r, c),
                   100 * many_checked_share(r, c));
        }
    }
}

static void print_memory(const char *when, unsigned seats, const struct bench_memory *m)
{
    printf("%5u  %-9s %6.1f %6.1f    %6.1f %6.1f  %6.1f %6.1f  %6.1f %6.1f  %6.1f %6.1f\n",
           seats, when, m->own.mean / MB, m->own.max / MB, m->resident.mean / MB,
           m->resident.max / MB, m->anonymous.mean / MB, m->anonymous.max / MB,
           m->file.mean / MB, m->file.max / MB, m->map.mean / MB, m->map.max / MB);
}

static void print_resources(const struct bench_report *r)
{
    printf(
        "\none daemon,    without the map   resident       anonymous      of files       "
        "the map\n"
        "MB, largest\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        if (c->ran) {
            print_memory("idle", c->seats, &c->idle);
            print_memory("at last", c->seats, &c->loaded);
        }
    }
    printf("\nseats   all connected, s   first decision, s   idle CPU of a daemon, %%\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        printf("%5u   %16s   %17s   %23s\n", c->seats, cell(c->start_s, 2).text,
               cell(c->first_decision.p50, 2).text, cell(c->idle_cpu * 100, 3).text);
    }
}

/* What one daemon puts on the wire and on its disk. */
static void print_bytes(const struct bench_report *r)
{
    printf("\nbytes of one daemon        sent     to disk   of blocks\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct {
            enum bench_part part;
            const char *of;
            const struct bench_counts *counts;
            double number;
        } rows[] = {
            {PART_LOAD, "operation", &c->load.counts, c->load.counts.operations / c->seats},
            {PART_ALONE, "one alone", &c->alone.counts, (double)c->alone.latency.count},
            {PART_DECIDE, "decision", &c->decide.one_counts, c->decide.one},
            {PART_DECIDE, "of many", &c->decide.many_counts, c->decide.many},
        };
        for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
            double by = rows[k].number * c->seats;
            if (c->done[rows[k].part]) {
                printf("%5u  %-10s   %10.0f  %10.0f  %10.0f\n", c->seats, rows[k].of,
                       ratio(rows[k].counts->sent_bytes, by),
                       ratio(rows[k].counts->written_bytes, by),
                       ratio(rows[k].counts->block_bytes, by));
            }
        }
    }
}

static void print_goals(const struct bench_report *r, const struct bench_options *o)
{
    struct bench_goal goals[GOALS_MAX];
    size_t count = goals_of(r, o, goals);
    printf("\ngoals; V a verification on one core, S_n a synced commit of n writers\n");
    for (size_t i = 0; i < count; i++) {
        const struct bench_goal *g = &goals[i];
        const char *unit = g->yardstick != NULL ? g->yardstick : g->unit;
        char ratio_text[32] = "";
        if (g->yardstick != NULL) {
            (void)snprintf(ratio_text, sizeof(ratio_text), "%.2f %s", g->ratio,
                           g->yardstick);
        }
        printf("n = %3u  %-50s %10.4g %-3s %11s   %-8s %6.4g %-4s %s\n", g->seats, g->what,
               g->figure, g->unit, ratio_text, g->at_least ? "at least" : "at most",
               g->goal, unit, goal_met(g) ? "met" : "not met");
    }
}

void report_print(const struct bench_report *r, const struct bench_options *o)
{
    if (o->parts[PART_LIMITS]) {
        print_limits(&r->limits);
    }
    if (o->parts[PART_LOAD]) {
        print_load(r);
    }
    if (o->parts[PART_ALONE]) {
        print_alone(r);
    }
    if (o->parts[PART_DECIDE]) {
        print_decide(r);
    }
    print_resources(r);
    print_bytes(r);
    print_goals(r, o);
    (void)fflush(stdout);
}
