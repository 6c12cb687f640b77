/* SPDX-License-Identifier: ISC */
/* The normal case: councils of 4, 7 and 33 decide. */
#include "cluster/cluster.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void test_decides(uint16_t seats, bool real)
{
    struct cluster_config k;
    struct cluster_counts counts;
    cluster_config_defaults(&k, seats);
    k.real_signatures = real;
    k.echo = getenv("ECHO") != NULL;
    struct cluster *c = cluster_new(&k);
    cluster_start_all(c);
    cluster_run(c, 1000);
    unsigned first = cluster_propose(c, 2, seats);
    unsigned second = cluster_propose(c, 3, 0);
    bool rest = cluster_run_to_rest(c, 10000);
    ok(rest, "%u seats%s: all is decided after %llu ms", seats, real ? ", real keys" : "",
       (unsigned long long)cluster_now(c));
    if (!rest) {
        cluster_show(c);
    }
    const struct record *a = cluster_record(c, first), *b = cluster_record(c, second);
    ok(a != NULL && a->outcome == OUTCOME_APPROVED && a->approve == seats,
       "%u seats: one proposal is approved by all", seats);
    ok(b != NULL && b->outcome == OUTCOME_REJECTED, "%u seats: the other is rejected",
       seats);
    ok(cluster_fault(c) == NULL, "%u seats: no fault %s", seats,
       cluster_fault(c) != NULL ? cluster_fault(c) : "");
    cluster_counts(c, &counts);
    printf("# %llu messages, %llu blocks, %llu turns, %llu bytes\n",
           (unsigned long long)counts.sent, (unsigned long long)cluster_top(c),
           (unsigned long long)counts.turns, (unsigned long long)counts.bytes);
    cluster_free(c);
}

/* 21 approvals of 33 are too few, 22 are enough: through ordering. */
static void test_threshold(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 33);
    struct cluster *c = cluster_new(&k);
    cluster_start_all(c);
    cluster_run(c, 1000);
    unsigned few = cluster_propose(c, 7, 21);
    unsigned enough = cluster_propose(c, 8, 22);
    ok(cluster_run_to_rest(c, 10000), "33 seats decide on 21 and on 22 approvals");
    const struct record *a = cluster_record(c, few), *b = cluster_record(c, enough);
    ok(a != NULL && a->outcome == OUTCOME_REJECTED && a->approve == 21 && a->reject == 12 &&
           a->reason == REASON_THRESHOLD_UNREACHABLE,
       "21 approvals and 12 rejections: rejected");
    ok(b != NULL && b->outcome == OUTCOME_APPROVED && b->approve == 22,
       "22 approvals: approved");
    ok(cluster_fault(c) == NULL, "no fault");
    cluster_free(c);
}

/* Everybody proposes at once, again and again, into blocks that do not hold it all. */
static void test_load(void)
{
    struct cluster_config k;
    cluster_config_defaults(&k, 7);
    k.core.block_bytes = 1000;
    k.core.pipeline = 4;
    k.council.open_proposals = 64;
    struct cluster *c = cluster_new(&k);
    cluster_start_all(c);
    cluster_run(c, 1000);
    for (int i = 0; i < 20; i++) {
        for (uint16_t seat = 1; seat <= 7; seat++) {
            cluster_propose(c, seat, 7);
        }
        cluster_run(c, 40);
    }
    ok(cluster_run_to_rest(c, 60000), "140 proposals of 7 seats are decided by %llu ms",
       (unsigned long long)cluster_now(c));
    struct pbft_status s;
    cluster_status(c, 3, &s);
    ok(s.view == 0, "in view 0");
    ok(cluster_fault(c) == NULL, "no fault");
    cluster_free(c);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_decides(4, false);
    test_decides(4, true);
    test_decides(7, false);
    test_decides(7, true);
    test_decides(33, false);
    test_decides(33, true);
    test_threshold();
    test_load();
    return tap_done();
}
