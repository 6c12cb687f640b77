/* SPDX-License-Identifier: ISC */
#include "json.h"

#include <string.h>

static const char *const tag_names[SCALE_TAGS] = {
    [MESSAGE_HEARTBEAT] = "heartbeat",
    [MESSAGE_ENVELOPE] = "envelope",
    [MESSAGE_PRE_PREPARE] = "pre-prepare",
    [MESSAGE_PREPARE] = "prepare",
    [MESSAGE_COMMIT] = "commit",
    [MESSAGE_VIEW_CHANGE] = "view-change",
    [MESSAGE_NEW_VIEW] = "new-view",
    [MESSAGE_FETCH_BLOCK] = "fetch-block",
    [MESSAGE_BLOCK] = "block",
    [MESSAGE_FETCH_RANGE] = "fetch-range",
    [MESSAGE_RANGE] = "range",
    [MESSAGE_FETCH_NEW_VIEW] = "fetch-new-view",
    [MESSAGE_ASK] = "ask",
    [MESSAGE_REPORT] = "report",
    [MESSAGE_CHECKPOINT] = "checkpoint",
};

const char *scale_kind_name(enum scale_kind kind)
{
    static const char *const names[] = {[SCALE_LOAD] = "load",
                                        [SCALE_ALONE] = "alone",
                                        [SCALE_ONE] = "one",
                                        [SCALE_MANY] = "many"};
    return names[kind];
}

json_t *scale_machine_json(const struct scale_machine *m)
{
    return json_pack("{s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "verify_ns", m->verify_ns,
                     "sign_ns", m->sign_ns, "flush_ns", m->flush_ns, "frame_ns",
                     m->frame_ns, "byte_ns", m->byte_ns, "turn_ns", m->turn_ns, "sync_ns",
                     m->sync_ns, "disk_byte_ns", m->disk_byte_ns, "sync_all_ns",
                     m->sync_all_ns);
}

static json_t *counts_of(const uint64_t values[SCALE_TAGS])
{
    json_t *out = json_object();
    for (unsigned tag = 1; tag < SCALE_TAGS; tag++) {
        if (values[tag] > 0) {
            json_object_set_new(out, tag_names[tag], json_integer((json_int_t)values[tag]));
        }
    }
    return out;
}

static json_t *own_json(const struct scale_own *o)
{
    json_t *receive = json_object();
    for (unsigned tag = 1; tag < SCALE_TAGS; tag++) {
        json_object_set_new(receive, tag_names[tag], json_real(o->receive_ns[tag]));
    }
    return json_pack("{s:o,s:f,s:f,s:f,s:f}", "receive_ns", receive, "end_ns", o->end_ns[0],
                     "end_synced_ns", o->end_ns[1], "tick_ns", o->tick_ns, "submit_ns",
                     o->submit_ns);
}

static json_t *counts_json(const struct scale_counts *c)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "checks",
                     (json_int_t)c->checks, "signs", (json_int_t)c->signs, "flushes",
                     (json_int_t)c->flushes, "wire_bytes", (json_int_t)c->wire_bytes,
                     "disk_bytes", (json_int_t)c->disk_bytes, "syncs", (json_int_t)c->syncs,
                     "turns", (json_int_t)c->turns, "frames", counts_of(c->frames), "bytes",
                     counts_of(c->bytes));
}

static void set_times(json_t *out, const char *name, const struct scale_times *t)
{
    if (t->count > 0) {
        json_object_set_new(out, name,
                            json_pack("{s:I,s:f,s:f}", "count", (json_int_t)t->count, "p50",
                                      t->p50_s, "p99", t->p99_s));
    }
}

