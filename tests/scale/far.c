/* SPDX-License-Identifier: ISC */
/* Councils of real daemons over long lines (slow.h): a check of what is simulated. */
#include "scale.h"
#include "slow.h"

#include "../bench/measure.h"
#include "base/alloc.h"
#include "conclave/ports.h"
#include "wire/limits.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIMIT_S = 400,
    DELAY_MAX_MS = 1000,
    ROWS_MAX = 16,
    TEXT_BYTES = 8,
};

static const char usage_text[] =
    "usage: far [--row SEATS:MS]... [--json FILE]\n"
    "\n"
    "  --row   a council of so many real daemons over links of so many milliseconds one\n"
    "          way; 4:20, 7:20, 4:80 and 4:200 otherwise\n"
    "  --json  writes the figures there\n";

/* No deadline falls into a run. */
static const struct live_class class = {
    .name = "bench", .commit_ms = 3600000, .reveal_ms = 3600000, .grace_ms = 2000};

struct row {
    unsigned seats, delay_ms;
    struct bench_council found;
};

__attribute__((noreturn)) static void usage(const char *what, const char *word)
{
    (void)fprintf(stderr, "far: %s: %s\n%s", what, word, usage_text);
    exit(2);
}

static struct row row_of(const char *text)
{
    struct row r = {.seats = 0};
    char end;
    if (sscanf(text, "%u:%u%c", &r.seats, &r.delay_ms, &end) != 2 || r.seats < SEATS_MIN ||
        r.seats > SEATS_MAX || r.delay_ms < 1 || r.delay_ms > DELAY_MAX_MS) {
        usage("no seats and milliseconds like 4:20", text);
    }
    return r;
}

/* The charter has the lines' ports; each daemon listens on another one. */
static void listen_elsewhere(struct live *l, unsigned seat, uint16_t port)
{
    FILE *file = fopen(live_seat(l, seat)->config, "ae");
    if (file == NULL || fprintf(file, "listen = \"127.0.0.1:%u\"\n", (unsigned)port) < 0 ||
        fclose(file) != 0) {
        bench_fail("cannot write a configuration");
    }
}

static void measure(struct row *r)
{
    const struct bench_options o = {.text_bytes = TEXT_BYTES};
    unsigned floor_ms = SCALE_FLOOR_DELAYS * r->delay_ms;
    char *charter = alloc_printf("{\"timing\":{\"timer_floor_ms\":%u}}",
                                 floor_ms > SCALE_FLOOR_MS ? floor_ms : SCALE_FLOOR_MS);
    const struct live_options options = {.seats = r->seats,
                                         .classes = &class,
                                         .class_count = 1,
                                         .charter = charter,
                                         .config = "allow-bench = yes"};
    struct complaint why = {""};
    uint16_t targets[SEATS_MAX];
    struct live *l = live_new(&options);
    if (ports_find(targets, r->seats, &why) != 0) {
        bench_fail("%s", why.text);
    }
    for (unsigned seat = 1; seat <= r->seats; seat++) {
        listen_elsewhere(l, seat, targets[seat - 1]);
    }
    pid_t lines = slow_start(l->ports, targets, r->seats, r->delay_ms);
    if (lines < 0) {
        bench_fail("no lines between the daemons");
    }
    if (!live_start_council(l)) {
        bench_fail("the council of %u does not start over %u ms", r->seats, r->delay_ms);
    }
    live_pump(l, 1000); /* what the start left to do */
    r->found.seats = r->seats;
    decide_measure(&r->found, l);
    alone_measure(&r->found, l, &o);
    live_free(l);
    free(charter);
    slow_end(lines);
}

static json_t *row_json(const struct row *r)
{
    const struct bench_decide *d = &r->found.decide;
    return json_pack("{s:i,s:f,s:f,s:f,s:f,s:f,s:i,s:f}", "seats", (int)r->seats, "delay_s",
                     r->delay_ms / 1e3, "alone_p50_s", r->found.alone.latency.p50,
                     "outcome_p50_s", d->outcome.p50, "final_p50_s", d->final.p50,
                     "one_per_s", d->one / d->one_s, "many", (int)d->many, "many_per_s",
                     d->many / d->many_s);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"row", required_argument, NULL, 'r'},
                                            {"json", required_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct row rows[ROWS_MAX];
    size_t count = 0;
    const char *path = NULL;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'r' && count < ROWS_MAX) {
            rows[count++] = row_of(optarg);
        } else if (c == 'j') {
            path = optarg;
        } else if (c == 'h') {
            (void)fputs(usage_text, stdout);
            return 0;
        } else {
            usage("see the options below", argv[optind - 1]);
        }
    }
    if (count == 0) {
        rows[count++] = row_of("4:20");
        rows[count++] = row_of("7:20");
        rows[count++] = row_of("4:80");
        rows[count++] = row_of("4:200");
    }
    live_limit(LIMIT_S);
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(stderr, "far: %u daemons, %u ms one way\n", rows[i].seats,
                      rows[i].delay_ms);
        measure(&rows[i]);
        json_array_append_new(all, row_json(&rows[i]));
    }
    all = json_pack("{s:o}", "rows", all);
    const size_t DIGITS = JSON_REAL_PRECISION(6);
    bool good = path != NULL ? json_dump_file(all, path, JSON_INDENT(1) | DIGITS) == 0
                             : json_dumpf(all, stdout, JSON_INDENT(1) | DIGITS) == 0;
    if (!good) {
        bench_fail("cannot write %s", path != NULL ? path : "the figures");
    }
    json_decref(all);
    return 0;
}
