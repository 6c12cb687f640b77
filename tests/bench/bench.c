/* SPDX-License-Identifier: ISC */
#include "bench.h"

#include "number.h"
#include "wire/limits.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_S = 600, SECONDS = 10, SECONDS_MAX = 3600, TEXT_BYTES = 8 };
enum { ENVELOPE_MOST = 1024, OUTSTANDING_MAX = 16384 };
static const unsigned default_sizes[] = {4, 7, 10, 16, 33};

static const char *const part_names[PARTS] = {"limits", "start",      "idle",
                                              "decide", "alone",      "load",
                                              "single", "viewchange", "catchup"};

static const char usage_text[] =
    "usage: bench [--only PART]... [--seats N]... [--seconds S] [--size BYTES]\n"
    "             [--envelope K] [--outstanding N] [--json FILE]\n"
    "\n"
    "  --only         this part alone; may be repeated\n"
    "                 limits      what the machine does without a council\n"
    "                 start       from nothing to the first decision\n"
    "                 idle        the daemons' CPU time while nothing happens\n"
    "                 decide      decisions one after another, and many at once\n"
    "                 alone       one operation at a time\n"
    "                 load        as many as it takes\n"
    "                 single      the same, each in an envelope of its own\n"
    "                 viewchange  the primary dies, or is frozen\n"
    "                 catchup     a replica comes back; the replay of a ledger\n"
    "  --seats        councils of so many seats instead of 4, 7, 10, 16 and 33; may be\n"
    "                 repeated. Of a whole run single and catchup are for 4 seats, and\n"
    "                 viewchange is for 4 and 33\n"
    "  --seconds      of load for each council; 10 otherwise\n"
    "  --size         bytes of text in an operation of the load; 8 otherwise\n"
    "  --envelope     at most so many operations in an envelope; as many as there is room\n"
    "                 for otherwise\n"
    "  --outstanding  operations of each seat that wait under load; otherwise 2048, or\n"
    "                 less in large councils\n"
    "  --json         writes the figures there, too; tests/bench/README tells them\n";

__attribute__((noreturn)) static void usage(const char *what, const char *word)
{
    (void)fprintf(stderr, "bench: %s: %s\n%s", what, word, usage_text);
    exit(2);
}

static unsigned number(const char *text, unsigned min, unsigned max)
{
    unsigned value = 0;
    if (!number_read(text, min, max, &value)) {
        usage("not a number in its range", text);
    }
    return value;
}

static void choose_part(struct bench_options *o, const char *word)
{
    for (int part = 0; part < PARTS; part++) {
        if (strcmp(word, part_names[part]) == 0) {
            o->parts[part] = true;
            return;
        }
    }
    usage("no such part", word);
}

/* What was not asked for otherwise. */
static void fill_in(struct bench_options *o)
{
    bool any = false;
    for (int part = 0; part < PARTS; part++) {
        any |= o->parts[part];
    }
    for (int part = 0; part < PARTS && !any; part++) {
        o->parts[part] = true;
    }
    bool given = o->size_count > 0;
    for (size_t i = 0; !given && i < sizeof(default_sizes) / sizeof(*default_sizes); i++) {
        o->sizes[o->size_count++] = default_sizes[i];
    }
}

static void add_size(struct bench_options *o, unsigned seats)
{
    if (o->size_count == BENCH_SIZES_MAX) {
        usage("too many councils", "--seats");
    }
    o->sizes[o->size_count++] = seats;
}

static void read_options(struct bench_options *o, int argc, char **argv)
{
    static const struct option options[] = {{"only", required_argument, NULL, 'o'},
                                            {"seats", required_argument, NULL, 'n'},
                                            {"seconds", required_argument, NULL, 's'},
                                            {"size", required_argument, NULL, 'b'},
                                            {"envelope", required_argument, NULL, 'e'},
                                            {"outstanding", required_argument, NULL, 'w'},
                                            {"json", required_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'o') {
            choose_part(o, optarg);
        } else if (c == 'n') {
            add_size(o, number(optarg, SEATS_MIN, SEATS_MAX));
        } else if (c == 's') {
            o->seconds = number(optarg, 1, SECONDS_MAX);
        } else if (c == 'b') {
            o->text_bytes = number(optarg, 0, TEXT_MAX);
        } else if (c == 'e') {
            o->envelope = number(optarg, 1, ENVELOPE_MOST);
        } else if (c == 'w') {
            o->outstanding = number(optarg, 1, OUTSTANDING_MAX);
        } else if (c == 'j') {
            o->json = optarg;
        } else if (c == 'h') {
            (void)fputs(usage_text, stdout);
            exit(0);
        } else {
            usage("see the options below", argv[optind - 1]);
        }
    }
    if (optind < argc) {
        usage("not an option", argv[optind]);
    }
    fill_in(o);
}

static void measure_limits(struct bench_report *r, const struct bench_options *o)
{
    if (o->parts[PART_LIMITS]) {
        (void)fputs("bench: the machine\n", stderr);
        limits_measure(&r->limits, o);
    }
}

int main(int argc, char **argv)
{
    struct bench_options o = {.seconds = SECONDS, .text_bytes = TEXT_BYTES};
    struct bench_report r = {.council_count = 0};
    read_options(&o, argc, argv);
    live_limit(LIMIT_S + (unsigned)o.size_count * o.seconds);
    measure_limits(&r, &o);
    for (size_t i = 0; i < o.size_count; i++) {
        (void)fprintf(stderr, "bench: %u daemons\n", o.sizes[i]);
        struct bench_council *c = &r.councils[r.council_count++];
        *c = (struct bench_council){.seats = o.sizes[i],
                                    .start_s = NAN,
                                    .idle_cpu = NAN,
                                    .first_decision = {0, NAN, NAN}};
        council_measure(c, &o);
    }
    measure_limits(&r, &o);
    report_print(&r, &o);
    if (o.json != NULL) {
        report_write(&r, &o);
    }
    return 0;
}
