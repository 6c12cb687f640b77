/* SPDX-License-Identifier: ISC */
/*
 * Nodes that fail while the council decides, at n = 4 and 33: the primary, f of them, f+1,
 * all; and what it costs when they come back. Times are printed.
 */
#include "history.h"
#include "live.h"
#include "tap.h"
#include "witness.h"

#include "base/clock.h"
#include "base/quorum.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { DECIDE_MS = 30000, QUIET_MS = 1500 };

/* Reports how long ago start was. */
static void timed(const char *what, unsigned seats, uint64_t start)
{
    printf("# n = %u: %s after %llu ms\n", seats, what,
           (unsigned long long)(clock_monotonic_ms() - start));
}

static bool decide_at(struct live *l, unsigned seat, const char *title, char *id)
{
    json_t *p = NULL;
    if (live_propose(l, seat, "test", title, NULL, id) == 0) {
        p = live_wait_final(l, seat, id, DECIDE_MS);
    }
    json_decref(p);
    return p != NULL;
}

static unsigned other_than(struct live *l, unsigned seat)
{
    return seat % l->options.seats + 1;
}

/* The primary dies between a proposal and its decision. */
static void check_primary(struct live *l)
{
    char id[LIVE_ID_BYTES];
    unsigned primary = (unsigned)live_number(l, 2, "primary");
    unsigned seat = other_than(l, primary);
    json_int_t view = live_number(l, seat, "view");
    is(live_propose(l, seat, "test", "without its primary", NULL, id), 0, "a proposal");
    live_pump(l, 2);
    uint64_t start = clock_monotonic_ms();
    live_kill(l, primary);
    json_t *p = live_wait_final(l, seat, id, DECIDE_MS);
    ok(p != NULL, "is decided although the primary, seat %u, was killed", primary);
    timed("decided without the primary", l->options.seats, start);
    json_decref(p);
    start = clock_monotonic_ms();
    ok(decide_at(l, seat, "the next one", id), "and so is the next one");
    timed("the next decision", l->options.seats, start);
    ok(live_number(l, seat, "view") > view, "in a later view");
    start = clock_monotonic_ms();
    live_start(l, primary);
    ok(live_wait_ready(l, primary, LIVE_START_MS) && live_wait_level(l, DECIDE_MS),
       "the old primary comes back and is level");
    timed("the old primary is level again", l->options.seats, start);
}

static bool names_missing(const json_t *status, unsigned first, unsigned last)
{
    const json_t *list = json_object_get(json_object_get(status, "awaiting"), "missing");
    for (unsigned seat = first; seat <= last; seat++) {
        bool found = false;
        for (size_t i = 0; i < json_array_size(list); i++) {
            found |= json_integer_value(json_array_get(list, i)) == (json_int_t)seat;
        }
        if (!found) {
            return false;
        }
    }
    return json_array_size(list) == last - first + 1;
}

/* f seats die during a vote; then as many more as leave no quorum; one comes back, then all
 * do. */
static void check_many(struct live *l)
{
    unsigned seats = l->options.seats, f = quorum_faulty(seats);
    unsigned first = quorum_size(seats); /* this one and those above are too many */
    char id[LIVE_ID_BYTES], stuck[LIVE_ID_BYTES];
    is(live_propose(l, 1, "test", "without f seats", NULL, id), 0, "a proposal");
    live_pump(l, 2);
    uint64_t start = clock_monotonic_ms();
    for (unsigned seat = seats - f + 1; seat <= seats; seat++) {
        live_kill(l, seat);
    }
    json_t *p = live_wait_final(l, 1, id, DECIDE_MS);
    ok(p != NULL, "is decided although %u seats were killed", f);
    timed("decided without f seats", seats, start);
    json_decref(p);
    start = clock_monotonic_ms();
    ok(decide_at(l, 1, "another one without f seats", id), "and so is the next one");
    timed("the next decision without f seats", seats, start);

    for (unsigned seat = first; seat <= seats; seat++) {
        live_kill(l, seat);
    }
    json_int_t decisions = live_number(l, 1, "decisions");
    json_int_t height = live_number(l, 1, "height");
    is(live_propose(l, 1, "test", "without a quorum", NULL, stuck), 0,
       "a proposal without a quorum is acknowledged");
    live_pump(l, QUIET_MS);
    is(live_number(l, 1, "decisions"), decisions, "but decided is nothing");
    ok(live_number(l, 1, "height") <= height + 1, "and nothing more is committed");
    json_t *status = live_call(l, 1, "status", NULL);
    ok(json_is_true(json_object_get(status, "halted")), "status says that it is halted");
    ok(names_missing(status, first, seats), "and which seats are missing");
    printf("# %s\n",
           json_string_value(json_object_get(json_object_get(status, "awaiting"), "text")));
    json_decref(status);

    start = clock_monotonic_ms();
    for (unsigned seat = first; seat <= seats - f; seat++) {
        live_start(l, seat); /* ballots of n-f seats: their grace is waited for */
    }
    p = live_wait_final(l, 1, stuck, DECIDE_MS);
    ok(p != NULL, "n - f are there again, and it is decided");
    timed("decided after n - f were there again", seats, start);
    json_decref(p);
    start = clock_monotonic_ms();
    live_start_all(l);
    ok(live_wait_ready(l, 0, LIVE_START_MS) && live_wait_level(l, DECIDE_MS),
       "all come back and are level");
    timed("all are level again", seats, start);
}

