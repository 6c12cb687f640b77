/* SPDX-License-Identifier: ISC */
/* The cluster's own doings with nodes: twins, and disks that are put back or wiped. */
#include "story.h"

static void test_twin(void)
{
    struct cluster *c = story_of(4);
    uint16_t twin = cluster_add_twin(c, 4);
    ok(twin == 5 && cluster_nodes(c) == 5 && cluster_seat_of(c, twin) == 4 &&
           cluster_is_faulty(c, 4) && cluster_is_faulty(c, twin),
       "the twin of seat 4 is node 5, and both are faulty");
    cluster_start(c, twin);
    cluster_run(c, 3000);
    cluster_propose(c, 1, 4);
    cluster_run(c, 10000);
    ok(cluster_is_caught(c, 4), "they seal two ballots, and are seen to");
    ok(cluster_is_expelled(c, 4), "and expelled");
    story_end(c, 30000, "a twin");
}

/* A quorum hears the ones, the rest of the council the others. */
static void test_partition(void)
{
    static const unsigned groups[] = {1, 1, 1, 1, 1, 2, 2, 2, 2};
    struct cluster_config k;
    cluster_config_defaults(&k, 7);
    struct cluster *c = story_new(&k);
    uint16_t first = cluster_add_twin(c, 1), second = cluster_add_twin(c, 2);
    cluster_partition(c, groups);
    cluster_start_all(c);
    ok(cluster_is_up(c, first) && cluster_is_up(c, second), "two twins are up");
    cluster_propose(c, 3, 7);
    cluster_propose(c, 5, 7);
    cluster_run(c, 20000);
    ok(cluster_height(c, 3) > 0 && cluster_height(c, 7) == 0, "one side goes on");
    cluster_heal(c);
    story_end(c, 120000, "twins on both sides of a partition");
}

static void test_put_back(void)
{
    struct cluster *c = story_of(4);
    cluster_propose(c, 1, 4);
    cluster_run(c, 3000);
    struct cluster_backup *old = cluster_copy_disk(c, 2);
    uint64_t height = cluster_height(c, 2);
    cluster_propose(c, 1, 4);
    cluster_run(c, 3000);
    cluster_crash(c, 2);
    cluster_restore_disk(c, 2, old, false);
    ok(cluster_height(c, 2) == height && height < cluster_top(c), "it is of earlier on");
    cluster_start(c, 2);
    ok(cluster_run_to_height(c, cluster_top(c), 10000), "it catches up");
    cluster_backup_free(old);
    cluster_crash(c, 3);
    cluster_wipe_disk(c, 3, true);
    ok(cluster_height(c, 3) == 0, "a wiped disk is empty");
    cluster_start(c, 3);
    ok(cluster_run_to_height(c, cluster_top(c), 10000), "and fills again");
    story_end(c, 30000, "disks put back and wiped");
}

static void test_spoilt(void)
{
    struct cluster *c = story_of(4);
    cluster_propose(c, 1, 4);
    cluster_run(c, 3000);
    cluster_crash(c, 2);
    cluster_spoil_disk(c, 2, 2);
    cluster_start(c, 2);
    const char *fault = cluster_fault(c);
    ok(fault != NULL && strstr(fault, "does not give") != NULL && !cluster_is_up(c, 2),
       "a store whose replay gives another state than was certified does not start");
    cluster_free(c);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_twin();
    test_partition();
    test_put_back();
    test_spoilt();
    return tap_done();
}
