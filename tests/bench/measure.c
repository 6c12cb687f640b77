/* SPDX-License-Identifier: ISC */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void bench_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("bench: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(EXIT_FAILURE);
}

static double seconds_of(const struct timespec *t)
{
    return (double)t->tv_sec + (double)t->tv_nsec / 1e9;
}

double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return seconds_of(&t);
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The smallest value that this share of all does not exceed. */
static double rank(const double *sorted, size_t count, double share)
{
    size_t at = (size_t)(share * (double)count);
    return sorted[at < count ? at : count - 1];
}

struct bench_times times_of(double *values, size_t count)
{
    if (count == 0) {
        return (struct bench_times){0};
    }
    qsort(values, count, sizeof(*values), compare);
    return (struct bench_times){count, rank(values, count, 0.5), rank(values, count, 0.99)};
}

double council_cpu(struct live *l)
{
    double sum = 0;
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        clockid_t clock;
        struct timespec t;
        if (clock_getcpuclockid(live_seat(l, seat)->pid, &clock) != 0 ||
            clock_gettime(clock, &t) != 0) {
            live_show_logs(l, 5);
            bench_fail("the daemon of seat %u is gone", seat);
        }
        sum += seconds_of(&t);
    }
    return sum;
}

static double resident_bytes(pid_t pid)
{
    char path[64], line[256];
    unsigned long kib = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL &&
           sscanf(line, "VmRSS: %lu kB", &kib) != 1) {
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return (double)kib * 1024;
}

struct bench_memory council_memory(struct live *l)
{
    struct bench_memory m = {0, 0};
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        double bytes = resident_bytes(live_seat(l, seat)->pid);
        m.mean_bytes += bytes / l->options.seats;
        m.max_bytes = bytes > m.max_bytes ? bytes : m.max_bytes;
    }
    return m;
}

/* --- talking to a node --- */

struct control_client *bench_connect(struct live *l, unsigned seat, const char *event)
{
    struct control_client *c = NULL;
    struct complaint why = {""};
    json_t *snapshot = NULL;
    int error = control_connect(live_seat(l, seat)->socket, &c, &why);
    if (error == 0 && event != NULL) {
        error = control_call(c, "subscribe", json_pack("{s:[s]}", "events", event),
                             &snapshot, LIVE_CALL_MS, &why);
        json_decref(snapshot);
    }
    if (error != 0) {
        bench_fail("seat %u: %s", seat, why.text);
    }
    return c;
}

void bench_send_load(struct control_client *c, unsigned operations, unsigned text_bytes)
{
    json_t *params =
        json_pack("{s:i,s:i}", "operations", (int)operations, "size", (int)text_bytes);
    if (control_send(c, "bench.submit", params) < 0) {
        bench_fail("a node hung up");
    }
}

unsigned bench_waiting(struct control_client *c)
{
    json_t *answer = NULL;
    int error = control_next(c, &answer, LIVE_CALL_MS);
    const json_t *waiting = json_object_get(json_object_get(answer, "result"), "waiting");
    if (error != 0 || waiting == NULL) {
        const json_t *refusal = json_object_get(answer, "error");
        bench_fail("bench.submit: %s",
                   refusal != NULL ? json_string_value(json_object_get(refusal, "message"))
                                   : error_text(error));
    }
    unsigned count = (unsigned)json_integer_value(waiting);
    json_decref(answer);
    return count;
}

json_t *bench_event(struct control_client *c, const char *name, int timeout_ms)
{
    json_t *message = NULL;
    int error;
    while ((error = control_next(c, &message, timeout_ms)) == 0) {
        json_t *params = json_object_get(message, "params");
        const char *event = json_string_value(json_object_get(params, "event"));
        if (event != NULL && strcmp(event, name) == 0) {
            params = json_incref(params);
            json_decref(message);
            return params;
        }
        const json_t *refusal = json_object_get(message, "error");
        if (refusal != NULL) {
            bench_fail("a node refuses: %s",
                       json_string_value(json_object_get(refusal, "message")));
        }
        json_decref(message);
    }
    if (error != CONCLAVE_EAGAIN) {
        bench_fail("a node hung up: %s", error_text(error));
    }
    return NULL;
}