/* One sleeps while the others commit many blocks; then it is stopped for good measure. */
static void check_catching_up(struct live *l, unsigned blocks)
{
    struct history h = {.count = 0};
    json_int_t from = live_number(l, 1, "height");
    live_kill(l, 3);
    for (int i = 0; live_number(l, 1, "height") < from + (json_int_t)blocks && i < 20000;
         i++) {
        (void)history_propose(&h, l, i % 3 == 2 ? 4 : 1 + (unsigned)i % 3);
        live_pump(l, 5);
    }
    json_int_t missed = live_number(l, 1, "height") - from;
    ok(missed >= (json_int_t)blocks, "%lld blocks without seat 3", (long long)missed);
    uint64_t start = clock_monotonic_ms();
    live_start(l, 3);
    ok(live_wait_ready(l, 3, LIVE_START_MS) && live_wait_level(l, DECIDE_MS),
       "seat 3 catches up");
    timed("level after many missed blocks", l->options.seats, start);
    is(history_missing(&h, l, DECIDE_MS), 0, "with every decision");
}

/* A node that does not run, but whose connections stay: SIGSTOP. */
static void check_stopped(struct live *l)
{
    char id[LIVE_ID_BYTES];
    unsigned primary = (unsigned)live_number(l, 1, "primary");
    unsigned seat = other_than(l, primary);
    live_signal(l, primary, SIGSTOP);
    uint64_t start = clock_monotonic_ms();
    ok(decide_at(l, seat, "while the primary sleeps", id),
       "a decision while the primary is stopped");
    timed("decided while the primary is stopped", l->options.seats, start);
    live_signal(l, primary, SIGCONT);
    ok(live_wait_level(l, DECIDE_MS), "it wakes up and is level");
}

static void check_council(unsigned seats, unsigned blocks)
{
    struct live_class class = {"test", 0, 60000, 60000, 300, false};
    struct live_options o = {.seats = seats, .classes = &class, .class_count = 1};
    struct live *l = live_new(&o);
    struct witness *w = witness_new();
    int failures = tap_failures;
    ok(live_start_council(l), "%u nodes start and connect", seats);
    live_agent_set(l, 0, history_approve, NULL);
    char id[LIVE_ID_BYTES];
    ok(decide_at(l, 1, "to begin with", id), "they decide");
    check_primary(l);
    check_many(l);
    if (blocks > 0) {
        check_catching_up(l, blocks);
        check_stopped(l);
    }
    witness_look(w, l, 0);
    is(witness_contradictions(w), 0, "no contradiction in any store");
    ok(witness_votes(w) > 0, "and the witness saw votes");
    if (tap_failures > failures) {
        live_show_logs(l, 15);
    }
    witness_free(w);
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
}

int main(void)
{
    live_limit(280);
    const char *is_long = getenv("CONCLAVE_LONG");
    check_council(4, is_long != NULL && strcmp(is_long, "1") == 0 ? 1200 : 200);
    check_council(33, 0);
    return tap_done();
}
