/* SPDX-License-Identifier: ISC */
/* `bench`: bench.submit for operators. What it says is what one client of one node saw. */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SECONDS_DEFAULT = 10,
    SECONDS_MAX = 3600,
    OUTSTANDING_DEFAULT = 512,
    OUTSTANDING_MAX = 16384, /* that a node takes */
    SIZE_MAX_BYTES = 65536,
    BATCH_BYTES = 32 * 1024 * 1024,
    SAMPLES_MAX = 200,
    SAMPLES_MIN = 20,
    LATENCY_MS = 5000, /* or as many as this allows, but no fewer than SAMPLES_MIN */
    WARM_UP_MS = 1000,
    STALL_MS = 20000,
};

struct bench {
    const struct command_line *line;
    struct control_client *c;
    uint64_t size, outstanding, measured_ms;
    /* What was found. */
    uint64_t samples[SAMPLES_MAX]; /* microseconds */
    size_t sample_count;
    uint64_t submitted, waiting, operations, blocks, took_ms;
};

static uint64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Queues so many operations; what waits now. False after saying why not. */
static bool submit(struct bench *b, uint64_t count)
{
    json_t *params = json_object();
    (void)json_object_set_new(params, "operations", json_integer((json_int_t)count));
    (void)json_object_set_new(params, "size", json_integer((json_int_t)b->size));
    json_t *answer = node_call(b->line, b->c, "bench.submit", params);
    if (answer == NULL) {
        return false;
    }
    b->waiting = (uint64_t)member_number(answer, "waiting");
    b->submitted += count;
    json_decref(answer);
    return true;
}

/* The next block that commits as this client sees it; -1 after saying why there is none. */
static json_int_t next_block(struct bench *b)
{
    for (;;) {
        json_t *message = NULL;
        int error = control_next(b->c, &message, STALL_MS);
        if (error != 0) {
            (void)command_fail(b->line,
                               error == CONCLAVE_EAGAIN
                                   ? "no block was committed for 20 s: see conclave status"
                                   : "the node stopped");
            return -1;
        }
        const json_t *params = json_object_get(message, "params");
        bool block = strcmp(member_text(params, "event"), "block.committed") == 0;
        json_int_t operations = member_number(params, "operations");
        json_decref(message);
        if (block) {
            return operations;
        }
    }
}

/* --- one at a time --- */

static bool measure_latency(struct bench *b)
{
    uint64_t begun = clock_monotonic_ms();
    while (b->sample_count < SAMPLES_MAX &&
           (b->sample_count < SAMPLES_MIN || clock_monotonic_ms() - begun < LATENCY_MS)) {
        uint64_t from = now_us();
        json_int_t operations = 0;
        if (!submit(b, 1)) {
            return false;
        }
        /* Blocks without operations are the council's own. */
        while (operations == 0) {
            operations = next_block(b);
        }
        if (operations < 0) {
            return false;
        }
        b->samples[b->sample_count++] = now_us() - from;
    }
    return true;
}

/* --- as many as it takes --- */

/* Keeps the node's queue filled until then. What blocks hold is not counted: their events
 * come late, and an operation that is void for the quota may be ordered again. */
static bool load_until(struct bench *b, uint64_t until)
{
    uint64_t batch = b->outstanding / 8 + 1;
    while (clock_monotonic_ms() < until) {
        uint64_t room = b->waiting < b->outstanding ? b->outstanding - b->waiting : 0;
        if (room >= batch) {
            uint64_t most = b->size > 0 ? BATCH_BYTES / b->size : room;
            if (!submit(b, room < most ? room : most)) {
                return false;
            }
            continue;
        }
        json_int_t operations = next_block(b);
        if (operations < 0 || !submit(b, 0)) {
            return false;
        }
    }
    return submit(b, 0);
}

/* The height; -1 after saying why it is not known. */
static json_int_t height_now(struct bench *b)
{
    json_t *status = node_call(b->line, b->c, "status", NULL);
    json_int_t height = status != NULL ? member_number(status, "height") : -1;
    json_decref(status);
    return height;
}

static bool measure_throughput(struct bench *b)
{
    if (!load_until(b, clock_monotonic_ms() + WARM_UP_MS)) {
        return false;
    }
    uint64_t ordered = b->submitted - b->waiting, begun = clock_monotonic_ms();
    json_int_t first = height_now(b);
    if (first < 0 || !load_until(b, begun + b->measured_ms)) {
        return false;
    }
    b->took_ms = clock_monotonic_ms() - begun;
    b->operations = b->submitted - b->waiting - ordered;
    json_int_t last = height_now(b);
    b->blocks = last > first ? (uint64_t)(last - first) : 0;
    return last >= 0;
}

