/* SPDX-License-Identifier: ISC */
#include "cost.h"

#include "base/alloc.h"
#include "feed.h"

#include <stdlib.h>
#include <time.h>

enum { BEFORE = 300, COUNTED = 500 };

static uint64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

struct cost cost_of(uint16_t seats)
{
    struct world *w = alloc_zero(1, sizeof(*w));
    struct feed_block *block = alloc_zero(1, sizeof(*block));
    struct world_spec spec = {.seed = 1, .temperament = &temperaments[1], .seats = seats};
    struct pattern_rules rules;
    struct feed feed;
    struct cost cost = {0};
    feed_rules(seats, &rules);
    world_begin(w, &spec);
    feed_begin(&feed, &rules, w);
    for (int i = 0; i < BEFORE + COUNTED; i++) {
        feed_make(&feed, world_next(w), block);
        uint64_t start = now_ns();
        feed_apply(&feed, block);
        cost.ns += i >= BEFORE ? now_ns() - start : 0;
    }
    cost.ns /= COUNTED;
    cost.bytes = patterns_memory(feed.patterns);
    feed_end(&feed);
    buffer_free(&block->encoding);
    free(block);
    free(w);
    return cost;
}
