/* SPDX-License-Identifier: ISC */
/* The history of heartbeats, by a clock of the test's own. */
#include "conclaved/beats.h"
#include "tap.h"

#include <string.h>

enum { SEATS = 4, SELF = 1, INTERVAL = 1000, START = 50000 };

/* "0 990 -": the numbers of a seat, - for a missed beat. */
static void has(const struct beats *b, uint16_t seat, const char *expected,
                const char *name)
{
    uint32_t gaps[BEATS_SLOTS];
    char text[BEATS_SLOTS * 12 + 1] = "";
    size_t count = beats_gaps(b, seat, gaps), used = 0;
    for (size_t i = 0; i < count; i++) {
        const char *space = i > 0 ? " " : "";
        used += (size_t)(gaps[i] == BEATS_MISSED
                             ? snprintf(text + used, sizeof(text) - used, "%s-", space)
                             : snprintf(text + used, sizeof(text) - used, "%s%u", space,
                                        (unsigned)gaps[i]));
    }
    if (!ok(strcmp(text, expected) == 0, "%s", name)) {
        printf("#   got \"%s\", expected \"%s\"\n", text, expected);
    }
}

static void test_slots(void)
{
    struct beats *b = beats_new(SEATS, SELF, INTERVAL, START);
    has(b, 2, "", "at first there is no slot");
    is(beats_slot(b), 0, "  and none is numbered");
    ok(beats_gap(b, 2) == BEATS_MISSED, "  nor is there a newest one");
    beats_came(b, 2, START + 300);
    beats_turn(b, START + 1000);
    has(b, 2, "300", "the first heartbeat counts from the start");
    has(b, 3, "1000", "a short silence is shown as long as it is");
    has(b, SELF, "0", "the own seat is at 0");
    beats_came(b, 2, START + 1290);
    beats_turn(b, START + 2000);
    has(b, 2, "300 990", "the time between two");
    has(b, 3, "1000 -", "a silence of more than one and a half intervals is a miss");
    beats_came(b, 2, START + 2100);
    beats_came(b, 2, START + 2150);
    beats_came(b, 3, START + 2900);
    beats_turn(b, START + 3000);
    has(b, 2, "300 990 50", "of several in a slot the last counts");
    has(b, 3, "1000 - 2900", "and one after misses tells the whole silence");
    beats_turn(b, START + 3650);
    has(b, 2, "300 990 50 1500", "a silence of just one and a half is none");
    beats_turn(b, START + 3651 + 1000);
    has(b, 3, "1000 - 2900 750 -", "each seat has its own");
    is(beats_slot(b), 5, "slots are numbered");
    ok(beats_gap(b, 2) == BEATS_MISSED && beats_gap(b, SELF) == 0, "the newest is known");
    beats_free(b);
}

static void test_bounds(void)
{
    struct beats *b = beats_new(SEATS, SELF, INTERVAL, START);
    uint32_t gaps[BEATS_SLOTS];
    uint64_t now = START;
    for (unsigned i = 0; i < 3 * BEATS_SLOTS + 7; i++) {
        beats_came(b, 4, now + i);
        now += INTERVAL;
        beats_turn(b, now);
    }
    is((int64_t)beats_gaps(b, 4, gaps), BEATS_SLOTS, "the oldest slots are forgotten");
    bool same = true;
    for (unsigned i = 0; i < BEATS_SLOTS; i++) {
        same = same && gaps[i] == INTERVAL + 1;
    }
    ok(same, "  and the others are in their order");
    beats_came(b, 4, now + ((uint64_t)1 << 40));
    beats_turn(b, now + ((uint64_t)1 << 40));
    ok(beats_gap(b, 4) == BEATS_MISSED - 1, "a gap of years is no missed beat");
    for (unsigned i = 0; i < 100000; i++) {
        beats_came(b, 2, now + ((uint64_t)1 << 40));
    }
    beats_turn(b, now + ((uint64_t)1 << 40));
    is(beats_gap(b, 2), 0, "a flood of heartbeats fills one place");
    beats_free(b);
    beats_free(NULL);
}

int main(void)
{
    test_slots();
    test_bounds();
    return tap_done();
}