/* --- what it says --- */

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Of the sorted samples, in milliseconds. */
static double percentile(const struct bench *b, unsigned percent)
{
    size_t at = (b->sample_count * percent + 99) / 100;
    return b->sample_count > 0 ? (double)b->samples[at > 0 ? at - 1 : 0] / 1000 : 0;
}

static json_t *result_json(const struct bench *b)
{
    double seconds = (double)b->took_ms / 1000;
    double rate = seconds > 0 ? (double)b->operations / seconds : 0;
    return json_pack("{s:I,s:I,s:{s:I,s:f,s:f,s:f,s:f},s:{s:f,s:I,s:I,s:f,s:f}}", "size",
                     (json_int_t)b->size, "outstanding", (json_int_t)b->outstanding,
                     "latency", "samples", (json_int_t)b->sample_count, "median_ms",
                     percentile(b, 50), "p90_ms", percentile(b, 90), "p99_ms",
                     percentile(b, 99), "max_ms", percentile(b, 100), "throughput",
                     "seconds", seconds, "operations", (json_int_t)b->operations, "blocks",
                     (json_int_t)b->blocks, "operations_per_second", rate, "queued_ms",
                     rate > 0 ? (double)b->outstanding / rate * 1000 : 0);
}

static void print(const struct bench *b)
{
    double seconds = (double)b->took_ms / 1000;
    double rate = seconds > 0 ? (double)b->operations / seconds : 0;
    describe_line("one by one",
                  "%zu operations: median %.1f ms, 90%% in %.1f ms, 99%% "
                  "in %.1f ms, slowest %.1f ms",
                  b->sample_count, percentile(b, 50), percentile(b, 90), percentile(b, 99),
                  percentile(b, 100));
    describe_line("loaded", "%.0f operations a second: %llu in %.1f s, in %llu blocks",
                  rate, (unsigned long long)b->operations, seconds,
                  (unsigned long long)b->blocks);
    if (rate > 0) {
        describe_line("", "with %llu waiting at all times, each for about %.0f ms",
                      (unsigned long long)b->outstanding,
                      (double)b->outstanding / rate * 1000);
    }
    (void)printf(
        "\nSeen by one client of one node, which alone was loaded. The operations "
        "are void, with\n%llu bytes of text each: they were ordered, certified and "
        "recorded, and nothing was\ndecided. Unlike proposals, they were not on this "
        "node's disk before they were ordered.\n",
        (unsigned long long)b->size);
}

static enum command_exit measure(struct bench *b)
{
    json_t *snapshot = node_call(b->line, b->c, "subscribe",
                                 json_pack("{s:[s]}", "events", "block.committed"));
    bool good = snapshot != NULL;
    json_decref(snapshot);
    /* What an earlier run left is none of this one's. */
    good = good && submit(b, 0);
    if (good && b->waiting > 0) {
        return command_fail(
            b->line,
            "%llu operations of this seat wait already: try again when they "
            "have been ordered",
            (unsigned long long)b->waiting);
    }
    if (!good || !measure_latency(b) || !measure_throughput(b)) {
        return COMMAND_FAILED;
    }
    qsort(b->samples, b->sample_count, sizeof(b->samples[0]), compare);
    if (b->line->json) {
        json_t *out = result_json(b);
        output_json(out);
        json_decref(out);
    } else {
        print(b);
    }
    return COMMAND_DONE;
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t seconds = SECONDS_DEFAULT;
    struct bench b = {.line = line, .outstanding = OUTSTANDING_DEFAULT};
    if (!command_number(line, "seconds", 1, SECONDS_MAX, &seconds) ||
        !command_number(line, "size", 0, SIZE_MAX_BYTES, &b.size) ||
        !command_number(line, "outstanding", 1, OUTSTANDING_MAX, &b.outstanding)) {
        return COMMAND_USAGE;
    }
    b.measured_ms = 1000 * seconds;
    if (!node_open(line, &b.c)) {
        return COMMAND_FAILED;
    }
    enum command_exit status = measure(&b);
    control_disconnect(b.c);
    return status;
}

static const struct command_option options[] = {
    {"seconds", ARGUMENT_NUMBER, "N", "how long it is loaded (default 10)"},
    {"size", ARGUMENT_NUMBER, "BYTES", "of text in each operation (default 0)"},
    {"outstanding", ARGUMENT_NUMBER, "N", "how many wait at all times (default 512)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_bench = {
    .name = "bench",
    .summary = "Measure how fast a council orders",
    .operands = "",
    .socket = true,
    .options = options,
    .details =
        "Needs allow-bench in the configuration of all nodes, and leaves its operations\n"
        "in the ledger for ever: for councils that are there to be measured. First one\n"
        "operation at a time, for at most 5 s or 20 operations, then loaded.\n",
    .run = run,
};
