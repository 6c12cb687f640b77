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
    return tap_done();
}
