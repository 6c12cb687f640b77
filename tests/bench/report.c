/* SPDX-License-Identifier: ISC */
/* The tables for people. */
#include "report.h"
#include "measure.h"
#include "table.h"

#include <math.h>
#include <stdio.h>

static const double MB = 1e6, us_per_s = 1e6, ms_per_s = 1e3, percent = 100;

/* --- the machine --- */

/* The rate, and the spread of its samples. */
static void print_rate(const char *what, const struct bench_rate *rate, const char *name)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < rate->count; i++) {
        least = fmin(least, rate->samples[i]);
        most = fmax(most, rate->samples[i]);
    }
    printf("  %-34s %8.0f /s  (%.0f to %.0f)  %s\n", what, rate->per_s, least, most, name);
}

static void print_limits(const struct bench_limits *l)
{
    printf("machine, %u core%s\n", l->cores, l->cores == 1 ? "" : "s");
    print_rate("Ed25519 verifications, one core", &l->verifies, "V");
    print_rate("Ed25519 verifications, all cores", &l->all_verifies, "");
    print_rate("Ed25519 signatures, one core", &l->signs, "");
    for (size_t i = 0; i < l->disk_count; i++) {
        const struct bench_writers *d = &l->disk[i];
        char what[64], yard[16] = "S", name[64];
        const char *plural = d->writers == 1 ? "" : "s";
        (void)snprintf(what, sizeof(what), "LMDB synced commits, %3u writer%s", d->writers,
                       plural);
        if (d->writers != 1) {
            (void)snprintf(yard, sizeof(yard), "S_%u", d->writers);
        }
        (void)snprintf(name, sizeof(name), "%s = %.2f ms", yard,
                       ratio(d->writers, d->commits.per_s) * ms_per_s);
        print_rate(what, &d->commits, name);
        (void)snprintf(what, sizeof(what), "synced appends, %3u writer%s", d->writers,
                       plural);
        print_rate(what, &d->appends, "");
    }
}

/* --- ordering --- */

static void print_load(const struct bench_report *r, enum bench_part part)
{
    static const struct table_column columns[] = {
        {"seats", 0},     {"waiting", 0},         {"operations/s", 0},  {"  in V", 2},
        {"blocks/s", 1},  {"ops in envelope", 0}, {"p50, ms", 0},       {"p99, ms", 0},
        {"CPU us/op", 1}, {"of one node", 1},     {"CPU of this, %", 0}};
    table_head(part == PART_LOAD ? "saturated"
                                 : "saturated, each operation in its envelope",
               columns, TABLE_COLUMNS(columns));
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_load *l = part == PART_LOAD ? &c->load : &c->single;
        if (c->done[part]) {
            double cpu_us = load_cpu_s(l, c->seats) * us_per_s;
            const double row[] = {c->seats,
                                  l->outstanding,
                                  load_per_s(l),
                                  ratio(load_per_s(l), yard_v(r)),
                                  ratio((double)l->blocks, l->seconds),
                                  load_per_envelope(l),
                                  l->latency.p50 * ms_per_s,
                                  l->latency.p99 * ms_per_s,
                                  cpu_us,
                                  cpu_us / c->seats,
                                  ratio(l->own_cpu_s, l->seconds) * percent};
            table_row(columns, TABLE_COLUMNS(columns), row);
        }
    }
}

static void print_alone(const struct bench_report *r)
{
    static const struct table_column columns[] = {
        {"seats", 0},      {"p50, ms", 1},
        {"p99, ms", 1},    {"p50 in S_n", 1},
        {"p99 in S_n", 1}, {"signature checks, at least", 0},
        {"counted", 0},    {"bare cost of those, ms", 1}};
    table_head("one operation at a time", columns, TABLE_COLUMNS(columns));
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_times *t = &c->alone.latency;
        double s_n = yard_s(r, c->seats);
        if (c->done[PART_ALONE]) {
            const double row[] = {c->seats,
                                  t->p50 * ms_per_s,
                                  t->p99 * ms_per_s,
                                  ratio(t->p50, s_n),
                                  ratio(t->p99, s_n),
                                  block_checks(c->seats),
                                  ratio(c->alone.counts.checked, (double)t->count),
                                  block_checks_s(r, c->seats) * ms_per_s};
            table_row(columns, TABLE_COLUMNS(columns), row);
        }
    }
    printf("checks of a block: n replicas, each 1 envelope, 1 primary's signature, q-2 "
           "PREPAREs, q-1 COMMITs;\ntheir bare cost: over V on each core\n");
}

/* --- decisions --- */

static void print_one(const struct bench_report *r)
{
    static const struct table_column columns[] = {{"seats", 0},
                                                  {"outcome p50, s", 3},
                                                  {"  p99, s", 3},
                                                  {"final p50, s", 3},
                                                  {"  p99, s", 3},
                                                  {"blocks", 1},
                                                  {"signature checks", 0},
                                                  {"CPU of a node, ms", 1}};
    table_head("decisions one after another", columns, TABLE_COLUMNS(columns));
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_decide *d = &c->decide;
        if (c->done[PART_DECIDE]) {
            const double row[] = {c->seats,
                                  d->outcome.p50,
                                  d->outcome.p99,
                                  d->final.p50,
                                  d->final.p99,
                                  ratio(d->one_counts.blocks, d->one) / c->seats,
                                  ratio(d->one_counts.checked, d->one),
                                  ratio(d->one_counts.cpu_s, d->one) / c->seats * ms_per_s};
            table_row(columns, TABLE_COLUMNS(columns), row);
        }
    }
}

