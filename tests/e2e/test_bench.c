/* SPDX-License-Identifier: ISC */
/* conclave bench: what it says of a council that may be loaded, and of one that may not. */
#include "live.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_MS = 60000, SEATS = 4 };

static struct live_output bench(struct live *l, const char *option, const char *value)
{
    const char *argv[] = {"conclave", "bench", "--socket", live_seat(l, 1)->socket,
                          "--json",   option,  value,      NULL};
    return live_run(l, RUN_MS, argv);
}

/* Of all blocks of the ledger. */
static json_int_t operations_in(struct live *l)
{
    json_int_t height = live_number(l, 1, "height"), there = 0;
    for (json_int_t h = 1; h <= height; h++) {
        json_t *b =
            live_call(l, 1, "blocks", json_pack("{s:I,s:i}", "from", h, "limit", 1));
        const json_t *row = json_array_get(json_object_get(b, "blocks"), 0);
        there += json_integer_value(json_object_get(row, "operations"));
        json_decref(b);
    }
    return there;
}

static void test_allowed(void)
{
    struct live_options o = {.seats = SEATS, .config = "allow-bench = yes\n"};
    struct live *l = live_new(&o);
    ok(live_start_council(l), "a council that may be loaded");
    struct live_output out = bench(l, "--seconds", "1");
    json_t *found = json_loads(out.out, 0, NULL);
    const json_t *latency = json_object_get(found, "latency");
    const json_t *load = json_object_get(found, "throughput");
    double median = json_real_value(json_object_get(latency, "median_ms"));
    double slowest = json_real_value(json_object_get(latency, "max_ms"));
    double rate = json_real_value(json_object_get(load, "operations_per_second"));
    double seconds = json_real_value(json_object_get(load, "seconds"));
    json_int_t operations = json_integer_value(json_object_get(load, "operations"));
    if (!ok(out.status == 0 && found != NULL, "bench")) {
        printf("# %d %s %s\n", out.status, out.out, out.err);
    }
    ok(json_integer_value(json_object_get(latency, "samples")) >= 20 && median > 0 &&
           median <= slowest,
       "a latency of one at a time: %.1f ms", median);
    ok(operations > 0 && rate > 0 && (double)operations <= rate * seconds + 1 &&
           (double)operations >= rate * seconds - 1,
       "a rate: %.0f a second", rate);
    ok(json_integer_value(json_object_get(load, "blocks")) > 0, "in blocks");
    live_output_free(&out);
    json_decref(found);
    /* What it said was ordered is in the ledger: no more than there are operations in it.
     */
    json_int_t there = operations_in(l);
    ok(operations <= there, "all of it ordered: %lld of %lld", (long long)operations,
       (long long)there);
    live_free(l);
}

static void test_forbidden(void)
{
    struct live_options o = {.seats = SEATS};
    struct live *l = live_new(&o);
    ok(live_start_council(l), "a council that decides");
    struct live_output out = bench(l, "--seconds", "1");
    ok(out.status == 1 && strstr(out.err, "allow-bench = yes") != NULL,
       "is not loaded, and it is said how it would be: %s", out.err);
    live_output_free(&out);
    is(operations_in(l), 0, "and nothing was ordered");
    out = bench(l, "--size", "65537");
    is(out.status, 2, "too much text is wrong usage");
    live_output_free(&out);
    live_free(l);
}

int main(void)
{
    live_limit(100);
    test_allowed();
    test_forbidden();
    return tap_done();
}
