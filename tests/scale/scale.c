/* SPDX-License-Identifier: ISC */
/* Councils of sizes and over distances that this machine cannot carry: scale.h. */
#include "json.h"
#include "number.h"
#include "plans.h"

#include "crypto/key.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint16_t default_sizes[] = {4, 7, 10, 16, 33, 64, 100};
static const unsigned default_delays[] = {20, 80, 200};
enum { DELAY_MAX_MS = 10000, NOMINAL_CORES = 2 };

/* A machine that is none: the same counts everywhere. */
static const struct scale_machine nominal = {.verify_ns = 50000,
                                             .sign_ns = 20000,
                                             .flush_ns = 8000,
                                             .frame_ns = 500,
                                             .byte_ns = 1.5,
                                             .turn_ns = 50000,
                                             .disk_byte_ns = 1,
                                             .sync_ns = 400000,
                                             .sync_all_ns = 4000000};

static const char usage_text[] =
    "usage: scale [--seats N]... [--delay MS]... [--only load|alone|one|many]...\n"
    "             [--machine FILE | --nominal] [--quick] [--dir DIR] [--json FILE]\n"
    "\n"
    "  --seats    councils of so many seats instead of 4, 7, 10, 16, 33, 64 and 100\n"
    "  --delay    links of so many milliseconds one way instead of 20, 80 and 200\n"
    "  --only     this kind of work alone: operations, one operation after another, one\n"
    "             decision after another, many decisions at once\n"
    "  --machine  JSON of the bench of real processes, with what signatures and synced\n"
    "             commits take on this machine\n"
    "  --nominal  the costs of a made-up machine: the figures are the same on every one\n"
    "  --quick    a quarter of the work\n"
    "  --dir      where the stores are made; /dev/shm otherwise\n"
    "  --json     writes the figures there\n";

struct job {
    struct plans plans;
    struct scale_machine machine; /* without syncs, where a file has them */
    const char *machine_path, *json_path;
    json_t *file, *runs;
    unsigned fitted_seats; /* of the council that told of turns; 0: none did */
};

