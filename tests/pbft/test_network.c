/* SPDX-License-Identifier: ISC */
/* Networks that lose, delay, repeat, reorder and part. */
#include "story.h"

static void test_bad_network(uint16_t seats, unsigned loss, unsigned duplicates,
                             uint64_t delay, uint64_t jitter, bool reorder,
                             const char *name)
{
    struct cluster *c = story_of(seats);
    cluster_set_network(c, loss, duplicates, delay, jitter, reorder);
    for (unsigned i = 0; i < 4; i++) {
        cluster_propose(c, (uint16_t)(1 + i), seats);
        cluster_run(c, 500);
    }
    story_end(c, 240000, name);
}

static void test_minority(void)
{
    static const unsigned groups[] = {1, 0, 0, 0};
    struct cluster *c = story_of(4);
    cluster_partition(c, groups);
    cluster_propose(c, 1, 4);
    unsigned p = cluster_propose(c, 2, 4);
    cluster_run(c, 30000);
    ok(cluster_record(c, p) != NULL, "three of four decide without the primary");
    ok(cluster_height(c, 1) == 1, "the primary alone decides nothing");
    ok(cluster_view(c, 1) == 0, "nor does it leave its view");
    cluster_heal(c);
    story_end(c, 30000, "the minority comes back");
}

static void test_no_quorum(void)
{
    static const unsigned groups[] = {0, 0, 0, 0, 1, 1, 1};
    struct cluster *c = story_of(7);
    cluster_partition(c, groups);
    cluster_propose(c, 1, 7);
    cluster_propose(c, 6, 7);
    cluster_run(c, 60000);
    ok(cluster_top(c) == 1, "4 and 3 of 7 decide nothing apart");
    cluster_heal(c);
    story_end(c, 30000, "the two halves meet again");
}

/* Nobody can hear the primary, but it hears all. */
static void test_one_way(void)
{
    struct cluster *c = story_of(4);
    for (uint16_t seat = 2; seat <= 4; seat++) {
        cluster_cut(c, 1, seat);
    }
    unsigned p = cluster_propose(c, 3, 4);
    cluster_run(c, 20000);
    ok(cluster_record(c, p) != NULL, "the others decide without a primary that is mute");
    cluster_heal(c);
    story_end(c, 30000, "the primary is heard again");
}

/* A chain of seats: each hears its neighbours only, so that no view can work. */
static void test_partial(void)
{
    struct cluster *c = story_of(4);
    cluster_cut(c, 1, 3);
    cluster_cut(c, 3, 1);
    cluster_cut(c, 2, 4);
    cluster_cut(c, 4, 2);
    cluster_propose(c, 1, 4);
    cluster_run(c, 60000);
    cluster_heal(c);
    story_end(c, 60000, "a ring of four with both diagonals cut");
}

static void test_flapping(void)
{
    struct cluster *c = story_of(4);
    cluster_propose(c, 2, 4);
    for (uint64_t i = 0; i < 60; i++) {
        uint16_t seat = (uint16_t)(1 + i % 4);
        cluster_isolate(c, seat);
        cluster_run(c, 300);
        for (uint16_t peer = 1; peer <= 4; peer++) {
            if (peer != seat) {
                cluster_mend(c, seat, peer);
                cluster_mend(c, peer, seat);
            }
        }
        cluster_run(c, 200);
    }
    cluster_heal(c);
    story_end(c, 60000, "each seat in turn loses its links");
}

static bool keeps_envelopes_from_primary(struct cluster *c, void *context, uint16_t from,
                                         uint16_t to, const struct message *m)
{
    (void)c, (void)context;
    return !(m->tag == MESSAGE_ENVELOPE && from == 4 && to == 1);
}

static void test_relay(void)
{
    struct cluster *c = story_of(4);
    cluster_set_filter(c, keeps_envelopes_from_primary, NULL);
    cluster_propose(c, 4, 4);
    ok(cluster_run_to_rest(c, 20000), "what does not reach the primary is relayed to it");
    ok(cluster_view(c, 2) == 0, "and it keeps its view");
    story_end(c, 1000, "relaying");
}

