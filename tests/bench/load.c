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
    struct control_client *clients[SEATS_MAX]; /* of each seat; the first is subscribed */
    uint64_t submitted, committed, blocks;
    unsigned next; /* whose turn to submit it is */
};

/* Until a block with operations commits as this client sees it. */
static unsigned next_block(struct control_client *c, int timeout_ms)
{
    json_t *e = bench_event(c, "block.committed", timeout_ms);
    if (e == NULL) {
        bench_fail("no block was committed for %d ms", timeout_ms);
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
        bench_submit(c, 1, load->o->text_bytes);
        while (next_block(c, STALL_MS) == 0) {
        }
        samples[count++] = now_s() - from;
        control_disconnect(c);
    }
    return times_of(samples, count);
}

static void take_block(struct load *load)
{
    load->committed += next_block(load->clients[0], STALL_MS);
    load->blocks++;
}

/* Keeps the council busy until then. */
static void run(struct load *load, double until)
{
    unsigned seats = load->l->options.seats;
    while (now_s() < until) {
        while (load->submitted - load->committed + BATCH <= (uint64_t)OUTSTANDING * seats) {
            bench_submit(load->clients[load->next], BATCH, load->o->text_bytes);
            load->next = (load->next + 1) % seats;
            load->submitted += BATCH;
        }
        take_block(load);
    }
}

static struct bench_load measure_throughput(struct load *load)
{
    run(load, now_s() + WARM_UP_S);
    uint64_t operations = load->committed, blocks = load->blocks;
    double cpu = council_cpu(load->l), start = now_s();
    run(load, start + load->o->seconds);
    struct bench_load out = {.seconds = now_s() - start,
                             .operations = load->committed - operations,
                             .blocks = load->blocks - blocks,
                             .cpu_s = council_cpu(load->l) - cpu,
                             .outstanding = OUTSTANDING * load->l->options.seats};
    return out;
}

void load_measure(struct bench_council *out, struct live *l, const struct bench_options *o)
{
    struct load load = {.l = l, .o = o};
    out->has_load = true;
    out->latency = measure_latency(&load);
    for (unsigned i = 0; i < l->options.seats; i++) {
        load.clients[i] = bench_connect(l, i + 1, i == 0 ? "block.committed" : NULL);
    }
    out->load = measure_throughput(&load);
    out->loaded = council_memory(l);
    while (load.committed < load.submitted) {
        take_block(&load);
    }
    for (unsigned i = 0; i < l->options.seats; i++) {
        control_disconnect(load.clients[i]);
    }
}
