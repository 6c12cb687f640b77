/* SPDX-License-Identifier: ISC */
/* The start of a node with a large ledger, which it replays, beside what reading and
 * hashing the same bytes costs one core. */
#include "measure.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "hash/merkle.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMES = 3 };

/* From the node's first act to the end of its replay, by its own clock and log. */
static double replay_s(struct live *l, unsigned seat)
{
    json_t *log = live_call(l, seat, "log", json_pack("{s:i}", "limit", 500));
    json_int_t began = live_number(l, seat, "started_ms"), ended = began;
    size_t i;
    const json_t *line;
    json_array_foreach(json_object_get(log, "lines"), i, line)
    {
        const char *event = json_string_value(json_object_get(line, "event"));
        if (event != NULL && strcmp(event, "node.started") == 0) {
            ended = json_integer_value(json_object_get(line, "time_ms"));
        }
    }
    json_decref(log);
    return (double)(ended - began) / 1e3;
}

/* CPU time of hashing the operations as the rules want it: each once for its id, and once
 * for the tree that its envelope signs, which has as many nodes as leaves but one. */
static void measure_hashes(struct bench_replay *out)
{
    uint8_t piece[OPERATION_MAX] = {0};
    size_t size = (size_t)(out->block_bytes / out->operations);
    struct slice s = slice_of(piece, size < sizeof(piece) ? size : sizeof(piece));
    uint64_t count = (uint64_t)out->operations;
    struct hash sum = {{0}}, leaf;
    double begin = own_cpu_s();
    for (uint64_t i = 0; i < count; i++) {
        memcpy(piece, &i, s.size < sizeof(i) ? s.size : sizeof(i));
        sum.bytes[0] ^= hash_operation(s).bytes[0];
    }
    out->blake2b_s = own_cpu_s() - begin;
    begin = own_cpu_s();
    for (uint64_t i = 0; i < count; i++) {
        memcpy(piece, &i, s.size < sizeof(i) ? s.size : sizeof(i));
        leaf = merkle_leaf(s);
        sum = merkle_node(&sum, &leaf);
    }
    out->sha256_s = own_cpu_s() - begin;
}

/* The store's file from its beginning to its end; the kernel has most of it in memory. */
static void measure_reading(struct bench_replay *out, const struct live_seat *s)
{
    enum { AT_ONCE = 1 << 20 };
    char *path = alloc_printf("%s/data.mdb", s->data);
    void *buffer = alloc_zero(1, AT_ONCE);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    double begin = own_cpu_s();
    for (ssize_t got; fd >= 0 && (got = read(fd, buffer, AT_ONCE)) > 0;) {
        out->store_bytes += (double)got;
    }
    out->read_s = own_cpu_s() - begin;
    (void)close(fd);
    free(buffer);
    free(path);
}

/* Medians of several starts: what else the machine does delays them. */
void replay_measure(struct bench_replay *out, struct live *l, unsigned seat)
{
    double starts[TIMES], replays[TIMES], cpu[TIMES];
    for (unsigned i = 0; i < TIMES; i++) {
        seat_stop(l, seat);
        starts[i] = seat_start(l, seat);
        cpu[i] = seat_cpu(l, seat);
        replays[i] = replay_s(l, seat);
    }
    out->start_s = times_of(starts, TIMES).p50;
    out->start_cpu_s = times_of(cpu, TIMES).p50;
    out->replay_s = times_of(replays, TIMES).p50;
    measure_reading(out, live_seat(l, seat));
    measure_hashes(out);
}