static void print_many(const struct bench_report *r)
{
    static const struct table_column columns[] = {{"seats", 0},
                                                  {"number", 0},
                                                  {"decided/s", 1},
                                                  {"checks if each ballot is signed", 0},
                                                  {"counted", 0},
                                                  {"share of what the first allow, %", 0},
                                                  {"cores' time for the second, %", 0},
                                                  {"CPU of a node, ms", 2},
                                                  {"CPU of this, %", 0}};
    table_head("decisions many at once", columns, TABLE_COLUMNS(columns));
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_decide *d = &c->decide;
        if (c->done[PART_DECIDE]) {
            const double row[] = {c->seats,
                                  d->many,
                                  many_per_s(c),
                                  decision_checks(c->seats),
                                  ratio(d->many_counts.checked, d->many),
                                  many_share(r, c) * percent,
                                  many_checked_share(r, c) * percent,
                                  ratio(d->many_counts.cpu_s, d->many) / c->seats *
                                      ms_per_s,
                                  ratio(d->many_own_cpu_s, d->many_s) * percent};
            table_row(columns, TABLE_COLUMNS(columns), row);
        }
    }
    printf("checks of a decision: the proposal's and n ballots' signatures, each by n-1 "
           "replicas; at V on each core\nthey allow so many decisions a second. Ballots "
           "that leave a seat together share one\n");
}

/* --- resources --- */

static void print_memory(const struct bench_report *r, bool loaded)
{
    static const struct table_column columns[] = {
        {"seats", 0},   {"without the map", 1}, {"largest", 1}, {"resident", 1},
        {"largest", 1}, {"anonymous", 1},       {"largest", 1}, {"of files", 1},
        {"largest", 1}, {"the store's map", 1}, {"largest", 1}};
    table_head(loaded ? "memory of one daemon at last, MB"
                      : "memory of one daemon idle, MB",
               columns, TABLE_COLUMNS(columns));
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_memory *m = loaded ? &c->loaded : &c->idle;
        if (c->ran) {
            const double row[] = {c->seats,
                                  m->own.mean / MB,
                                  m->own.max / MB,
                                  m->resident.mean / MB,
                                  m->resident.max / MB,
                                  m->anonymous.mean / MB,
                                  m->anonymous.max / MB,
                                  m->file.mean / MB,
                                  m->file.max / MB,
                                  m->map.mean / MB,
                                  m->map.max / MB};
            table_row(columns, TABLE_COLUMNS(columns), row);
        }
    }
}

static void print_start(const struct bench_report *r)
{
    static const struct table_column columns[] = {{"seats", 0},
                                                  {"all connected, s", 2},
                                                  {"first decision, s", 2},
                                                  {"slowest", 2},
                                                  {"idle CPU of a daemon, %", 3}};
    table_head("starting, and doing nothing", columns, TABLE_COLUMNS(columns));
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const double row[] = {c->seats, c->start_s, c->first_decision.p50,
                              c->first_decision.p99, c->idle_cpu * percent};
        table_row(columns, TABLE_COLUMNS(columns), row);
    }
}

/* What one daemon puts on the wire and on its disk. */
static void print_bytes(const struct bench_council *c)
{
    static const struct table_column columns[] = {
        {"      sent", 0}, {"   to disk", 0}, {" of blocks", 0}};
    const struct {
        enum bench_part part;
        const char *of;
        const struct bench_counts *counts;
        double number;
    } rows[] = {
        {PART_LOAD, "operation", &c->load.counts, c->load.counts.operations / c->seats},
        {PART_SINGLE, "one in its envelope", &c->single.counts,
         c->single.counts.operations / c->seats},
        {PART_ALONE, "one at a time", &c->alone.counts, (double)c->alone.latency.count},
        {PART_DECIDE, "decision", &c->decide.one_counts, c->decide.one},
        {PART_DECIDE, "decision of many", &c->decide.many_counts, c->decide.many},
    };
    for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
        double by = rows[k].number * c->seats;
        if (c->done[rows[k].part]) {
            const double row[] = {ratio(rows[k].counts->sent_bytes, by),
                                  ratio(rows[k].counts->written_bytes, by),
                                  ratio(rows[k].counts->block_bytes, by)};
            printf("%5u   %-20s", c->seats, rows[k].of);
            table_row(columns, TABLE_COLUMNS(columns), row);
        }
    }
}

static void print_resources(const struct bench_report *r)
{
    bool ran = false, started = false;
    for (size_t i = 0; i < r->council_count; i++) {
        ran |= r->councils[i].ran;
        started |= r->councils[i].ran || r->councils[i].done[PART_START];
    }
    if (ran) {
        print_memory(r, false);
        print_memory(r, true);
        printf("\nbytes of one daemon               sent      to disk    of blocks\n");
        for (size_t i = 0; i < r->council_count; i++) {
            print_bytes(&r->councils[i]);
        }
    }
    if (started) {
        print_start(r);
    }
}

/* --- all of it --- */

static void print_ordering(const struct bench_report *r)
{
    print_load(r, PART_LOAD);
}

static void print_single(const struct bench_report *r)
{
    print_load(r, PART_SINGLE);
}

static void print_decide(const struct bench_report *r)
{
    print_one(r);
    print_many(r);
}

void report_print(const struct bench_report *r, const struct bench_options *o)
{
    static void (*const prints[PARTS])(const struct bench_report *) = {
        [PART_DECIDE] = print_decide,          [PART_ALONE] = print_alone,
        [PART_LOAD] = print_ordering,          [PART_SINGLE] = print_single,
        [PART_VIEWCHANGE] = report_viewchange, [PART_CATCHUP] = report_catchup};
    if (o->parts[PART_LIMITS]) {
        print_limits(&r->limits);
    }
    for (int part = 0; part < PARTS; part++) {
        if (o->parts[part] && prints[part] != NULL) {
            prints[part](r);
        }
    }
    print_resources(r);
    report_goals(r);
    (void)fflush(stdout);
}