__attribute__((noreturn)) static void usage(const char *what, const char *word)
{
    (void)fprintf(stderr, "scale: %s: %s\n%s", what, word, usage_text);
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

static void add_kind(struct plans *p, const char *word)
{
    for (int kind = SCALE_LOAD; kind <= SCALE_MANY; kind++) {
        if (strcmp(word, scale_kind_name((enum scale_kind)kind)) == 0) {
            p->kinds |= 1U << kind;
            return;
        }
    }
    usage("no such kind of work", word);
}

static void add_size(struct plans *p, unsigned seats)
{
    if (p->size_count == PLANS_SIZES_MAX) {
        usage("too many councils", "--seats");
    }
    p->sizes[p->size_count++] = (uint16_t)seats;
}

static void add_delay(struct plans *p, unsigned ms)
{
    if (p->delay_count == PLANS_DELAYS_MAX) {
        usage("too many delays", "--delay");
    }
    p->delays_ms[p->delay_count++] = ms;
}

static void use_defaults(struct job *j)
{
    struct plans *p = &j->plans;
    for (size_t i = 0; p->size_count < sizeof(default_sizes) / sizeof(*default_sizes) &&
                       p->size_count == i;
         i++) {
        add_size(p, default_sizes[i]);
    }
    for (size_t i = 0; p->delay_count < sizeof(default_delays) / sizeof(*default_delays) &&
                       p->delay_count == i;
         i++) {
        add_delay(p, default_delays[i]);
    }
    if ((j->machine_path == NULL) == !p->nominal) {
        usage("one of them is needed", "--machine, --nominal");
    }
}

static void read_options(struct job *j, int argc, char **argv)
{
    static const struct option options[] = {
        {"seats", required_argument, NULL, 'n'}, {"delay", required_argument, NULL, 'd'},
        {"only", required_argument, NULL, 'o'},  {"machine", required_argument, NULL, 'm'},
        {"nominal", no_argument, NULL, 'N'},     {"quick", no_argument, NULL, 'q'},
        {"dir", required_argument, NULL, 'D'},   {"json", required_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'n') {
            add_size(&j->plans, number(optarg, SEATS_MIN, SEATS_MAX));
        } else if (c == 'd') {
            add_delay(&j->plans, number(optarg, 1, DELAY_MAX_MS));
        } else if (c == 'o') {
            add_kind(&j->plans, optarg);
        } else if (c == 'm') {
            j->machine_path = optarg;
        } else if (c == 'N') {
            j->plans.nominal = true;
        } else if (c == 'q') {
            j->plans.quick = true;
        } else if (c == 'D') {
            j->plans.dir = optarg;
        } else if (c == 'j') {
            j->json_path = optarg;
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
    use_defaults(j);
}

static struct scale_machine machine_of(void *context, unsigned seats)
{
    struct job *j = context;
    struct scale_machine m = j->machine;
    if (j->file != NULL) {
        machine_read(j->file, seats, &m);
    }
    return m;
}

static unsigned outstanding_of(void *context, unsigned seats)
{
    const struct job *j = context;
    return j->file != NULL ? machine_outstanding(j->file, seats) : 0;
}

static void tell(void *context, const struct scale_plan *p, const struct scale_result *r)
{
    struct job *j = context;
    const struct scale_counts *c = &r->counts;
    (void)fprintf(stderr,
                  "scale: %3u seats %-5s %u cores %6.2f ms: %6.3f s, %llu blocks, %llu "
                  "operations, %llu decisions, %llu checks, %.1f s taken\n",
                  p->seats, scale_kind_name(p->kind), p->cores, (double)p->delay_ns / 1e6,
                  r->seconds, (unsigned long long)r->blocks,
                  (unsigned long long)r->operations, (unsigned long long)r->decisions,
                  (unsigned long long)c->checks, r->process_s);
    json_array_append_new(j->runs, scale_result_json(p, r));
}

static void fit_turn(struct job *j)
{
    unsigned seats = 0;
    double cpu_s = 0;
    if (j->file != NULL && machine_alone(j->file, &seats, &cpu_s)) {
        j->machine.turn_ns = plans_fit_turn(&j->plans, (uint16_t)seats, cpu_s);
        j->fitted_seats = seats;
        (void)fprintf(stderr, "scale: a daemon's turn takes %.0f us besides\n",
                      j->machine.turn_ns / 1e3);
    }
}

static void write_json(struct job *j)
{
    json_t *all =
        json_pack("{s:o,s:i,s:b,s:b,s:o}", "machine", scale_machine_json(&j->machine),
                  "turns_fitted_at_seats", (int)j->fitted_seats, "nominal",
                  j->plans.nominal, "quick", j->plans.quick, "runs", j->runs);
    if (j->json_path == NULL) {
        (void)json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        (void)putchar('\n');
    } else if (json_dump_file(all, j->json_path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) !=
               0) {
        scale_fail("cannot write %s", j->json_path);
    }
    json_decref(all);
}

int main(int argc, char **argv)
{
    const char *tmp = getenv("TMPDIR");
    struct job j = {
        .plans = {.cores = NOMINAL_CORES}, .machine = nominal, .runs = json_array()};
    j.plans.dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : tmp != NULL ? tmp : "/tmp";
    read_options(&j, argc, argv);
    if (key_library_init() != 0) {
        scale_fail("libsodium does not start");
    }
    if (j.machine_path != NULL) {
        j.file = machine_load(j.machine_path);
        scale_measure_channel(&j.machine);
        scale_measure_disk(&j.machine, tmp != NULL ? tmp : "/tmp");
        machine_read(j.file, SEATS_MIN, &j.machine);
        j.plans.cores = machine_cores(j.file);
    }
    j.plans.machine = machine_of;
    j.plans.outstanding = outstanding_of;
    j.plans.tell = tell;
    j.plans.context = &j;
    fit_turn(&j);
    for (size_t i = 0; i < j.plans.size_count; i++) {
        plans_run(&j.plans, j.plans.sizes[i]);
    }
    write_json(&j);
    json_decref(j.file);
    return 0;
}
