/* SPDX-License-Identifier: ISC */
/* The figures as JSON; tests/bench/README says what each is. */
#include "measure.h"
#include "report.h"

#include <math.h>

/* JSON has no word for what was not measured but null. */
static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *values_json(const double *values, size_t count)
{
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(out, real(values[i]));
    }
    return out;
}

static json_t *times_json(const struct bench_times *t)
{
    return json_pack("{s:I,s:o,s:o}", "count", (json_int_t)t->count, "p50", real(t->p50),
                     "p99", real(t->p99));
}

static json_t *share_json(const struct bench_share *s)
{
    return json_pack("{s:o,s:o}", "mean", real(s->mean), "max", real(s->max));
}

static json_t *memory_json(const struct bench_memory *m)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "resident", share_json(&m->resident), "own",
                     share_json(&m->own), "anonymous", share_json(&m->anonymous), "file",
                     share_json(&m->file), "map", share_json(&m->map));
}

static json_t *writers_json(unsigned writers, const struct bench_rate *rate)
{
    return json_pack("{s:i,s:f,s:o}", "writers", (int)writers, "per_s", rate->per_s,
                     "samples", values_json(rate->samples, rate->count));
}

static json_t *limits_json(const struct bench_limits *l)
{
    json_t *commits = json_array(), *appends = json_array();
    for (size_t i = 0; i < l->disk_count; i++) {
        const struct bench_writers *d = &l->disk[i];
        json_array_append_new(commits, writers_json(d->writers, &d->commits));
        json_array_append_new(appends, writers_json(d->writers, &d->appends));
    }
    return json_pack(
        "{s:i,s:f,s:o,s:f,s:f,s:o,s:o}", "cores", (int)l->cores, "ed25519_verifies_per_s",
        l->verifies.per_s, "ed25519_verifies_samples",
        values_json(l->verifies.samples, l->verifies.count),
        "ed25519_all_cores_verifies_per_s", l->all_verifies.per_s, "ed25519_signs_per_s",
        l->signs.per_s, "lmdb_synced_commits", commits, "synced_appends", appends);
}

/* Of one daemon, for one of so many things. */
static json_t *each_json(const struct bench_counts *c, double things, unsigned seats)
{
    double by = things * seats;
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "cpu_s", real(ratio(c->cpu_s, by)), "checks",
                     real(ratio(c->checked, by)), "sent_bytes",
                     real(ratio(c->sent_bytes, by)), "written_bytes",
                     real(ratio(c->written_bytes, by)), "block_bytes",
                     real(ratio(c->block_bytes, by)));
}

static void put(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, real(value));
}

static json_t *load_json(const struct bench_report *r, const struct bench_load *l,
                         unsigned seats)
{
    double per_s = load_per_s(l), blocks_per_s = ratio((double)l->blocks, l->seconds);
    json_t *out =
        json_pack("{s:I,s:i,s:o,s:o}", "operations", (json_int_t)l->operations,
                  "outstanding", (int)l->outstanding, "latency_s", times_json(&l->latency),
                  "each", each_json(&l->counts, l->counts.operations / seats, seats));
    put(out, "operations_per_s", per_s);
    put(out, "blocks_per_s", blocks_per_s);
    put(out, "operations_per_envelope", load_per_envelope(l));
    put(out, "cpu_s_per_operation", load_cpu_s(l, seats));
    put(out, "cpu_s_per_operation_and_node", load_cpu_s(l, seats) / seats);
    put(out, "operations_per_verify", ratio(per_s, yard_v(r)));
    put(out, "blocks_per_commit", blocks_per_s * yard_s(r, seats));
    put(out, "own_cpu", ratio(l->own_cpu_s, l->seconds));
    return out;
}

static json_t *alone_json(const struct bench_report *r, const struct bench_council *c)
{
    const struct bench_times *t = &c->alone.latency;
    json_t *out = json_pack("{s:o,s:i,s:o}", "latency_s", times_json(t), "block_checks",
                            (int)block_checks(c->seats), "each",
                            each_json(&c->alone.counts, (double)t->count, c->seats));
    put(out, "p50_per_commit", ratio(t->p50, yard_s(r, c->seats)));
    put(out, "p99_per_commit", ratio(t->p99, yard_s(r, c->seats)));
    put(out, "block_checks_s", block_checks_s(r, c->seats));
    return out;
}

static json_t *decide_json(const struct bench_report *r, const struct bench_council *c)
{
    const struct bench_decide *d = &c->decide;
    double one_cpu_s = ratio(d->one_counts.cpu_s, d->one) / c->seats;
    double many_cpu_s = ratio(d->many_counts.cpu_s, d->many) / c->seats;
    json_t *out = json_pack(
        "{s:o,s:o,s:o,s:i,s:o,s:i}", "outcome_s", times_json(&d->outcome), "final_s",
        times_json(&d->final), "one_each", each_json(&d->one_counts, d->one, c->seats),
        "many", (int)d->many, "many_each", each_json(&d->many_counts, d->many, c->seats),
        "decision_checks", (int)decision_checks(c->seats));
    put(out, "one_blocks", ratio(d->one_counts.blocks, d->one) / c->seats);
    put(out, "one_cpu_s_per_node", one_cpu_s);
    put(out, "one_verifies_per_node", one_cpu_s * yard_v(r));
    put(out, "many_per_s", many_per_s(c));
    put(out, "many_cpu_s_per_decision_and_node", many_cpu_s);
    put(out, "many_verifies_per_decision_and_node", many_cpu_s * yard_v(r));
    put(out, "many_share", many_share(r, c));
    put(out, "many_checked_share", many_checked_share(r, c));
    put(out, "many_own_cpu", ratio(d->many_own_cpu_s, d->many_s));
    return out;
}

