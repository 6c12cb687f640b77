/* SPDX-License-Identifier: ISC */
/* Operations by bench.submit: one at a time for latency, many outstanding for throughput.
 */
#include "bench.h"

#include <stdlib.h>

enum {
    LATENCY_SAMPLES = 200,
    LATENCY_S = 5, /* or as many as this allows, but no fewer than SAMPLES_MIN */
    SAMPLES_MIN = 20,
    OUTSTANDING = 512, /* of one seat */
    BATCH = 64,
    WARM_UP_S = 1,
    STALL_MS = 20000,
};

struct load {
    struct live *l;
    const struct bench_options *o;
    struct control_client *watcher, *clients[SEATS_MAX];
    unsigned planned[SEATS_MAX]; /* operations to submit next */
    uint64_t submitted, waiting;
};

/* The operations of the next block that commits as this client sees it. */
static unsigned next_block(struct control_client *c)
{
    json_t *e = bench_event(c, "block.committed", STALL_MS);
    if (e == NULL) {
        bench_fail("no block was committed for %d ms", STALL_MS);
    }
    unsigned operations = (unsigned)json_integer_value(json_object_get(e, "operations"));
    json_decref(e);
    return operations;
}

static struct bench_times measure_latency(struct load *load)
{
    double samples[LATENCY_SAMPLES];
    size_t count = 0;
    unsigned seats = load->l->options.seats;
    double start = now_s();
    while (count < LATENCY_SAMPLES &&
           (count < SAMPLES_MIN || now_s() - start < LATENCY_S)) {
        struct control_client *c =
            bench_connect(load->l, (unsigned)count % seats + 1, "block.committed");
        double from = now_s();
        bench_send_load(c, 1, load->o->text_bytes);
        while (next_block(c) == 0) {
        }
        samples[count++] = now_s() - from;
        control_disconnect(c);
    }
    return times_of(samples, count);
}

/* Asks every seat what waits, and tops it up. Blocks do not tell: what is void for the
 * quota may be ordered again. */
static bool top_up(struct load *load)
{
    unsigned seats = load->l->options.seats;
    bool more = false;
    load->waiting = 0;
    for (unsigned i = 0; i < seats; i++) {
        bench_send_load(load->clients[i], load->planned[i], load->o->text_bytes);
        load->submitted += load->planned[i];
    }
    for (unsigned i = 0; i < seats; i++) {
        unsigned waiting = bench_waiting(load->clients[i]);
        load->waiting += waiting;
        load->planned[i] = waiting + BATCH <= OUTSTANDING ? OUTSTANDING - waiting : 0;
        more |= load->planned[i] > 0;
    }
    return more;
}

/* Keeps the council busy until then; returns how many operations are done by then. */
static uint64_t run(struct load *load, double until)
{
    while (now_s() < until) {
        if (!top_up(load)) {
            (void)next_block(load->watcher);
        }
    }
    (void)top_up(load);
    return load->submitted - load->waiting;
}

static struct bench_load measure_throughput(struct load *load)
{
    struct bench_load out = {.outstanding = OUTSTANDING * load->l->options.seats};
    uint64_t done = run(load, now_s() + WARM_UP_S);
    json_int_t height = live_number(load->l, 1, "height");
    double cpu = council_cpu(load->l), start = now_s();
    out.operations = run(load, start + load->o->seconds) - done;
    out.seconds = now_s() - start;
    out.cpu_s = council_cpu(load->l) - cpu;
    out.blocks = (uint64_t)(live_number(load->l, 1, "height") - height);
    return out;
}

void load_measure(struct bench_council *out, struct live *l, const struct bench_options *o)
{
    struct load load = {.l = l, .o = o};
    out->has_load = true;
    out->latency = measure_latency(&load);
    load.watcher = bench_connect(l, 1, "block.committed");
    for (unsigned i = 0; i < l->options.seats; i++) {
        load.clients[i] = bench_connect(l, i + 1, NULL);
    }
    out->load = measure_throughput(&load);
    out->loaded = council_memory(l);
    for (unsigned i = 0; i < l->options.seats; i++) {
        control_disconnect(load.clients[i]);
    }
    control_disconnect(load.watcher);
}
