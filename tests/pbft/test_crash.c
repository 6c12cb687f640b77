/* SPDX-License-Identifier: ISC */
/* Seats that crash: at any effect, in any number, all at once. */
#include "base/quorum.h"
#include "story.h"

/* The seat crashes after each number of effects in turn, from none to more than there are;
 * so before and after each phase, and between any two messages of a broadcast. */
static void test_any_effect(uint16_t seats, uint16_t victim, const char *name)
{
    uint64_t effects = 1;
    unsigned bad = 0;
    for (uint64_t k = 0; k < effects; k++) {
        struct cluster *c = story_of(seats);
        uint64_t before = cluster_effects(c, victim);
        cluster_crash_after(c, victim, k);
        unsigned p = cluster_propose(c, (uint16_t)(victim % seats + 1), seats);
        cluster_run(c, 4000);
        if (k == 0) {
            effects = 120;
        } else if (cluster_is_up(c, victim)) {
            effects = cluster_effects(c, victim) - before < k ? k : effects;
        }
        cluster_heal(c);
        if (!cluster_run_to_rest(c, 60000) || cluster_fault(c) != NULL ||
            cluster_record(c, p) == NULL) {
            printf("# %s: crash after %llu effects: %s\n", name, (unsigned long long)k,
                   cluster_fault(c) != NULL ? cluster_fault(c) : "does not decide");
            bad++;
        }
        cluster_free(c);
    }
    ok(bad == 0, "%s: a crash after each of %llu effects", name,
       (unsigned long long)effects);
}

static void test_primary_crashes(void)
{
    struct cluster *c = story_of(4);
    unsigned p = cluster_propose(c, 2, 4);
    cluster_crash(c, 1);
    ok(cluster_run_to_rest(c, 20000), "without its primary the council of 4 decides");
    ok(cluster_record(c, p)->approve == 3, "by the three ballots left");
    ok(cluster_view(c, 2) == 1, "in the next view");
    cluster_start(c, 1);
    story_end(c, 20000, "the old primary comes back");
}

static void test_more_than_f(void)
{
    struct cluster *c = story_of(7);
    cluster_crash(c, 6);
    cluster_crash(c, 7);
    cluster_propose(c, 2, 7);
    ok(cluster_run_to_rest(c, 20000), "7 seats without 2 decide");
    cluster_crash(c, 5);
    cluster_propose(c, 2, 7);
    uint64_t top = cluster_top(c), view = cluster_view(c, 2);
    cluster_run(c, 60000);
    ok(cluster_top(c) == top, "without 3 they stop");
    ok(cluster_view(c, 2) == view, "and leave no view, since none would work");
    cluster_start(c, 6);
    story_end(c, 20000, "one of three returns");
}

static void test_all_at_once(uint16_t seats)
{
    struct cluster *c = story_of(seats);
    cluster_propose(c, 2, seats);
    for (int i = 0; i < 8; i++) {
        cluster_run(c, 15 + 7 * (uint64_t)i);
        for (uint16_t seat = 1; seat <= seats; seat++) {
            cluster_crash(c, seat);
        }
        cluster_run(c, 100);
        cluster_start_all(c);
        cluster_run(c, 150);
    }
    story_end(c, 60000, "all seats restart at once, eight times");
}

static bool loses_commits(struct cluster *c, void *context, uint16_t from, uint16_t to,
                          const struct message *m)
{
    (void)c, (void)context, (void)from, (void)to;
    return m->tag != MESSAGE_COMMIT;
}

/* Prepared everywhere, committed nowhere, and then everybody forgets what is not on disk.
 */
static void test_prepared_survives(void)
{
    struct cluster *c = story_of(4);
    struct pbft_status before;
    cluster_set_filter(c, loses_commits, NULL);
    cluster_propose(c, 2, 4);
    cluster_run(c, 400);
    cluster_status(c, 3, &before);
    ok(before.best.height == before.committed_height + 1, "a block is prepared");
    for (uint16_t seat = 1; seat <= 4; seat++) {
        cluster_crash(c, seat);
    }
    cluster_set_filter(c, NULL, NULL);
    cluster_start_all(c);
    ok(cluster_run_to_height(c, before.best.height, 20000), "it commits after a restart");
    ok(memcmp(&cluster_block(c, before.best.height)->hash, &before.best.block,
              HASH_BYTES) == 0,
       "and is the same one");
    story_end(c, 20000, "all restarted with a prepared block");
}

/* A quiet council is not disturbed by a seat that starts again. */
static void test_quiet_restart(void)
{
    struct cluster *c = story_of(4);
    cluster_propose(c, 2, 4);
    cluster_run(c, 5000);
    cluster_crash(c, 3);
    cluster_run(c, 1000);
    cluster_start(c, 3);
    cluster_run(c, 60000);
    ok(cluster_view(c, 3) == 0 && cluster_view(c, 1) == 0,
       "a seat that starts again in a quiet view 0 stays in it");
    story_end(c, 1000, "a quiet restart");
}

/* A disk that takes no more, at any moment of a decision: what was to be sent is not. Late:
 * all was written although the disk said no. */
static void test_disk_fails(uint16_t victim, bool late)
{
    unsigned bad = 0;
    for (uint64_t ms = 0; ms < 60; ms += 2) {
        struct cluster *c = story_of(4);
        unsigned p = cluster_propose(c, 2, 4);
        cluster_run(c, ms);
        cluster_fail_disk(c, victim, 50, late);
        cluster_run(c, 500);
        cluster_heal(c);
        if (!cluster_run_to_rest(c, 60000) || cluster_fault(c) != NULL ||
            cluster_record(c, p) == NULL) {
            printf("# after %llu ms: %s\n", (unsigned long long)ms,
                   cluster_fault(c) != NULL ? cluster_fault(c) : "does not decide");
            bad++;
        }
        cluster_free(c);
    }
    ok(bad == 0, "seat %u: a disk that fails%s at any moment of a decision", victim,
       late ? " too late" : "");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_primary_crashes();
    test_any_effect(4, 1, "the primary");
    test_any_effect(4, 2, "the next primary, which proposes");
    test_any_effect(4, 4, "a replica");
    test_disk_fails(1, false);
    test_disk_fails(2, false);
    test_disk_fails(2, true);
    test_more_than_f();
    test_all_at_once(4);
    test_all_at_once(7);
    test_prepared_survives();
    test_quiet_restart();
    return tap_done();
}
