/* SPDX-License-Identifier: ISC */
/* The table for people, and the same figures as JSON. */
#include "bench.h"

#include "conclave/files.h"

#include <stdio.h>

/* What a figure is compared with; 0 when it was not measured. */
static double commits_of(const struct bench_limits *l, unsigned writers)
{
    for (size_t i = 0; i < l->commit_count; i++) {
        if (l->commits[i].writers == writers) {
            return l->commits[i].per_s;
        }
    }
    return 0;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* --- derived figures --- */

static double operations_per_s(const struct bench_council *c)
{
    return ratio((double)c->load.operations, c->load.seconds);
}

static double blocks_per_s(const struct bench_council *c)
{
    return ratio((double)c->load.blocks, c->load.seconds);
}

/* CPU of one daemon for one operation. */
static double operation_cpu(const struct bench_council *c)
{
    return ratio(c->load.cpu_s, (double)c->load.operations) / c->seats;
}

static double many_per_s(const struct bench_council *c)
{
    return ratio(c->decide.many, c->decide.many_s);
}

/* CPU of one daemon for one decision, in verifications. */
static double decision_verifies(const struct bench_report *r, const struct bench_council *c,
                                double cpu_s)
{
    return cpu_s / c->seats * r->limits.verifies_per_s;
}

/* One synced commit when every daemon commits at once. */
static double commit_s(const struct bench_report *r, unsigned writers)
{
    return ratio(writers, commits_of(&r->limits, writers));
}

/* --- the table --- */

static void print_limits(const struct bench_limits *l)
{
    printf("machine\n");
    printf("  %-38s %10.0f /s\n", "Ed25519 verifications, one core", l->verifies_per_s);
    printf("  %-38s %10.0f /s\n", "Ed25519 signatures, one core", l->signs_per_s);
    for (size_t i = 0; i < l->commit_count; i++) {
        printf("  LMDB synced commits, %3u writer%-10s %10.0f /s\n", l->commits[i].writers,
               l->commits[i].writers == 1 ? "" : "s", l->commits[i].per_s);
    }
}

static void print_load(const struct bench_report *r)
{
    printf("\nordering          operations    blocks   alone, ms      CPU/op   ops per  "
           "blocks per  alone per\n");
    printf("seats  start, s           /s        /s    p50    p99    us/node   verify  "
           "    commit     commit\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        if (c->has_load) {
            double commits = ratio(1, commit_s(r, c->seats));
            printf("%5u  %8.1f  %11.0f  %8.1f  %5.1f  %5.1f  %9.1f  %7.2f  %10.2f  %9.1f\n",
                   c->seats, c->start_s, operations_per_s(c), blocks_per_s(c),
                   c->latency.p50 * 1e3, c->latency.p99 * 1e3, operation_cpu(c) * 1e6,
                   ratio(operations_per_s(c), r->limits.verifies_per_s),
                   ratio(blocks_per_s(c), commits),
                   ratio(c->latency.p50, commit_s(r, c->seats)));
        }
    }
}

static void print_decide(const struct bench_report *r)
{
    printf("\ndecisions   one after another, s                   blocks  CPU/node,   "
           "many at once           CPU/node,\n"
           "seats    outcome p50    p99   final p50    p99           verifies     number  "
           "decided/s   verifies\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        const struct bench_decide *d = &c->decide;
        if (c->has_decide) {
            printf("%5u         %6.3f  %6.3f      %6.3f  %6.3f  %6.1f  %9.0f  %9u  %9.1f  "
                   "%9.0f\n",
                   c->seats, d->outcome.p50, d->outcome.p99, d->final.p50, d->final.p99,
                   d->one_blocks, decision_verifies(r, c, d->one_cpu_s), d->many,
                   many_per_s(c), decision_verifies(r, c, ratio(d->many_cpu_s, d->many)));
        }
    }
}

static void print_resources(const struct bench_report *r)
{
    const double mib = 1024.0 * 1024.0;
    printf("\none daemon   idle   resident, MiB: idle    loaded   (largest)\n");
    printf("seats       CPU, %%\n");
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        if (c->has_load || c->has_decide) {
            printf("%5u       %6.2f                %6.1f    %6.1f    %8.1f\n", c->seats,
                   c->idle_cpu * 100, c->idle.mean_bytes / mib, c->loaded.mean_bytes / mib,
                   c->loaded.max_bytes / mib);
        }
    }
}

