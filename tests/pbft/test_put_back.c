/* SPDX-License-Identifier: ISC */
/* Seats whose disk or machine is not the one they last ran on, among correct ones: none
 * says two things, and each comes back by itself (conclave-protocol(7) section 6). */
#include "story.h"

enum { BACK_MS = 60000, DECIDES_MS = 60000 };

static bool stands(struct cluster *c, void *context)
{
    const uint16_t *seat = context;
    struct pbft_status s;
    if (!cluster_is_up(c, *seat)) {
        return false;
    }
    cluster_status(c, *seat, &s);
    return !s.asking && !s.standing.lost;
}

static bool is_lost(struct cluster *c, uint16_t seat)
{
    struct pbft_status s;
    cluster_status(c, seat, &s);
    return s.standing.lost;
}

static bool lost(struct cluster *c, void *context)
{
    return is_lost(c, *(const uint16_t *)context);
}

static bool finds_out(struct cluster *c, uint16_t seat)
{
    return cluster_run_until(c, lost, &seat, 300);
}

/* Some blocks and decisions; views go on, too. */
static void busy(struct cluster *c, uint16_t by)
{
    cluster_propose(c, by, 4);
    cluster_run(c, 1000);
    cluster_propose(c, by, 1);
    cluster_run(c, 1000);
}

/* It is back, and a quorum that cannot do without it decides. Frees the cluster. */
static void comes_back(struct cluster *c, uint16_t seat, uint16_t other, const char *name)
{
    uint64_t begin = cluster_now(c);
    ok(cluster_run_until(c, stands, &seat, BACK_MS), "%s: seat %u is back (%llu ms)", name,
       seat, (unsigned long long)(cluster_now(c) - begin));
    cluster_run(c, 2000);
    cluster_crash(c, other);
    cluster_propose(c, seat, 4);
    story_end(c, DECIDES_MS, name);
}

static void test_backup(void)
{
    for (int match = 0; match < 2; match++) {
        for (uint16_t seat = 1; seat <= 4; seat += 3) { /* the primary, and another */
            struct cluster *c = story_of(4);
            busy(c, 2);
            struct cluster_backup *old = cluster_copy_disk(c, seat);
            busy(c, 3);
            cluster_crash(c, seat);
            cluster_run(c, 500);
            cluster_restore_disk(c, seat, old, match != 0);
            cluster_start(c, seat);
            ok(finds_out(c, seat), "seat %u knows that its disk is an old one", seat);
            comes_back(c, seat, 2, match != 0 ? "an old copy, good marks" : "an old copy");
            cluster_backup_free(old);
        }
    }
}

/* What the cluster can do of a snapshot: see tests/sim/forget.h. */
static void test_snapshot(void)
{
    for (uint16_t seat = 1; seat <= 4; seat++) {
        struct cluster *c = story_of(4);
        busy(c, 2);
        struct cluster_backup *old = cluster_copy_disk(c, seat);
        cluster_propose(c, 3, 4);
        cluster_run(c, 45);
        cluster_crash(c, seat);
        cluster_restore_disk(c, seat, old, true);
        cluster_start(c, seat);
        comes_back(c, seat, (uint16_t)(seat % 4 + 1), "a snapshot in the midst of a block");
        cluster_backup_free(old);
    }
}

static void test_empty(void)
{
    for (int match = 0; match < 2; match++) {
        struct cluster *c = story_of(4);
        busy(c, 2);
        cluster_crash(c, 3);
        cluster_wipe_disk(c, 3, match != 0);
        cluster_start(c, 3);
        ok(finds_out(c, 3), "an empty disk is a lost one");
        comes_back(c, 3, 1, "an empty disk");
    }
}

static void test_recover(void)
{
    struct cluster *c = story_of(4);
    busy(c, 2);
    cluster_crash(c, 3);
    cluster_set_recover(c, 3, true);
    cluster_start(c, 3);
    ok(is_lost(c, 3), "a good store is a lost one by the operator's word");
    cluster_set_recover(c, 3, false);
    comes_back(c, 3, 1, "recover");
}

/* --- twice --- */