/* A seat misses 1,000 blocks. */
static void test_far_behind(uint16_t seats)
{
    struct cluster_counts before, after;
    struct cluster *c = story_of(seats);
    cluster_isolate(c, seats);
    while (cluster_top(c) < 1001 && cluster_fault(c) == NULL) {
        cluster_propose(c, 1, seats);
        cluster_run(c, 350);
    }
    ok(cluster_height(c, seats) == 1, "seat %u is %llu blocks behind", seats,
       (unsigned long long)cluster_top(c) - 1);
    (void)cluster_run_to_rest(c, 30000);
    cluster_counts(c, &before);
    uint64_t mended = cluster_now(c);
    cluster_heal(c);
    bool there = cluster_run_to_height(c, cluster_top(c), 10000);
    cluster_counts(c, &after);
    ok(there, "it catches up within %llu ms",
       (unsigned long long)(cluster_now(c) - mended));
    ok(after.by_tag[MESSAGE_RANGE] - before.by_tag[MESSAGE_RANGE] < 8, "by %llu ranges",
       (unsigned long long)(after.by_tag[MESSAGE_RANGE] - before.by_tag[MESSAGE_RANGE]));
    cluster_propose(c, seats, seats);
    story_end(c, 20000, "and takes part again");
}

/* Messages per committed block stay near the protocol's own number. */
static void test_no_storm(uint16_t seats)
{
    struct cluster_counts before, after;
    struct cluster *c = story_of(seats);
    cluster_counts(c, &before);
    uint64_t top = cluster_top(c);
    for (unsigned i = 0; i < 5; i++) {
        cluster_propose(c, (uint16_t)(1 + i % seats), seats);
        cluster_run(c, 200);
    }
    (void)cluster_run_to_rest(c, 30000);
    cluster_counts(c, &after);
    uint64_t blocks = cluster_top(c) - top;
    uint64_t n = seats, ours = 0;
    for (int tag = MESSAGE_PRE_PREPARE; tag < 16; tag++) {
        ours += after.by_tag[tag] - before.by_tag[tag];
    }
    /* PRE-PREPARE to n - 1, PREPARE of n - 1 and COMMIT of n to n - 1 each. */
    ok(ours <= blocks * 2 * n * (n - 1) + n * n, "%u seats: %llu messages for %llu blocks",
       seats, (unsigned long long)ours, (unsigned long long)blocks);
    story_end(c, 1000, "no storm");
}

/* A seat whose clock is far ahead asks for a view that nobody else wants. It takes part in
 * no lower one from then on, but follows, and is back with the council's next view. */
static void test_alone(void)
{
    enum { ALONE = 4, AHEAD_MS = 600000 };
    struct cluster *c = story_of(4);
    struct pbft_status s;
    cluster_set_voting(c, 3, false); /* so that there is a deadline to wait for */
    cluster_set_clock(c, ALONE, AHEAD_MS);
    unsigned p = cluster_propose(c, 1, 4);
    cluster_run(c, 15000);
    cluster_set_clock(c, ALONE, 0);
    cluster_status(c, ALONE, &s);
    ok(s.changing && s.view == 1 && s.view_changes == 1,
       "a clock that is ahead asks alone");
    ok(cluster_view(c, 1) == 0, "the others stay in their view");
    uint64_t before = cluster_top(c);
    cluster_set_voting(c, 3, true);
    unsigned more = cluster_propose(c, 2, 4);
    cluster_run(c, 60000);
    ok(cluster_record(c, p) != NULL && cluster_record(c, more) != NULL, "and decide");
    ok(cluster_top(c) > before && cluster_height(c, ALONE) == cluster_top(c),
       "the seat has every block (%llu of %llu)",
       (unsigned long long)cluster_height(c, ALONE), (unsigned long long)cluster_top(c));
    cluster_status(c, ALONE, &s);
    ok(s.executed_height == s.committed_height, "and has executed it");
    ok(s.changing && s.view == 1, "which does not bring it back");
    cluster_crash(c, 1);
    unsigned next = cluster_propose(c, 2, 3);
    cluster_run(c, 60000);
    ok(cluster_record(c, next) != NULL && cluster_view(c, ALONE) >= 1,
       "with the council's next view it votes again: three of four decide");
    cluster_status(c, ALONE, &s);
    ok(!s.changing, "and waits no more");
    cluster_start(c, 1);
    story_end(c, 30000, "one that asked alone");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_bad_network(4, 200, 0, 10, 0, false, "4 seats, 20 % loss");
    test_bad_network(7, 200, 0, 10, 0, false, "7 seats, 20 % loss");
    test_bad_network(33, 200, 0, 10, 0, false, "33 seats, 20 % loss");
    test_bad_network(4, 0, 0, 400, 0, false, "4 seats, 400 ms of delay");
    test_bad_network(7, 0, 0, 10, 800, true, "7 seats, any order within 800 ms");
    test_bad_network(7, 0, 500, 10, 100, true, "7 seats, every second message twice");
    test_bad_network(4, 100, 100, 100, 300, true, "4 seats, all of it");
    test_minority();
    test_no_quorum();
    test_one_way();
    test_partial();
    test_flapping();
    test_relay();
    test_alone();
    test_far_behind(4);
    test_no_storm(4);
    test_no_storm(7);
    test_no_storm(33);
    return tap_done();
}