void report_print(const struct bench_report *r, const struct bench_options *o)
{
    if (o->limits) {
        print_limits(&r->limits);
    }
    if (o->load) {
        print_load(r);
    }
    if (o->decide) {
        print_decide(r);
    }
    if (r->council_count > 0 && (o->load || o->decide)) {
        print_resources(r);
    }
    (void)fflush(stdout);
}

/* --- JSON --- */

static json_t *times_json(const struct bench_times *t)
{
    return json_pack("{s:I,s:f,s:f}", "count", (json_int_t)t->count, "p50", t->p50, "p99",
                     t->p99);
}

static json_t *memory_json(const struct bench_memory *m)
{
    return json_pack("{s:f,s:f}", "mean", m->mean_bytes, "max", m->max_bytes);
}

static json_t *limits_json(const struct bench_limits *l)
{
    json_t *commits = json_array();
    for (size_t i = 0; i < l->commit_count; i++) {
        json_array_append_new(commits,
                              json_pack("{s:i,s:f}", "writers", (int)l->commits[i].writers,
                                        "per_s", l->commits[i].per_s));
    }
    return json_pack("{s:f,s:f,s:o}", "ed25519_verifies_per_s", l->verifies_per_s,
                     "ed25519_signs_per_s", l->signs_per_s, "lmdb_synced_commits", commits);
}

static json_t *load_json(const struct bench_report *r, const struct bench_council *c)
{
    return json_pack(
        "{s:f,s:f,s:I,s:i,s:o,s:f,s:f,s:f,s:f}", "operations_per_s", operations_per_s(c),
        "blocks_per_s", blocks_per_s(c), "operations", (json_int_t)c->load.operations,
        "outstanding", (int)c->load.outstanding, "alone_s", times_json(&c->latency),
        "cpu_s_per_operation_and_node", operation_cpu(c), "operations_per_verify",
        ratio(operations_per_s(c), r->limits.verifies_per_s), "blocks_per_commit",
        blocks_per_s(c) * commit_s(r, c->seats), "alone_p50_per_commit",
        ratio(c->latency.p50, commit_s(r, c->seats)));
}

static json_t *decide_json(const struct bench_report *r, const struct bench_council *c)
{
    const struct bench_decide *d = &c->decide;
    return json_pack(
        "{s:o,s:o,s:f,s:f,s:f,s:i,s:f,s:f,s:f}", "outcome_s", times_json(&d->outcome),
        "final_s", times_json(&d->final), "one_blocks", d->one_blocks, "one_cpu_s_per_node",
        d->one_cpu_s / c->seats, "one_verifies_per_node",
        decision_verifies(r, c, d->one_cpu_s), "many", (int)d->many, "many_per_s",
        many_per_s(c), "many_cpu_s_per_decision_and_node",
        ratio(d->many_cpu_s, d->many) / c->seats, "many_verifies_per_decision_and_node",
        decision_verifies(r, c, ratio(d->many_cpu_s, d->many)));
}

void report_write(const struct bench_report *r, const struct bench_options *o)
{
    json_t *councils = json_array();
    for (size_t i = 0; i < r->council_count; i++) {
        const struct bench_council *c = &r->councils[i];
        if (!c->has_load && !c->has_decide) {
            continue;
        }
        json_t *one = json_pack("{s:i,s:f,s:f,s:o,s:o}", "seats", (int)c->seats, "start_s",
                                c->start_s, "idle_cpu", c->idle_cpu, "resident_idle_bytes",
                                memory_json(&c->idle), "resident_loaded_bytes",
                                memory_json(&c->loaded));
        if (c->has_load) {
            json_object_set_new(one, "ordering", load_json(r, c));
        }
        if (c->has_decide) {
            json_object_set_new(one, "decisions", decide_json(r, c));
        }
        json_array_append_new(councils, one);
    }
    json_t *all =
        json_pack("{s:o,s:o}", "machine", o->limits ? limits_json(&r->limits) : json_null(),
                  "councils", councils);
    if (json_dump_file(all, o->json, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) != 0) {
        bench_fail("cannot write %s", o->json);
    }
    json_decref(all);
}
