/* SPDX-License-Identifier: ISC */
/* What the kernel says of the daemons: CPU time, memory, bytes written. And what they say
 * themselves, by the method metrics. */
#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

double seat_cpu(struct live *l, unsigned seat)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(live_seat(l, seat)->pid, &clock) != 0 ||
        clock_gettime(clock, &t) != 0) {
        live_show_logs(l, 5);
        bench_fail("the daemon of seat %u is gone", seat);
    }
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double council_cpu(struct live *l)
{
    double sum = 0;
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        sum += seat_cpu(l, seat);
    }
    return sum;
}

void seat_stop(struct live *l, unsigned seat)
{
    if (live_stop(l, seat, LIVE_CALL_MS) != 0) {
        live_show_logs(l, 5);
        bench_fail("seat %u does not stop in good order", seat);
    }
}

double seat_start(struct live *l, unsigned seat)
{
    struct control_client *c = NULL;
    double begin = now_s();
    live_start(l, seat);
    while (control_connect(live_seat(l, seat)->socket, &c, NULL) != 0) {
        if (!live_running(l, seat) || now_s() - begin > LIVE_START_MS / 1e3) {
            live_show_logs(l, 10);
            bench_fail("seat %u does not start", seat);
        }
        live_pump(l, 1);
    }
    control_disconnect(c);
    return now_s() - begin;
}

/* --- memory --- */

static FILE *open_of(pid_t pid, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

/* The number behind the word, where a line begins with it; the first such line's. */
static double number_of(pid_t pid, const char *name, const char *word)
{
    char line[256];
    double value = NAN;
    FILE *file = open_of(pid, name);
    while (file != NULL && isnan(value) && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, word, strlen(word)) != 0 ||
            sscanf(line + strlen(word), "%lf", &value) != 1) {
            value = NAN;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return value;
}

/* Resident bytes of what is mapped of the store's file. */
static double map_bytes(pid_t pid)
{
    char line[512];
    double sum = 0, kib;
    bool of_store = false, told = false;
    FILE *file = open_of(pid, "smaps");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "Rss: %lf kB", &kib) == 1) {
            sum += of_store ? kib * 1024 : 0;
        } else if (strchr("0123456789abcdef", line[0]) != NULL) {
            of_store = strstr(line, "/data.mdb") != NULL; /* a mapping's first line */
            told |= of_store;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return told ? sum : NAN;
}

static void share_add(struct bench_share *s, double bytes, unsigned seats)
{
    s->mean += bytes / seats;
    s->max = bytes > s->max || isnan(bytes) ? bytes : s->max;
}

struct bench_memory council_memory(struct live *l)
{
    struct bench_memory m = {.resident = {0, 0}};
    unsigned seats = l->options.seats;
    for (unsigned seat = 1; seat <= seats; seat++) {
        pid_t pid = live_seat(l, seat)->pid;
        double resident = number_of(pid, "status", "VmRSS:") * 1024;
        double map = map_bytes(pid);
        share_add(&m.resident, resident, seats);
        share_add(&m.anonymous, number_of(pid, "status", "RssAnon:") * 1024, seats);
        share_add(&m.file, number_of(pid, "status", "RssFile:") * 1024, seats);
        share_add(&m.map, map, seats);
        share_add(&m.own, resident - map, seats);
    }
    return m;
}

/* --- counts --- */

static double family_sum(const json_t *family, const char *label, const char *value)
{
    double sum = 0;
    size_t i;
    const json_t *sample;
    json_array_foreach(json_object_get(family, "samples"), i, sample)
    {
        const char *found = json_string_value(
            json_object_get(json_object_get(sample, "labels"), label != NULL ? label : ""));
        if (label == NULL || (found != NULL && strcmp(found, value) == 0)) {
            sum += json_number_value(json_object_get(sample, "value"));
        }
    }
    return sum;
}

static void add_family(struct bench_counts *c, const json_t *family)
{
    const struct {
        const char *name, *label, *value;
        double *at;
    } wanted[] = {
        {"conclave_operations", NULL, NULL, &c->operations},
        {"conclave_blocks", NULL, NULL, &c->blocks},
        {"conclave_block_bytes", NULL, NULL, &c->block_bytes},
        {"conclave_signatures", "result", "good", &c->checked},
        {"conclave_signatures", "result", "remembered", &c->remembered},
        {"conclave_peer_sent_bytes", NULL, NULL, &c->sent_bytes},
    };
    const char *name = json_string_value(json_object_get(family, "name"));
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        if (name != NULL && strcmp(name, wanted[i].name) == 0) {
            *wanted[i].at += family_sum(family, wanted[i].label, wanted[i].value);
        }
    }
}

struct bench_counts seat_counts(struct live *l, unsigned seat)
{
    struct bench_counts c = {.cpu_s = 0};
    size_t i;
    const json_t *family;
    json_t *metrics = live_call(l, seat, "metrics", NULL);
    if (metrics == NULL) {
        bench_fail("seat %u: %s", seat, l->why.text);
    }
    json_array_foreach(json_object_get(metrics, "families"), i, family)
    {
        add_family(&c, family);
    }
    json_decref(metrics);
    c.written_bytes = number_of(live_seat(l, seat)->pid, "io", "write_bytes:");
    return c;
}

/* a becomes a + sign * b. */
static void add_counts(struct bench_counts *a, const struct bench_counts *b, double sign)
{
    a->operations += sign * b->operations;
    a->blocks += sign * b->blocks;
    a->checked += sign * b->checked;
    a->remembered += sign * b->remembered;
    a->sent_bytes += sign * b->sent_bytes;
    a->block_bytes += sign * b->block_bytes;
    a->written_bytes += sign * b->written_bytes;
}

static struct bench_counts counts_now(struct live *l)
{
    struct bench_counts sum = {.cpu_s = 0};
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        struct bench_counts c = seat_counts(l, seat);
        add_counts(&sum, &c, 1);
    }
    return sum;
}

struct bench_counts counts_begin(struct live *l)
{
    struct bench_counts c = counts_now(l);
    c.cpu_s = council_cpu(l);
    return c;
}

struct bench_counts counts_since(struct live *l, const struct bench_counts *before)
{
    double cpu = council_cpu(l);
    struct bench_counts c = counts_now(l);
    c.cpu_s = cpu - before->cpu_s;
    add_counts(&c, before, -1);
    return c;
}
