/* SPDX-License-Identifier: ISC */
/* A run from its beginning to its end, and what is said of it. */
#include "inside.h"

#include "fake.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static struct scale_times times_of(double *values, size_t count)
{
    if (count == 0) {
        return (struct scale_times){0, 0, 0};
    }
    qsort(values, count, sizeof(*values), compare);
    size_t middle = (count + 1) / 2 - 1, last = (count * 99 + 99) / 100 - 1;
    return (struct scale_times){count, values[middle], values[last]};
}

static struct scale_times milestone_times(struct scale *s, enum milestone what)
{
    size_t count = 0;
    for (unsigned i = 1; i < s->decision_count; i++) {
        const struct decision *d = &s->decisions[i];
        if (d->at[what] > 0) {
            s->samples[count++] = (double)(d->at[what] - d->begun) / (double)SCALE_S;
        }
    }
    return times_of(s->samples, count);
}

static double mean_ns(const struct scale *s, unsigned call, double otherwise)
{
    return s->measured_calls[call] > 0
               ? s->measured_s[call] / (double)s->measured_calls[call] * 1e9
               : otherwise;
}

static void means(const struct scale *s, struct scale_own *out)
{
    *out = s->plan->own;
    for (unsigned tag = 0; tag < SCALE_TAGS; tag++) {
        out->receive_ns[tag] = mean_ns(s, tag, out->receive_ns[tag]);
    }
    out->end_ns[0] = mean_ns(s, CALL_END, out->end_ns[0]);
    out->end_ns[1] = mean_ns(s, CALL_END + 1, out->end_ns[1]);
    out->tick_ns = mean_ns(s, CALL_TICK, out->tick_ns);
    out->submit_ns = mean_ns(s, CALL_SUBMIT, out->submit_ns);
}

static void subtract(struct scale_counts *a, const struct scale_counts *b)
{
    a->checks -= b->checks;
    a->signs -= b->signs;
    for (unsigned tag = 0; tag < SCALE_TAGS; tag++) {
        a->frames[tag] -= b->frames[tag];
        a->bytes[tag] -= b->bytes[tag];
    }
    a->flushes -= b->flushes;
    a->wire_bytes -= b->wire_bytes;
    a->disk_bytes -= b->disk_bytes;
    a->syncs -= b->syncs;
    a->turns -= b->turns;
    a->submits -= b->submits;
    a->signature_ns -= b->signature_ns;
    a->channel_ns -= b->channel_ns;
    a->turn_ns -= b->turn_ns;
    a->own_ns -= b->own_ns;
}

static void sum_up(struct scale *s)
{
    struct scale_result *out = s->out;
    out->counts = s->counts;
    subtract(&out->counts, &s->before);
    out->seconds = (double)(s->now - s->measured_from) / (double)SCALE_S;
    out->blocks = s->height - s->height_before;
    out->operations = s->operations - s->operations_before;
    means(s, &out->measured);
    switch (s->plan->kind) {
    case SCALE_LOAD:
        break;
    case SCALE_ALONE:
        out->alone = times_of(s->samples, s->alone_count > 0 ? s->alone_count - 1 : 0);
        break;
    case SCALE_ONE:
        out->decisions = s->decision_count - 1;
        out->outcome = milestone_times(s, MILESTONE_OUTCOME);
        out->final = milestone_times(s, MILESTONE_FINAL);
        out->provable = milestone_times(s, MILESTONE_PROVABLE);
        break;
    case SCALE_MANY:
        out->decisions = s->final_count;
        break;
    }
    free(s->decisions);
}

void scale_run(const struct scale_plan *plan, struct scale_result *out)
{
    struct scale s = {.plan = plan, .out = out};
    double from = scale_cpu_s();
    if (plan->count >= SCALE_SAMPLES_MAX && plan->kind != SCALE_MANY &&
        plan->kind != SCALE_LOAD) {
        scale_fail("at most %d can be measured", SCALE_SAMPLES_MAX - 1);
    }
    memset(out, 0, sizeof(*out));
    fake_signatures = true;
    size_t heap = mallinfo2().uordblks;
    world_open(&s);
    engine_run(&s);
    out->heap_bytes = ((double)mallinfo2().uordblks - (double)heap) / plan->seats;
    sum_up(&s);
    world_close(&s);
    fake_signatures = false;
    out->process_s = scale_cpu_s() - from;
}
