/* SPDX-License-Identifier: ISC */
/* The false discovery rate against its definition, and as it turns out in many trials. */
#include "random.h"
#include "tap.h"

#include "patterns/discovery.h"
#include "patterns/fixed.h"

#include <string.h>

enum { TESTS = 33, ROUNDS = 4000 };

static void test_cases(void)
{
    uint32_t nothing[1] = {0};
    is(discovery_limit(nothing, 1, 1, 1000000), 1, "nothing is not found where all may be");
    is(discovery_limit(NULL, 0, TESTS, 1000), surprise_limit(1000, TESTS),
       "nothing to be found: the limit of the first");
    uint32_t one[] = {surprise_limit(1000, TESTS)};
    is(discovery_limit(one, 1, TESTS, 1000), one[0], "one that reaches its limit");
    uint32_t below[] = {surprise_limit(1000, TESTS) - 1};
    ok(discovery_limit(below, 1, TESTS, 1000) > below[0], "one that just does not");
    /* The third pulls the second along, which alone would not pass. */
    uint32_t pulled[] = {12500, 40000, 13600};
    uint32_t limit = discovery_limit(pulled, 3, TESTS, 1000);
    is(limit, surprise_of_shares(1000, 1, TESTS), "two below theirs stay out");
    uint32_t three = surprise_of_shares(1000, 3, TESTS);
    uint32_t carried[] = {three, 40000, three};
    is(discovery_limit(carried, 3, TESTS, 1000), three,
       "one whose own rank is short passes with the one below it");
}

/* 25 true null hypotheses and 8 false ones that are plain to see. */
static void test_rate(struct rng *r)
{
    const uint32_t ppm = 100000; /* a tenth */
    uint64_t false_share = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t seen[TESTS], all[TESTS], limit, found = 0, wrong = 0;
        size_t count = 0;
        for (unsigned i = 0; i < TESTS; i++) {
            all[i] = i < 25 ? surprise_of(rng_next(r) >> 2) : 20000;
            if (all[i] >= surprise_limit(ppm, 1)) {
                seen[count++] = all[i];
            }
        }
        limit = discovery_limit(seen, count, TESTS, ppm);
        for (unsigned i = 0; i < TESTS; i++) {
            found += all[i] >= limit;
            wrong += i < 25 && all[i] >= limit;
        }
        false_share += found > 0 ? 1000000 * wrong / found : 0;
    }
    uint64_t rate = false_share / ROUNDS;
    /* Exactly 25/33 of the tenth is expected, 75758 ppm. */
    ok(rate > 60000 && rate < 90000, "%llu ppm of the findings are false, of 100000",
       (unsigned long long)rate);
}

int main(void)
{
    struct rng r = rng_begin(1995);
    test_cases();
    test_rate(&r);
    return tap_done();
}
