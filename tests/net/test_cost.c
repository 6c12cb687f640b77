/* SPDX-License-Identifier: ISC */
/* What the channel costs. The bounds are loose, for slow and busy machines; the figures
 * are printed. */
#include "fixture.h"

#include "base/log.h"
#include "tap.h"

#include <malloc.h>
#include <sys/resource.h>
#include <time.h>

static double cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t all_frames(const struct council *c)
{
    uint64_t frames = 0;
    for (unsigned seat = 1; seat <= c->n; seat++) {
        frames += c->nodes[seat].frames;
    }
    return frames;
}

/* Both ends of 528 connections, more than the usual limit of 1024 lets in. */
static bool raise_file_limit(void)
{
    const rlim_t files = 33 * 32 + 200;
    struct rlimit limit;
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < files) {
        limit.rlim_cur = limit.rlim_max < files ? limit.rlim_max : files;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur >= files;
}

static void test_mesh_33(void)
{
    if (!raise_file_limit()) {
        skip("33 nodes in one process are meshed", "the limit of open files is too low");
        return;
    }
    struct council *c = council_new(33, "127.0.0.1");
    unsigned downs = 0;
    ev_tstamp begin = ev_time();
    double cpu = cpu_seconds();
    council_start_all(c);
    ok(WAIT(c, 120, council_is_meshed(c)), "33 nodes in one process are meshed");
    printf("# mesh of 33: %.2f s, %.2f s CPU for 528 connections\n", ev_time() - begin,
           cpu_seconds() - cpu);

    /* Heartbeats: each node sends each peer one small frame a second, here back to back. */
    const unsigned rounds = 5;
    uint64_t before = all_frames(c);
    struct bytes *beat = frame_new(1, 120);
    struct mallinfo2 heap = mallinfo2();
    ev_timer_stop(c->loop, &c->tick);
    cpu = cpu_seconds();
    for (unsigned i = 1; i <= rounds; i++) {
        for (unsigned seat = 1; seat <= 33; seat++) {
            net_broadcast(c->nodes[seat].net, beat);
            net_flush(c->nodes[seat].net);
        }
        (void)WAIT(c, 60, all_frames(c) >= before + (uint64_t)i * 33 * 32);
    }
    cpu = cpu_seconds() - cpu;
    double each = cpu / (rounds * 33 * 32);
    ev_timer_start(c->loop, &c->tick);
    printf(
        "# heartbeat: %.1f us CPU sent and received; idle council of 33: %.3f %% of a core "
        "a node\n",
        each * 1e6, each * 32 * 100);
    is((int64_t)(all_frames(c) - before), rounds * 33 * 32, "every heartbeat arrives");
    printf("# heap %zu KiB for 33 nets, %zu KiB before the heartbeats\n",
           mallinfo2().uordblks / 1024, heap.uordblks / 1024);
    bytes_unref(beat);
    for (unsigned seat = 1; seat <= 33; seat++) {
        for (unsigned other = 1; other <= 33; other++) {
            downs += c->nodes[seat].disconnected[other];
        }
    }
    printf("# connections given up on the way: %u\n", downs);
    council_free(c);
}

static void test_throughput(size_t size, unsigned count)
{
    struct council *c = council_new(2, "127.0.0.1");
    struct bytes *frame = frame_new(1, size);
    unsigned sent = 0;
    ev_tstamp deadline = ev_time() + 120;
    c->nodes[2].config.bytes_per_second = (uint64_t)1 << 36;
    council_start_all(c);
    WAIT(c, 5, council_is_meshed(c));
    ev_timer_stop(c->loop, &c->tick);
    ev_tstamp begin = ev_time();
    double cpu = cpu_seconds();
    while (c->nodes[2].frames < count && ev_time() < deadline) {
        struct net_counts counts;
        net_counts(c->nodes[1].net, 2, &counts);
        while (sent < count && counts.queued_bytes < (size_t)8 << 20) {
            net_send(c->nodes[1].net, 2, frame);
            counts.queued_bytes += size;
            sent++;
        }
        net_flush(c->nodes[1].net);
        council_turn(c);
    }
    double took = ev_time() - begin;
    cpu = cpu_seconds() - cpu;
    printf(
        "# frames of %zu bytes: %.0f MB/s, %.0f frames/s, %.2f us CPU a frame, both ends\n",
        size, (double)size * count / took / 1e6, count / took, cpu / count * 1e6);
    is((int64_t)c->nodes[2].frames, count, "all arrive");
    ok(frame_is(c->nodes[2].last, 1, size), "unharmed");
    ev_timer_start(c->loop, &c->tick);
    bytes_unref(frame);
    council_free(c);
}

int main(void)
{
    log_open("/dev/null", LOG_LEVEL_INFO, NULL);
    test_mesh_33();
    test_throughput(1 << 20, 300);
    test_throughput(200, 200000);
    log_close();
    return tap_done();
}
