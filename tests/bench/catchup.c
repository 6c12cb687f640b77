/* SPDX-License-Identifier: ISC */
/*
 * A replica that was away while a hundred thousand operations were ordered: how long until
 * it has them, too. Then its start with that ledger, which replays it, beside what reading
 * and hashing the same bytes costs one core.
 */
#include "measure.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "hash/merkle.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPERATIONS = 100000, LIMIT_S = 60, STOP_MS = 10000, POLL_MS = 2 };

static void give_up(struct live *l, const char *what)
{
    live_show_logs(l, 5);
    bench_fail("%s", what);
}

static void stop(struct live *l, unsigned seat)
{
    if (live_stop(l, seat, STOP_MS) != 0) {
        give_up(l, "a node does not stop in good order");
    }
}

/* Starts the seat; how long until its socket answers, which it does when it has replayed
 * its ledger. */
static double start(struct live *l, unsigned seat)
{
    struct control_client *c = NULL;
    double begin = now_s();
    live_start(l, seat);
    while (control_connect(live_seat(l, seat)->socket, &c, NULL) != 0) {
        if (!live_running(l, seat) || now_s() - begin > LIMIT_S) {
            give_up(l, "a node does not start again");
        }
        (void)usleep(1000);
    }
    control_disconnect(c);
    return now_s() - begin;
}

/* The seat's status until it has executed so much. */
static void catch_up(struct bench_catchup *out, struct live *l, unsigned seat,
                     json_int_t height)
{
    double begin = now_s(), connected = 0, first = 0;
    json_int_t executed = 0;
    (void)start(l, seat);
    json_int_t had = live_number(l, seat, "executed");
    while (executed < height) {
        json_t *status = live_call(l, seat, "status", NULL);
        executed = json_integer_value(json_object_get(status, "executed"));
        bool has_peer = json_integer_value(json_object_get(status, "connected")) > 0;
        connected = connected > 0 || !has_peer ? connected : now_s();
        first = first > 0 || executed <= had ? first : now_s();
        json_decref(status);
        if (now_s() - begin > LIMIT_S) {
            give_up(l, "a node does not catch up");
        }
        live_pump(l, POLL_MS);
    }
    double end = now_s();
    out->whole_s = end - begin;
    out->connected_s = end - connected;
    out->transfer_s = end - first;
    bench_level(l);
}

/* --- replay --- */

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
static void measure_hashes(struct bench_catchup *out)
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
static void measure_reading(struct bench_catchup *out, const struct live_seat *s)
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

static void replay(struct bench_catchup *out, struct live *l, unsigned seat)
{
    stop(l, seat);
    out->start_s = start(l, seat);
    out->replay_s = replay_s(l, seat);
    measure_reading(out, live_seat(l, seat));
    measure_hashes(out);
}

void catchup_measure(struct bench_catchup *out, unsigned seats,
                     const struct bench_options *o)
{
    struct live *l = council_new(seats, o);
    council_start(l);
    stop(l, seats);
    load_order(l, o, seats - 1, OPERATIONS);
    struct bench_counts c = seat_counts(l, 1);
    out->operations = c.operations;
    out->block_bytes = c.block_bytes;
    catch_up(out, l, seats, live_number(l, 1, "executed"));
    replay(out, l, seats);
    live_free(l);
}
