/* SPDX-License-Identifier: ISC */
/* A replica that was away while a hundred thousand operations were ordered: how long until
 * it has them, too. */
#include "measure.h"

enum { TIMES = 3, OPERATIONS = 100000, LIMIT_S = 60, POLL_MS = 2 };

struct samples {
    double whole_s[TIMES], connected_s[TIMES], transfer_s[TIMES];
};

/* Asks the seat for its status until it has executed what the first one has. */
static void catch_up(struct samples *out, unsigned at, struct live *l, unsigned seat)
{
    json_int_t height = live_number(l, 1, "executed"), executed = 0;
    double begin = now_s(), connected = 0, first = 0;
    (void)seat_start(l, seat);
    json_int_t had = live_number(l, seat, "executed");
    while (executed < height) {
        json_t *status = live_call(l, seat, "status", NULL);
        executed = json_integer_value(json_object_get(status, "executed"));
        bool has_peer = json_integer_value(json_object_get(status, "connected")) > 0;
        connected = connected > 0 || !has_peer ? connected : now_s();
        first = first > 0 || executed <= had ? first : now_s();
        json_decref(status);
        if (now_s() - begin > LIMIT_S) {
            live_show_logs(l, 5);
            bench_fail("seat %u does not catch up", seat);
        }
        live_pump(l, POLL_MS);
    }
    double end = now_s();
    out->whole_s[at] = end - begin;
    out->connected_s[at] = end - connected;
    out->transfer_s[at] = end - first;
    bench_level(l);
}

void catchup_measure(struct bench_council *out, const struct bench_options *o)
{
    struct bench_catchup *c = &out->catchup;
    struct samples samples;
    unsigned seat = out->seats;
    struct live *l = council_new(out->seats, o);
    council_start(l);
    for (unsigned i = 0; i < TIMES; i++) {
        seat_stop(l, seat);
        struct bench_counts before = seat_counts(l, 1);
        load_order(l, o, seat - 1, OPERATIONS);
        struct bench_counts after = seat_counts(l, 1);
        c->operations = after.operations - before.operations;
        c->block_bytes = after.block_bytes - before.block_bytes;
        out->replay.operations = after.operations;
        out->replay.block_bytes = after.block_bytes;
        catch_up(&samples, i, l, seat);
    }
    c->whole_s = times_of(samples.whole_s, TIMES);
    c->connected_s = times_of(samples.connected_s, TIMES);
    c->transfer_s = times_of(samples.transfer_s, TIMES);
    replay_measure(&out->replay, l, seat);
    live_free(l);
}
