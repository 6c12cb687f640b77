/* SPDX-License-Identifier: ISC */
/*
 * The primary's end while an operation waits: until the others commit a block. It is
 * stopped, so that it cannot order the operation any more, and counted as dead from then.
 * Killed, its machine refuses connections; frozen, it is only silent. When a view fails f+1
 * replicas' timers take the others along: the timer in force is that of the last of those.
 */
#include "measure.h"

#include "base/quorum.h"

#include <signal.h>
#include <stdlib.h>

enum { PRIMING = 12, UP_MS = 30000 };

static int compare(const void *a, const void *b)
{
    const json_int_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* In force at the replicas without the primary. */
static double timer_s(struct live *l, unsigned primary)
{
    json_int_t timers[SEATS_MAX];
    size_t count = 0;
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        if (seat != primary) {
            timers[count++] = live_number(l, seat, "request_timer_ms");
        }
    }
    qsort(timers, count, sizeof(*timers), compare);
    return (double)timers[quorum_weak(l->options.seats) - 1] / 1e3;
}

/* Operations one at a time, so that replicas know how long a block takes, and that what
 * failed before is forgotten. */
static void prime(struct live *l, unsigned seat, unsigned text_bytes)
{
    struct control_client *c = bench_connect(l, seat, "block.committed");
    for (unsigned i = 0; i < PRIMING; i++) {
        bench_send_load(c, 1, text_bytes);
        while (bench_next_block(c).operations == 0) {
        }
    }
    control_disconnect(c);
    bench_level(l);
}

static void bring_back(struct live *l, unsigned seat, bool killed)
{
    if (killed) {
        live_start(l, seat);
    } else {
        live_signal(l, seat, SIGCONT);
    }
    if (!live_wait_ready(l, seat, UP_MS) || !live_wait_connected(l, UP_MS)) {
        live_show_logs(l, 5);
        bench_fail("seat %u does not come back", seat);
    }
    bench_level(l);
}

static void end_primary(struct bench_viewchange *out, struct live *l, unsigned text_bytes,
                        bool killed)
{
    unsigned seats = l->options.seats;
    unsigned primary = (unsigned)live_number(l, 1, "primary");
    unsigned other = (primary + 1) % seats + 1; /* not the next primary either */
    prime(l, other, text_bytes);
    double timer = timer_s(l, primary);
    struct control_client *watcher = bench_connect(l, other, "block.committed");
    struct control_client *client = bench_connect(l, other, NULL);
    live_signal(l, primary, SIGSTOP);
    double start = now_s();
    bench_send_load(client, 1, text_bytes);
    if (killed) {
        live_kill(l, primary);
    }
    (void)bench_next_block(watcher);
    double passed = now_s() - start;
    out->elapsed_s[out->count] = passed;
    out->timer_s[out->count] = timer;
    out->over_s[out->count++] = passed - timer;
    control_disconnect(client);
    control_disconnect(watcher);
    bring_back(l, primary, killed);
}

void viewchange_measure(struct bench_viewchange *killed, struct bench_viewchange *frozen,
                        unsigned seats, const struct bench_options *o)
{
    struct live *l = council_new(seats, o);
    council_start(l);
    for (unsigned i = 0; i < BENCH_VIEWCHANGES; i++) {
        end_primary(killed, l, o->text_bytes, true);
    }
    for (unsigned i = 0; i < BENCH_VIEWCHANGES; i++) {
        end_primary(frozen, l, o->text_bytes, false);
    }
    live_free(l);
}
