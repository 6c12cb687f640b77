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
#include "base/quorum.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHORT_MS = 5000, LONG_MS = 120000, DECIDE_MS = 40000 };

static struct history history;

static bool is_long(void)
{
    const char *value = getenv("CONCLAVE_LONG");
    return value != NULL && strcmp(value, "1") == 0;
}

static uint64_t storm_ms(void)
{
    return is_long() ? LONG_MS : SHORT_MS;
}

static void finish(struct live *l, struct witness *w, const char *name)
{
    unsigned seats = l->options.seats;
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
    ok(witness_lowest(w, seats) > 0 && witness_votes(w) > 0, "and the witness saw votes");
    printf("# height %llu, %zu votes\n", (unsigned long long)witness_highest(w, seats),
           witness_votes(w));
    json_t *status = live_call(l, 1, "status", NULL);
    is((int64_t)json_array_size(json_object_get(status, "expelled")), 0,
       "no seat is convicted of anything");
    json_decref(status);
    unsigned refused = 0;
    for (unsigned seat = 1; seat <= seats; seat++) {
        refused += live_log_count(l, seat, "cause=chain");
    }
    is(refused, 0, "no honest primary proposed a block that its chain forbids");
    if (tap_failures > 0) {
        live_show_logs(l, 15);
    }
}

/* One node at a time is killed while others work: f = 1. */
static void check_one_at_a_time(struct live *l, struct witness *w, struct rng *r)
{
    uint64_t until = clock_monotonic_ms() + storm_ms();
    unsigned kills = 0, down = 0, seats = l->options.seats;
    uint64_t back_ms = 0;
    while (clock_monotonic_ms() < until) {
        (void)history_propose(&history, l, 1 + (unsigned)rng_below(r, seats));
        live_pump(l, (int)rng_below(r, 60));
        if (down != 0 && clock_monotonic_ms() >= back_ms) {
            live_start(l, down);
            (void)live_wait_ready(l, down, LIVE_START_MS);
            down = 0;
        } else if (down == 0) {
            /* At any moment of a turn of its loop. */
            (void)usleep((useconds_t)rng_below(r, 5000));
            down = 1 + (unsigned)rng_below(r, seats);
            back_ms = clock_monotonic_ms() + rng_below(r, 600);
            live_kill(l, down);
            witness_look(w, l, down);
            kills++;
        }
    }
    printf("# %u kills\n", kills);
    ok(kills > 3, "nodes were killed again and again");
    live_start_all(l);
    finish(l, w, "one at a time");
}

/* Everyone at once, as in a power cut. */
static void check_all_at_once(struct live *l, struct witness *w, struct rng *r)
{
    unsigned seats = l->options.seats;
    for (int round = 0; round < 4; round++) {
        for (unsigned i = 0; i < 6; i++) {
            (void)history_propose(&history, l, 1 + (unsigned)rng_below(r, seats));
        }
        live_pump(l, (int)rng_below(r, 40));
        (void)usleep((useconds_t)rng_below(r, 5000));
        for (unsigned seat = 1; seat <= seats; seat++) {
            live_signal(l, seat, SIGKILL);
        }
        for (unsigned seat = 1; seat <= seats; seat++) {
            live_kill(l, seat);
        }
        witness_look(w, l, 0);
        live_start_all(l);
        (void)live_wait_ready(l, 0, LIVE_START_MS);
    }
    finish(l, w, "all at once");
}

/* Up to f nodes at once are killed, or sleep for a while, in a council that changes its
 * primary every few blocks. */
static void check_storm(struct live *l, struct witness *w, struct rng *r)
{
    unsigned seats = l->options.seats, f = quorum_faulty(seats);
    unsigned kills = 0, pauses = 0, out = 0;
    uint64_t back_ms[SEATS_MAX] = {0}; /* 0: it runs */
    uint64_t until = clock_monotonic_ms() + storm_ms();
    while (clock_monotonic_ms() < until) {
        unsigned seat = 1 + (unsigned)rng_below(r, seats);
        if (back_ms[seat - 1] == 0) {
            (void)history_propose(&history, l, seat);
        }
        live_pump(l, (int)rng_below(r, 40));
        for (unsigned i = 1; i <= seats; i++) {
            if (back_ms[i - 1] != 0 && clock_monotonic_ms() >= back_ms[i - 1]) {
                live_signal(l, i, SIGCONT);
                live_start(l, i);
                back_ms[i - 1] = 0;
                out--;
            }
        }
        seat = 1 + (unsigned)rng_below(r, seats);
        if (out < f && back_ms[seat - 1] == 0) {
            bool pause = rng_chance(r, 3);
            (void)usleep((useconds_t)rng_below(r, 5000));
            if (pause) {
                live_signal(l, seat, SIGSTOP);
            } else {
                live_kill(l, seat);
                witness_look(w, l, seat);
            }
            kills += !pause;
            pauses += pause;
            out++;
            back_ms[seat - 1] = clock_monotonic_ms() + 1 + rng_below(r, 800);
        }
    }
    printf("# %u kills, %u pauses\n", kills, pauses);
    ok(kills > 2 && pauses > 0, "nodes were killed and paused again and again");
    for (unsigned seat = 1; seat <= seats; seat++) {
        live_signal(l, seat, SIGCONT);
    }
    live_start_all(l);
    finish(l, w, "storm");
}

static void check_council(struct rng *r, unsigned seats, const char *charter, bool storm)
{
    struct live_class class = {"test", 0, 60000, 60000, 300, false};
    struct live_options o = {
        .seats = seats, .classes = &class, .class_count = 1, .charter = charter};
    struct live *l = live_new(&o);
    struct witness *w = witness_new();
    memset(&history, 0, sizeof(history));
    ok(live_start_council(l), "the council of %u starts", seats);
    live_agent_set(l, 0, history_approve, NULL);
    if (storm) {
        check_storm(l, w, r);
        if (is_long()) {
            check_all_at_once(l, w, r);
        }
    } else {
        check_one_at_a_time(l, w, r);
        check_all_at_once(l, w, r);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    witness_free(w);
    live_free(l);
}

int main(void)
{
    struct rng r = rng_begin((uint64_t)clock_wall_ms());
    live_limit(is_long() ? 1200 : 200);
    check_council(&r, 4, NULL, false);
    check_council(&r, 7, "{\"ordering\":{\"rotate_every\":4}}", true);
    if (is_long()) {
        check_council(&r, 33, NULL, true);
    }
    return tap_done();
}
