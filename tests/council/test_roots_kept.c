/* SPDX-License-Identifier: ISC */
/* State roots of a long replay: what is kept fits, and what is trimmed no longer does. */
#include "council/roots.h"
#include "tap.h"

#include <string.h>

enum { HEIGHTS = 5000, BEHIND = 10 };

static struct hash root_of(uint64_t height)
{
    struct hash h = {{0}};
    memcpy(h.bytes, &height, sizeof(height));
    return h;
}

static bool fits(const struct roots *r, uint64_t executed, uint64_t root)
{
    struct header h = {.executed_height = executed, .state_root = root_of(root)};
    return roots_fit(r, &h);
}

static void add(struct roots *r, uint64_t height)
{
    struct hash root = root_of(height);
    roots_add(r, &root);
}

static void few(void)
{
    struct roots r = {0};
    ok(!fits(&r, 0, 0), "of no roots none fits");
    add(&r, 0);
    add(&r, 1);
    ok(fits(&r, 0, 0) && fits(&r, 1, 1), "each root fits its height");
    ok(!fits(&r, 0, 1) && !fits(&r, 1, 0), "and no other");
    ok(!fits(&r, 2, 2) && !fits(&r, UINT64_MAX, 0), "a height to come has none");
    roots_free(&r);
    ok(r.list == NULL && r.count == 0, "none is left");
}

/* Blocks that name the height BEHIND theirs, as a window of blocks makes them do. */
static void many(void)
{
    struct roots r = {0};
    unsigned wrong = 0;
    size_t most = 0;
    for (uint64_t h = 0; h < HEIGHTS; h++) {
        uint64_t executed = h > BEHIND ? h - BEHIND : 0;
        add(&r, h);
        wrong += !fits(&r, executed, executed) || fits(&r, executed, executed + 1);
        roots_trim(&r, executed);
        wrong += !fits(&r, executed, executed) || !fits(&r, h, h) || fits(&r, h + 1, h + 1);
        most = r.count > most ? r.count : most;
    }
    is(wrong, 0, "each root of many heights fits, trimmed or not");
    ok(r.first > 0 && !fits(&r, r.first - 1, r.first - 1), "what was trimmed fits no more");
    is(r.first + r.count, HEIGHTS, "the last is that of the last height");
    ok(most < 1100, "few are kept: at most %zu", most);
    roots_free(&r);
}

int main(void)
{
    few();
    many();
    return tap_done();
}
