/* SPDX-License-Identifier: ISC */
/*
 * As many operations by bench.submit as the council takes. Each seat is kept supplied with
 * so many that wait. Seats are asked only when so much was ordered that there is room for
 * large envelopes again: questions cost the daemons time that they have for ordering.
 */
#include "measure.h"

#include "base/alloc.h"

#include <stdlib.h>

enum {
    OF_SEAT_MAX = 2048, /* outstanding */
    OF_ALL = 16384,
    DRAIN_MS = 5,
    PARTS_OF_ALL =
        8, /* seats are asked when that much of what was outstanding is ordered */
};
static const double WARM_UP_S = 1, ORDER_S = 60 /* at most */;

/* Operations that were submitted together and are not ordered yet: those of a seat are
 * ordered in their order. */
struct batch {
    double since_s;
    unsigned count;
};

struct seat_load {
    struct control_client *client;
    struct batch *batches;
    size_t first, last, capacity;
    unsigned waiting;
};

struct load {
    struct live *l;
    const struct bench_options *o;
    struct control_client *watcher;
    unsigned seat_count; /* the first so many seats submit */
    struct seat_load seats[SEATS_MAX];
    unsigned outstanding; /* of one seat */
    uint64_t submitted, waiting;
    uint64_t envelopes, in_envelopes; /* seen in blocks, and the operations in them */
    double *latencies;
    size_t latency_count, latency_capacity;
};

/* One value for so many operations: each has about the same weight, however they came. */
static void keep_latency(struct load *load, double seconds, unsigned operations)
{
    enum { FOR_EACH = 16 };
    for (unsigned i = 0; i < operations; i += FOR_EACH) {
        if (load->latency_count == load->latency_capacity) {
            load->latency_capacity =
                load->latency_capacity > 0 ? 2 * load->latency_capacity : 4096;
            load->latencies = alloc_resize(load->latencies, load->latency_capacity,
                                           sizeof(*load->latencies));
        }
        load->latencies[load->latency_count++] = seconds;
    }
}

static void begin_batch(struct seat_load *s, unsigned count)
{
    if (count == 0) {
        return;
    }
    if (s->last == s->capacity) {
        s->capacity = s->capacity > 0 ? 2 * s->capacity : 64;
        s->batches = alloc_resize(s->batches, s->capacity, sizeof(*s->batches));
    }
    s->batches[s->last++] = (struct batch){now_s(), count};
}

static void end_batches(struct load *load, struct seat_load *s, unsigned done)
{
    double now = now_s();
    while (done > 0 && s->first < s->last) {
        struct batch *b = &s->batches[s->first];
        unsigned part = done < b->count ? done : b->count;
        keep_latency(load, now - b->since_s, part);
        done -= part;
        b->count -= part;
        s->first += b->count == 0;
    }
}

static void submit(struct load *load, struct seat_load *s, unsigned count)
{
    bench_send_load(s->client, count, load->o->text_bytes);
    begin_batch(s, count);
    load->submitted += count;
    s->waiting += count;
}

/* What waits at the seat, by its answer; the rest was ordered. Blocks do not tell: what is
 * void for the quota may be ordered again. */
static void take_answer(struct load *load, struct seat_load *s)
{
    unsigned waiting = bench_waiting(s->client);
    end_batches(load, s, s->waiting - waiting);
    s->waiting = waiting;
}

/* Asks every seat what waits there. */
static void ask(struct load *load)
{
    load->waiting = 0;
    for (unsigned i = 0; i < load->seat_count; i++) {
        submit(load, &load->seats[i], 0);
    }
    for (unsigned i = 0; i < load->seat_count; i++) {
        take_answer(load, &load->seats[i]);
        load->waiting += load->seats[i].waiting;
    }
}