/* A second machine while the first runs: whoever is connected refuses it. */
static void test_second(void)
{
    for (int copy = 0; copy < 2; copy++) {
        struct cluster *c = story_of(4);
        busy(c, 2);
        uint16_t second = cluster_add_instance(c, 3);
        struct cluster_backup *old = cluster_copy_disk(c, 3);
        if (copy != 0) {
            cluster_restore_disk(c, second, old, true);
        }
        cluster_start(c, second);
        busy(c, 2);
        struct pbft_status s;
        cluster_status(c, second, &s);
        ok(s.asking && s.reports == 0, "the second machine gets no answer");
        cluster_propose(c, 3, 4);
        ok(cluster_run_to_height(c, cluster_height(c, second), 1) && !is_lost(c, 3),
           "the first goes on");
        cluster_run(c, 5000);
        cluster_crash(c, 3);
        ok(cluster_run_until(c, stands, &second, BACK_MS),
           "when it stops the other is taken");
        cluster_backup_free(old);
        cluster_crash(c, second);
        story_end(c, DECIDES_MS, "one seat, two machines");
    }
}

/* The network parts them, and each has some of the others. */
static void test_parted(void)
{
    struct cluster *c = story_of(7);
    busy(c, 2);
    struct cluster_backup *old = cluster_copy_disk(c, 3);
    uint16_t second = cluster_add_instance(c, 3);
    cluster_restore_disk(c, second, old, true);
    unsigned groups[8] = {1, 1, 1, 1, 2, 2, 2, 2};
    cluster_partition(c, groups);
    cluster_start(c, second);
    busy(c, 2);
    struct pbft_status s;
    cluster_status(c, second, &s);
    ok(s.asking, "three others are too few reports of seven");
    unsigned whole[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    cluster_partition(c, whole);
    busy(c, 2);
    cluster_crash(c, second);
    cluster_run(c, 1000);
    cluster_backup_free(old);
    uint16_t seat = 3;
    ok(cluster_run_until(c, stands, &seat, BACK_MS), "the first has its peers again");
    story_end(c, DECIDES_MS, "two machines on both sides of a partition");
}

/* --- more than one thing at a time --- */

static void test_view_change(void)
{
    struct cluster *c = story_of(4);
    busy(c, 2);
    struct cluster_backup *old = cluster_copy_disk(c, 3);
    cluster_propose(c, 2, 4);
    cluster_isolate(c, 1); /* the primary */
    cluster_run(c, 4000);  /* the others have asked for view 1, or are in it */
    ok(cluster_view(c, 3) > 0, "a view change is under way");
    cluster_crash(c, 3);
    cluster_restore_disk(c, 3, old, true);
    cluster_start(c, 3);
    cluster_run(c, 3000);
    for (uint16_t seat = 2; seat <= 4; seat++) {
        cluster_mend(c, 1, seat);
        cluster_mend(c, seat, 1);
    }
    comes_back(c, 3, 4, "restored during a view change");
    cluster_backup_free(old);
}

static void test_two_of_seven(void)
{
    struct cluster *c = story_of(7);
    busy(c, 2);
    struct cluster_backup *old = cluster_copy_disk(c, 1);
    busy(c, 2);
    cluster_crash(c, 1);
    cluster_crash(c, 2);
    cluster_restore_disk(c, 1, old, true);
    cluster_wipe_disk(c, 2, false);
    cluster_start(c, 1);
    cluster_start(c, 2);
    ok(finds_out(c, 1) && finds_out(c, 2), "two of seven have lost their state");
    cluster_propose(c, 4, 7);
    uint16_t first = 1;
    ok(cluster_run_until(c, stands, &first, BACK_MS), "the one is back");
    cluster_crash(c, 5);
    comes_back(c, 2, 6, "two of seven");
    cluster_backup_free(old);
}

/* Lost, and put back again before it has returned; the primary of the next views, too. */
static void test_again(void)
{
    struct cluster *c = story_of(4);
    busy(c, 2);
    struct cluster_backup *old = cluster_copy_disk(c, 2);
    busy(c, 3);
    for (int i = 0; i < 3; i++) {
        cluster_crash(c, 2);
        cluster_restore_disk(c, 2, old, i != 1);
        cluster_start(c, 2);
        ok(finds_out(c, 2), "it is lost, time %d", i + 1);
    }
    comes_back(c, 2, 4, "put back again while lost");
    cluster_backup_free(old);
}

/* The RETURN of seat 2 in view 0 makes it the primary that may not speak. */
static void test_next_primary(void)
{
    struct cluster *c = story_of(4);
    busy(c, 3);
    ok(cluster_view(c, 1) == 0, "view 0 works");
    cluster_crash(c, 2);
    cluster_wipe_disk(c, 2, false);
    cluster_start(c, 2);
    comes_back(c, 2, 3, "its RETURN leads to a view of its own");
}

static void test_power(void)
{
    struct cluster *c = story_of(4);
    busy(c, 2);
    cluster_propose(c, 2, 4);
    cluster_run(c, 35);
    for (uint16_t seat = 1; seat <= 4; seat++) {
        cluster_crash(c, seat);
    }
    for (uint16_t seat = 4; seat >= 1; seat--) {
        cluster_run(c, 700);
        cluster_start(c, seat);
    }
    uint16_t seat = 1;
    ok(cluster_run_until(c, stands, &seat, 2000), "seat 1, the last, asks and is answered");
    for (seat = 1; seat <= 4; seat++) {
        ok(!is_lost(c, seat), "seat %u has lost nothing", seat);
    }
    story_end(c, DECIDES_MS, "a power cut of the whole council");
}

/* --- ballots --- */

/* Seat 3 has sealed its ballot; seat 4 thinks. Copies before that or after. */
static void test_ballot(void)
{
    for (int kept = 0; kept < 2; kept++) {
        struct cluster *c = story_of(4);
        busy(c, 2);
        cluster_set_voting(c, 4, false);
        struct cluster_backup *old = cluster_copy_disk(c, 3);
        unsigned p = cluster_propose(c, 1, 4);
        cluster_run(c, 500);
        if (kept != 0) {
            cluster_backup_free(old);
            old = cluster_copy_disk(c, 3);
        }
        cluster_propose(c, 2, 4); /* so that there is more that it forgets */
        cluster_run(c, 200);
        cluster_crash(c, 3);
        cluster_restore_disk(c, 3, old, true);
        cluster_start(c, 3);
        cluster_run(c, 30000);
        const struct record *r = cluster_record(c, p);
        ok(r != NULL &&
               r->seats[2].status == (kept != 0 ? STATUS_REVEALED : STATUS_WITHHELD),
           "%s",
           kept != 0 ? "the ballot that it kept is opened"
                     : "it casts no second ballot, and cannot open the first");
        cluster_set_voting(c, 4, true);
        comes_back(c, 3, 2, "an open proposal");
        cluster_backup_free(old);
    }
}

/* --- what only a few can show --- */

static bool no_votes_of_7(struct cluster *c, void *context, uint16_t from, uint16_t to,
                          const struct message *m)
{
    const bool *no_ranges = context;
    (void)c;
    bool answer = m->tag == MESSAGE_RANGE || m->tag == MESSAGE_BLOCK;
    if (to == 7 && from != 1 && answer && *no_ranges) {
        return false;
    }
    return from != 7 || (m->tag != MESSAGE_PREPARE && m->tag != MESSAGE_COMMIT &&
                         m->tag != MESSAGE_VIEW_CHANGE);
}

/* Of seat 7 only ballots have been heard. Put back it catches up from seat 1, which does
 * not know the block that has the ballot, but the others reported that there is more. */
static void test_ballot_ahead(void)
{
    bool no_ranges = false;
    struct cluster_config k;
    cluster_config_defaults(&k, 7);
    k.vote_ms = 0;
    struct cluster *c = story_new(&k);
    cluster_start_all(c);
    cluster_run(c, 2000);
    cluster_set_filter(c, no_votes_of_7, &no_ranges);
    for (uint16_t seat = 1; seat <= 7; seat++) {
        cluster_set_voting(c, seat, false);
    }
    struct cluster_backup *old = cluster_copy_disk(c, 7);
    cluster_propose(c, 2, 7);
    ok(cluster_run_to_height(c, cluster_top(c) + 1, 3000), "a proposal is open");
    cluster_isolate(c, 1);
    cluster_set_voting(c, 7, true);
    cluster_run(c, 8000);
    ok(cluster_top(c) > cluster_height(c, 1), "the ballot is in a block that 1 lacks");
    cluster_crash(c, 7);
    cluster_restore_disk(c, 7, old, true);
    no_ranges = true;
    cluster_mend(c, 1, 7);
    cluster_mend(c, 7, 1);
    cluster_start(c, 7);
    cluster_run(c, 6000);
    ok(cluster_height(c, 7) >= 1 && !story_tells(c, "two things"), "no second ballot");
    cluster_heal(c);
    for (uint16_t seat = 1; seat <= 7; seat++) {
        cluster_set_voting(c, seat, true);
    }
    (void)cluster_run_to_height(c, cluster_top(c), 5000);
    ok(story_tells(c, "7: has lost its state") && story_tells(c, "own-ballot"),
       "the first, when it comes, tells it that its state is lost");
    story_end(c, DECIDES_MS, "behind, with a ballot ahead");
    cluster_backup_free(old);
}

struct mouth {
    bool shut;     /* nothing of seat 3's operations goes out */
    unsigned said; /* how many messages have any */
};

static bool operations_of_3(struct cluster *c, void *context, uint16_t from, uint16_t to,
                            const struct message *m)
{
    struct mouth *mouth = context;
    (void)c, (void)to;
    bool own = from == 3 && m->tag == MESSAGE_ENVELOPE && m->envelope->seat == 3;
    mouth->said += own;
    return !own || !mouth->shut;
}

/* A proposal that only seats 1 and 2 vote on, so that it stays sealed. */
static struct cluster *begin_sealed(struct mouth *mouth)
{
    struct cluster *c = story_of(4);
    busy(c, 2);
    cluster_run_to_rest(c, 30000);
    cluster_set_filter(c, operations_of_3, mouth);
    cluster_set_voting(c, 4, false);
    return c;
}

/* Nobody has its ballot, but it cannot know that. */
static void test_ballot_unheard(void)
{
    struct mouth mouth = {.shut = true};
    struct cluster *c = begin_sealed(&mouth);
    struct cluster_backup *old = cluster_copy_disk(c, 3);
    unsigned p = cluster_propose(c, 1, 4);
    cluster_run(c, 1000);
    ok(mouth.said > 0, "seat 3 has sent a ballot that nobody got");
    cluster_crash(c, 3);
    cluster_restore_disk(c, 3, old, false);
    mouth.shut = false;
    cluster_start(c, 3);
    uint16_t seat = 3;
    ok(cluster_run_until(c, stands, &seat, 10000),
       "put back, it returns while all is sealed");
    cluster_run(c, 30000);
    const struct record *r = cluster_record(c, p);
    ok(r != NULL && r->seats[2].status == STATUS_MISSED, "and casts no ballot there");
    cluster_set_voting(c, 4, true);
    p = cluster_propose(c, 1, 4);
    cluster_run(c, 5000);
    r = cluster_record(c, p);
    ok(r != NULL && r->seats[2].status == STATUS_REVEALED, "on the next one it does");
    story_end(c, DECIDES_MS, "a ballot that nobody got");
    cluster_backup_free(old);
}

/* One report is not enough to cast a ballot. */
static void test_ballot_unasked(void)
{
    struct mouth mouth = {.shut = true};
    struct cluster *c = begin_sealed(&mouth);
    cluster_set_voting(c, 3, false);
    cluster_propose(c, 1, 4);
    cluster_run(c, 500);
    cluster_crash(c, 3);
    cluster_isolate(c, 3);
    cluster_mend(c, 3, 1);
    cluster_mend(c, 1, 3);
    cluster_set_voting(c, 3, true);
    cluster_start(c, 3);
    mouth.said = 0;
    cluster_run(c, 3000);
    is(mouth.said, 0, "with one other seat it casts no ballot");
    cluster_mend(c, 3, 2);
    cluster_mend(c, 2, 3);
    cluster_run(c, 1000);
    ok(mouth.said > 0, "with two it does");
    mouth.shut = false;
    cluster_set_voting(c, 4, true);
    cluster_heal(c);
    story_end(c, DECIDES_MS, "a ballot that waits for reports");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_backup();
    test_snapshot();
    test_empty();
    test_recover();
    test_second();
    test_parted();
    test_view_change();
    test_two_of_seven();
    test_again();
    test_next_primary();
    test_power();
    test_ballot();
    test_ballot_ahead();
    test_ballot_unheard();
    test_ballot_unasked();
    return tap_done();
}