static json_t *viewchange_json(const struct bench_viewchange *v)
{
    json_t *out = json_pack(
        "{s:o,s:o,s:o}", "elapsed_s", values_json(v->elapsed_s, v->count), "timer_s",
        values_json(v->timer_s, v->count), "over_s", values_json(v->over_s, v->count));
    put(out, "elapsed_median_s", viewchange_times(v->elapsed_s, v).p50);
    put(out, "over_median_s", viewchange_times(v->over_s, v).p50);
    return out;
}

static json_t *catchup_json(const struct bench_report *r, const struct bench_catchup *c)
{
    double per_s = ratio(c->operations, c->connected_s.p50);
    json_t *out = json_object();
    put(out, "operations", c->operations);
    put(out, "block_bytes", c->block_bytes);
    put(out, "whole_s", c->whole_s.p50);
    put(out, "connected_s", c->connected_s.p50);
    put(out, "transfer_s", c->transfer_s.p50);
    put(out, "operations_per_s", per_s);
    put(out, "operations_per_verify", ratio(per_s, yard_v(r)));
    return out;
}

static json_t *replay_json(const struct bench_replay *c)
{
    json_t *out = json_object();
    put(out, "operations", c->operations);
    put(out, "block_bytes", c->block_bytes);
    put(out, "store_bytes", c->store_bytes);
    put(out, "start_s", c->start_s);
    put(out, "start_cpu_s", c->start_cpu_s);
    put(out, "replay_s", c->replay_s);
    put(out, "operations_per_s", ratio(c->operations, c->replay_s));
    put(out, "bytes_per_s", ratio(c->block_bytes, c->replay_s));
    put(out, "read_s", c->read_s);
    put(out, "blake2b_s", c->blake2b_s);
    put(out, "sha256_s", c->sha256_s);
    return out;
}

static json_t *council_json(const struct bench_report *r, const struct bench_council *c)
{
    json_t *out = json_pack("{s:i}", "seats", (int)c->seats);
    if (c->ran) {
        json_object_set_new(out, "start_s", real(c->start_s));
        json_object_set_new(out, "resident_idle_bytes", share_json(&c->idle.resident));
        json_object_set_new(out, "resident_loaded_bytes", share_json(&c->loaded.resident));
        json_object_set_new(out, "memory_idle_bytes", memory_json(&c->idle));
        json_object_set_new(out, "memory_loaded_bytes", memory_json(&c->loaded));
    }
    if (c->done[PART_START]) {
        json_object_set_new(out, "first_decision_s", times_json(&c->first_decision));
    }
    if (c->done[PART_IDLE]) {
        json_object_set_new(out, "idle_cpu", real(c->idle_cpu));
    }
    if (c->done[PART_ALONE]) {
        json_object_set_new(out, "alone", alone_json(r, c));
    }
    if (c->done[PART_LOAD]) {
        json_object_set_new(out, "ordering", load_json(r, &c->load, c->seats));
    }
    if (c->done[PART_DECIDE]) {
        json_object_set_new(out, "decisions", decide_json(r, c));
    }
    if (c->done[PART_SINGLE]) {
        json_object_set_new(out, "ordering_single", load_json(r, &c->single, c->seats));
    }
    if (c->done[PART_VIEWCHANGE]) {
        json_object_set_new(out, "viewchange", viewchange_json(&c->killed));
        json_object_set_new(out, "viewchange_frozen", viewchange_json(&c->frozen));
    }
    if (c->done[PART_CATCHUP]) {
        json_object_set_new(out, "catchup", catchup_json(r, &c->catchup));
        json_object_set_new(out, "replay", replay_json(&c->replay));
    }
    return out;
}

static json_t *goals_json(const struct bench_report *r)
{
    struct bench_goal goals[GOALS_MAX];
    size_t count = goals_of(r, goals);
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct bench_goal *g = &goals[i];
        json_array_append_new(
            out, json_pack("{s:s,s:i,s:s,s:o,s:s,s:o,s:s?,s:o,s:s,s:b}", "name", g->name,
                           "seats", (int)g->seats, "what", g->what, "figure",
                           real(g->figure), "unit", g->unit, "ratio", real(g->ratio),
                           "yardstick", g->yardstick, "goal", real(g->goal), "bound",
                           g->at_least ? "at least" : "at most", "met", goal_met(g)));
    }
    return out;
}

void report_write(const struct bench_report *r, const struct bench_options *o)
{
    json_t *councils = json_array();
    for (size_t i = 0; i < r->council_count; i++) {
        json_array_append_new(councils, council_json(r, &r->councils[i]));
    }
    json_t *all = json_pack("{s:o,s:o,s:o,s:i,s:i,s:i}", "machine",
                            o->parts[PART_LIMITS] ? limits_json(&r->limits) : json_null(),
                            "councils", councils, "goals", goals_json(r), "seconds",
                            (int)o->seconds, "text_bytes", (int)o->text_bytes,
                            "envelope_operations", (int)o->envelope);
    if (all == NULL ||
        json_dump_file(all, o->json, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) != 0) {
        bench_fail("cannot write %s", o->json);
    }
    json_decref(all);
}