/* The same, and gives each at once what it lacks: the slower ones are not waited for. */
static void top_up(struct load *load)
{
    for (unsigned i = 0; i < load->seat_count; i++) {
        submit(load, &load->seats[i], 0);
    }
    for (unsigned i = 0; i < load->seat_count; i++) {
        struct seat_load *s = &load->seats[i];
        take_answer(load, s);
        submit(load, s,
               s->waiting < load->outstanding ? load->outstanding - s->waiting : 0);
    }
    for (unsigned i = 0; i < load->seat_count; i++) {
        take_answer(load, &load->seats[i]);
    }
}

/* How many operations are ordered by now. */
static uint64_t ordered_by_now(struct load *load)
{
    ask(load);
    return load->submitted - load->waiting;
}

/* Until nothing waits; no more is submitted. */
static void drain(struct load *load)
{
    do {
        live_pump(load->l, DRAIN_MS);
        ask(load);
    } while (load->waiting > 0);
    bench_level(load->l);
}

/* Keeps the council busy until then, or until so many operations are submitted. */
static void run(struct load *load, double until, uint64_t most)
{
    uint64_t share = (uint64_t)load->outstanding * load->seat_count / PARTS_OF_ALL;
    while (now_s() < until && load->submitted < most) {
        top_up(load);
        uint64_t ordered = 0;
        do {
            struct bench_block b = bench_next_block(load->watcher);
            ordered += b.operations;
            load->in_envelopes += b.operations;
            load->envelopes += b.envelopes;
        } while (ordered < share && now_s() < until);
    }
}

/* The rate is that of the time between; CPU time and bytes are counted from when nothing
 * waits until nothing waits again, so that they are those of the same operations. */
static void measure(struct bench_load *out, struct load *load)
{
    struct bench_counts before = counts_begin(load->l);
    run(load, now_s() + WARM_UP_S, UINT64_MAX);
    json_int_t height = live_number(load->l, 1, "height");
    double start = now_s(), own = own_cpu_s();
    uint64_t before_all = ordered_by_now(load);
    load->latency_count = 0;
    load->envelopes = load->in_envelopes = 0;
    run(load, start + load->o->seconds, UINT64_MAX);
    out->operations = ordered_by_now(load) - before_all;
    out->seconds = now_s() - start;
    out->own_cpu_s = own_cpu_s() - own;
    out->blocks = (uint64_t)(live_number(load->l, 1, "height") - height);
    out->latency = times_of(load->latencies, load->latency_count);
    out->memory = council_memory(load->l);
    drain(load);
    out->counts = counts_since(load->l, &before);
    out->envelopes = load->envelopes;
    out->in_envelopes = load->in_envelopes;
}

static void begin(struct load *load, struct live *l, const struct bench_options *o,
                  unsigned seats)
{
    unsigned each = OF_ALL / seats < OF_SEAT_MAX ? OF_ALL / seats : OF_SEAT_MAX;
    *load = (struct load){.l = l, .o = o, .seat_count = seats};
    load->outstanding = o->outstanding > 0 ? o->outstanding : each;
    load->watcher = bench_connect(l, 1, "block.committed");
    for (unsigned i = 0; i < seats; i++) {
        load->seats[i].client = bench_connect(l, i + 1, NULL);
    }
}

static void end(struct load *load)
{
    for (unsigned i = 0; i < load->seat_count; i++) {
        control_disconnect(load->seats[i].client);
        free(load->seats[i].batches);
    }
    control_disconnect(load->watcher);
    free(load->latencies);
}

void load_measure(struct bench_load *out, struct live *l, const struct bench_options *o)
{
    struct load load;
    begin(&load, l, o, l->options.seats);
    out->outstanding = load.outstanding * load.seat_count;
    measure(out, &load);
    end(&load);
}

void load_order(struct live *l, const struct bench_options *o, unsigned seats,
                uint64_t operations)
{
    struct load load;
    begin(&load, l, o, seats);
    run(&load, now_s() + ORDER_S, operations);
    drain(&load);
    end(&load);
}
