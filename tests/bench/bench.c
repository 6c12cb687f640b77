/* SPDX-License-Identifier: ISC */
#include "bench.h"

#include "wire/limits.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_S = 480, SECONDS = 10, SECONDS_MAX = 3600, TEXT_BYTES = 64 };
static const unsigned default_sizes[] = {4, 7, 16, 33};

static const char usage_text[] =
    "usage: bench [--only limits|load|decide]... [--seats N]... [--seconds S]\n"
    "             [--size BYTES] [--json FILE]\n"
    "\n"
    "  --only     this part alone; may be repeated\n"
    "  --seats    councils of so many seats instead of 4, 7, 16 and 33; may be repeated\n"
    "  --seconds  of load for each council; 10 otherwise\n"
    "  --size     bytes of text in an operation of the load; 64 otherwise\n"
    "  --json     writes the figures there, too\n";

__attribute__((noreturn)) static void usage(const char *what, const char *word)
{
    (void)fprintf(stderr, "bench: %s: %s\n%s", what, word, usage_text);
    exit(2);
}

static unsigned number(const char *text, unsigned min, unsigned max)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || value < min || value > max) {
        usage("not a number in its range", text);
    }
    return (unsigned)value;
}

static void choose_part(struct bench_options *o, const char *word)
{
    if (strcmp(word, "limits") == 0) {
        o->limits = true;
    } else if (strcmp(word, "load") == 0) {
        o->load = true;
    } else if (strcmp(word, "decide") == 0) {
        o->decide = true;
    } else {
        usage("no such part", word);
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
    if (!o->limits && !o->load && !o->decide) {
        o->limits = o->load = o->decide = true;
    }
    bool given = o->size_count > 0;
    for (size_t i = 0; !given && i < sizeof(default_sizes) / sizeof(*default_sizes); i++) {
        add_size(o, default_sizes[i]);
    }
}

int main(int argc, char **argv)
{
    struct bench_options o = {.seconds = SECONDS, .text_bytes = TEXT_BYTES};
    struct bench_report r = {.council_count = 0};
    read_options(&o, argc, argv);
    live_limit(LIMIT_S + (unsigned)o.size_count * o.seconds);
    if (o.limits) {
        (void)fputs("bench: the machine\n", stderr);
        limits_measure(&r.limits, &o);
    }
    for (size_t i = 0; i < o.size_count; i++) {
        if (o.load || o.decide) {
            (void)fprintf(stderr, "bench: %u daemons\n", o.sizes[i]);
        }
        r.councils[i].seats = o.sizes[i];
        council_measure(&r.councils[i], &o);
        r.council_count++;
    }
    report_print(&r, &o);
    if (o.json != NULL) {
        report_write(&r, &o);
    }
    return 0;
}