json_t *scale_result_json(const struct scale_plan *p, const struct scale_result *r)
{
    const struct scale_counts *c = &r->counts;
    json_t *out =
        json_pack("{s:s,s:i,s:i,s:f,s:i,s:b,s:f}", "kind", scale_kind_name(p->kind),
                  "seats", (int)p->seats, "cores", (int)p->cores, "delay_s",
                  (double)p->delay_ns / (double)SCALE_S, "at_once", (int)p->at_once,
                  "quiet", (int)p->quiet, "seconds", r->seconds);
    json_t *more =
        json_pack("{s:I,s:I,s:I,s:I,s:f}", "blocks", (json_int_t)r->blocks, "operations",
                  (json_int_t)r->operations, "decisions", (json_int_t)r->decisions, "views",
                  (json_int_t)r->views, "heap_bytes", r->heap_bytes);
    json_object_update(out, more);
    json_decref(more);
    json_object_set_new(out, "cpu_s",
                        json_pack("{s:f,s:f,s:f,s:f}", "signatures", c->signature_ns / 1e9,
                                  "channels", c->channel_ns / 1e9, "turns",
                                  c->turn_ns / 1e9, "own", c->own_ns / 1e9));
    json_object_set_new(out, "counts", counts_json(c));
    json_object_set_new(out, "own", own_json(&p->own));
    set_times(out, "alone_s", &r->alone);
    set_times(out, "outcome_s", &r->outcome);
    set_times(out, "final_s", &r->final);
    set_times(out, "provable_s", &r->provable);
    return out;
}

/* --- the machine --- */

json_t *machine_load(const char *path)
{
    json_error_t error;
    json_t *bench = json_load_file(path, 0, &error);
    if (bench == NULL) {
        scale_fail("%s, line %d: %s", path, error.line, error.text);
    }
    if (!json_is_object(json_object_get(bench, "machine"))) {
        scale_fail("%s has no figures of the machine: run the bench with its part "
                   "\"limits\"",
                   path);
    }
    return bench;
}

static double number_of(const json_t *o, const char *name)
{
    double value = json_number_value(json_object_get(o, name));
    if (value <= 0) {
        scale_fail("the machine's figures lack \"%s\"", name);
    }
    return value;
}

/* Of one of so many writers at once; where that was not measured, of the nearest number
 * below, as many times longer as there are more of them. */
static double sync_ns(const json_t *machine, unsigned writers)
{
    const json_t *commits = json_object_get(machine, "synced_appends");
    const json_t *one;
    double best = 0, per_s = 0;
    size_t i;
    json_array_foreach(commits, i, one)
    {
        double count = number_of(one, "writers");
        if (count <= writers && count > best) {
            best = count;
            per_s = number_of(one, "per_s");
        }
    }
    if (per_s <= 0) {
        scale_fail("the machine's figures lack synced appends of one writer");
    }
    return writers / per_s * 1e9;
}

void machine_read(const json_t *bench, unsigned seats, struct scale_machine *out)
{
    const json_t *machine = json_object_get(bench, "machine");
    out->verify_ns = 1e9 / number_of(machine, "ed25519_verifies_per_s");
    out->sign_ns = 1e9 / number_of(machine, "ed25519_signs_per_s");
    out->sync_ns = sync_ns(machine, 1);
    out->sync_all_ns = sync_ns(machine, seats);
}

unsigned machine_cores(const json_t *bench)
{
    return (unsigned)number_of(json_object_get(bench, "machine"), "cores");
}

unsigned machine_outstanding(const json_t *bench, unsigned seats)
{
    const json_t *council;
    size_t i;
    json_array_foreach(json_object_get(bench, "councils"), i, council)
    {
        const json_t *load = json_object_get(council, "ordering");
        double all = json_number_value(json_object_get(load, "outstanding"));
        if ((unsigned)number_of(council, "seats") == seats && all > 0) {
            return (unsigned)all / seats;
        }
    }
    return 0;
}

bool machine_alone(const json_t *bench, unsigned *seats, double *cpu_s)
{
    const json_t *council;
    size_t i;
    *seats = 0;
    json_array_foreach(json_object_get(bench, "councils"), i, council)
    {
        const json_t *each = json_object_get(json_object_get(council, "alone"), "each");
        double value = json_number_value(json_object_get(each, "cpu_s"));
        unsigned count = (unsigned)number_of(council, "seats");
        if (value > 0 && (*seats == 0 || count < *seats)) {
            *seats = count;
            *cpu_s = value;
        }
    }
    return *seats > 0;
}
