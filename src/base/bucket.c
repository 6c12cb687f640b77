/* SPDX-License-Identifier: ISC */
#include "base/bucket.h"

#include <assert.h>

static int64_t full(const struct bucket *b)
{
    return (int64_t)(b->rate * 1000 * BUCKET_BURST_SECONDS);
}

void bucket_init(struct bucket *b, uint64_t rate, uint64_t now_ms)
{
    assert(rate >= 1 && rate <= BUCKET_RATE_MAX);
    b->rate = rate;
    b->last_ms = now_ms;
    b->level = full(b);
}

static void refill(struct bucket *b, uint64_t now_ms)
{
    uint64_t passed = now_ms > b->last_ms ? now_ms - b->last_ms : 0;
    b->last_ms = now_ms > b->last_ms ? now_ms : b->last_ms;
    /* Units a second are thousandths a millisecond. The cap, over an hour, keeps the
     * product in range. */
    const uint64_t cap = (uint64_t)1 << 22;
    b->level += (int64_t)(b->rate * (passed < cap ? passed : cap));
    if (b->level > full(b)) {
        b->level = full(b);
    }
}

bool bucket_is_empty(struct bucket *b, uint64_t now_ms)
{
    refill(b, now_ms);
    return b->level <= 0;
}

bool bucket_is_full(struct bucket *b, uint64_t now_ms)
{
    refill(b, now_ms);
    return b->level == full(b);
}

bool bucket_take(struct bucket *b, uint64_t amount, uint64_t now_ms)
{
    assert(amount <= BUCKET_RATE_MAX);
    if (bucket_is_empty(b, now_ms)) {
        return false;
    }
    b->level -= (int64_t)(amount * 1000);
    return true;
}

void bucket_charge(struct bucket *b, uint64_t amount, uint64_t now_ms)
{
    assert(amount <= BUCKET_RATE_MAX);
    refill(b, now_ms);
    b->level -= (int64_t)(amount * 1000);
}

uint64_t bucket_wait_ms(struct bucket *b, uint64_t now_ms)
{
    refill(b, now_ms);
    int64_t wanted = (int64_t)(b->rate * 50) + 1;
    if (b->level >= wanted) {
        return 1;
    }
    return (uint64_t)(wanted - b->level) / b->rate + 1;
}
