/* SPDX-License-Identifier: ISC */
/*
 * kill -9 of real nodes at random moments, while proposals flow: nothing acknowledged is
 * lost, all ledgers stay equal, no seat signs two things. With CONCLAVE_LONG=1 it goes on
 * for minutes.
 */
#include "history.h"
#include "live.h"
#include "random.h"
#include "tap.h"
#include "witness.h"

#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEATS = 4, SHORT_MS = 9000, LONG_MS = 180000, DECIDE_MS = 40000 };

static struct history history;

static bool is_long(void)
{
    const char *value = getenv("CONCLAVE_LONG");
    return value != NULL && strcmp(value, "1") == 0;
}

static void finish(struct live *l, struct witness *w, const char *name)
{
    uint64_t start = clock_monotonic_ms();
    ok(live_wait_ready(l, 0, LIVE_START_MS) && live_wait_connected(l, LIVE_START_MS),
       "%s: all nodes are up again", name);
    is(history_missing(&history, l, DECIDE_MS), 0, "everything acknowledged is decided");
    ok(live_wait_level(l, DECIDE_MS), "the same height, tip and state everywhere");
    printf("# %u acknowledged, %u refused or unanswered, level after %llu ms\n",
           history.count, history.refused,
           (unsigned long long)(clock_monotonic_ms() - start));
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no contradiction in any store");
    ok(witness_lowest(w, SEATS) > 0 && witness_votes(w) > 0, "and the witness saw votes");
    printf("# height %llu, %zu votes\n", (unsigned long long)witness_highest(w, SEATS),
           witness_votes(w));
    json_t *status = live_call(l, 1, "status", NULL);
    is((int64_t)json_array_size(json_object_get(status, "expelled")), 0,
       "no seat is convicted of anything");
    json_decref(status);
    if (tap_failures > 0) {
        live_show_logs(l, 15);
    }
}

/* One node at a time is killed while others work: f = 1. */
static void check_one_at_a_time(struct live *l, struct witness *w, struct rng *r)
{
    uint64_t until = clock_monotonic_ms() + (is_long() ? LONG_MS : SHORT_MS);
    unsigned kills = 0, down = 0;
    uint64_t back_ms = 0;
    while (clock_monotonic_ms() < until) {
        (void)history_propose(&history, l, 1 + (unsigned)rng_below(r, SEATS));
        live_pump(l, (int)rng_below(r, 60));
        if (down != 0 && clock_monotonic_ms() >= back_ms) {
            live_start(l, down);
            (void)live_wait_ready(l, down, LIVE_START_MS);
            down = 0;
        } else if (down == 0) {
            /* At any moment of a turn of its loop. */
            (void)usleep((useconds_t)rng_below(r, 5000));
            down = 1 + (unsigned)rng_below(r, SEATS);
            back_ms = clock_monotonic_ms() + rng_below(r, 600);
            live_kill(l, down);
            witness_look(w, l, down);
            kills++;
        }
    }
    printf("# %u kills\n", kills);
    ok(kills > 10, "nodes were killed again and again");
    live_start_all(l);
    finish(l, w, "one at a time");
}

/* Everyone at once, as in a power cut. */
static void check_all_at_once(struct live *l, struct witness *w, struct rng *r)
{
    for (int round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 6; i++) {
            (void)history_propose(&history, l, 1 + (unsigned)rng_below(r, SEATS));
        }
        live_pump(l, (int)rng_below(r, 40));
        (void)usleep((useconds_t)rng_below(r, 5000));
        for (unsigned seat = 1; seat <= SEATS; seat++) {
            live_signal(l, seat, SIGKILL);
        }
        for (unsigned seat = 1; seat <= SEATS; seat++) {
            live_kill(l, seat);
        }
        witness_look(w, l, 0);
        live_start_all(l);
        (void)live_wait_ready(l, 0, LIVE_START_MS);
    }
    finish(l, w, "all at once");
}

int main(void)
{
    struct rng r = rng_begin((uint64_t)clock_wall_ms());
    struct live_class class = {"test", 0, 60000, 60000, 300, false};
    struct live_options o = {.seats = SEATS, .classes = &class, .class_count = 1};
    live_limit(is_long() ? 400 : 150);
    struct live *l = live_new(&o);
    struct witness *w = witness_new();
    ok(live_start_council(l), "the council starts");
    live_agent_set(l, 0, history_approve, NULL);
    check_one_at_a_time(l, w, &r);
    check_all_at_once(l, w, &r);
    witness_free(w);
    live_free(l);
    return tap_done();
}
