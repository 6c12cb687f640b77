/* SPDX-License-Identifier: ISC */
/* What peers do on the wire, and which flags come of it. */
#include "book.h"
#include "watch/traffic.h"

enum { SEATS = 7, OWN = 1, MINUTE = 60 };

static const struct traffic_rules shipped = TRAFFIC_RULES_DEFAULT;
static struct traffic_rules rules;
static struct traffic traffic;
static struct traffic_facts facts;

static void begin(void)
{
    book_begin();
    rules = shipped;
    memset(&traffic, 0, sizeof(traffic));
    facts = (struct traffic_facts){.now_ms = 5000, .seat = OWN, .seats = SEATS};
}

/* So many seconds, with a look in each. */
static void seconds(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        facts.now_ms += 1000;
        book_now_ms = facts.now_ms;
        const struct judge j = book_judge();
        traffic_look(&traffic, &rules, &facts, &j);
    }
}

/* The same, and each adds one there. */
static void with(uint64_t *counter, unsigned count, unsigned every)
{
    for (unsigned i = 0; i < count; i++) {
        (*counter)++;
        seconds(every);
    }
}

static void test_flood(void)
{
    uint64_t *held = &facts.of[2].held_back;
    begin();
    with(held, 4, 1);
    seconds(20);
    book_says("", "a burst is no flood");
    with(held, 20, 3);
    book_says("", "nor is what comes now and then");
    with(held, 5, 1);
    book_says("+flooding 3 ", "five seconds of ten are");
    book_says_text(FLAG_FLOODING, 3,
                   "sends more than it may: held back in 5 of 10 parts of the last 10 s");
    with(held, 30, 2);
    book_says("", "it goes on,");
    seconds(57);
    book_says("", "and is quiet");
    seconds(3);
    book_says("-flooding 3 ", "for a minute");
    with(&facts.of[3].overflows, 5, 1);
    book_says("+flooding 4 ", "one that does not read what is sent to it");
    memset(&traffic, 0, sizeof(traffic));
    memset(&facts.of, 0, sizeof(facts.of));
    seconds(MINUTE);
    book_says("", "after a restart it has its minute");
    seconds(1);
    book_says("-flooding 4 ", "to be quiet");
    rules.flood_seconds = 0;
    with(held, 100, 1);
    book_says("", "never, where that is said");
}

static void test_rubbish(void)
{
    begin();
    with(&facts.of[1].bad_frames, 2, 1);
    seconds(11 * MINUTE);
    with(&facts.of[1].bad_frames, 2, 1);
    book_says("", "two bad frames may be the link's");
    with(&facts.of[1].bad_frames, 1, 1);
    book_says("+bad-frames 2 ", "three are the seat's");
    book_says_text(FLAG_BAD_FRAMES, 2, "3 messages that break the protocol in ten minutes");
    with(&facts.of[4].bad_signatures, 1, 1);
    book_says("+bad-signature 5 ", "one signature is enough");
    seconds(8 * MINUTE);
    book_says("", "they stay");
    seconds(2 * MINUTE);
    book_says("-bad-frames 2 -bad-signature 5 ", "for ten minutes");
    facts.of[1].bad_frames = 0;
    seconds(1);
    book_says("", "a counter that goes back counts nothing");
}

static void test_reconnects(void)
{
    begin();
    with(&facts.of[5].lost, 5, 30);
    seconds(10 * MINUTE);
    book_says("", "a seat may come and go five times in ten minutes");
    with(&facts.of[5].lost, 6, 30);
    book_says("+reconnects 6 ", "not six times");
    seconds(10 * MINUTE);
    book_says("-reconnects 6 ", "until it stays");
    for (int i = 0; i < 20; i++) {
        for (int s = 1; s < SEATS; s++) {
            facts.of[s].lost++;
            seconds(1);
        }
        seconds(20);
    }
    book_says("", "where all go at once it is this node's link");
    for (int i = 0; i < 10; i++) {
        facts.of[1].lost++;
        facts.of[2].lost++;
        seconds(30);
    }
    book_says("+reconnects 2 +reconnects 3 ", "not where f do");
    begin();
    with(&facts.of[5].lost, 40, 1);
    book_says("+reconnects 6 ", "who does it all the time does not get away with it");
    begin();
    facts.of[OWN - 1].lost = 100;
    facts.of[OWN - 1].bad_frames = 100;
    seconds(30);
    book_says("", "this node does not judge itself");
}

static void test_recent(void)
{
    struct recent w = {{0}, 0};
    recent_add(&w, 10, 5, 1);
    recent_add(&w, 10, 95, 2);
    is((int64_t)recent_sum(&w, 10, 99), 3, "ten slots");
    is((int64_t)recent_sum(&w, 10, 100), 2, "then the oldest goes");
    is((int64_t)recent_busy(&w, 10, 189), 1, "and one is left,");
    is((int64_t)recent_sum(&w, 10, 190), 0, "and none");
    recent_add(&w, 10, 200, UINT64_MAX);
    recent_add(&w, 10, 200, UINT64_MAX);
    is((int64_t)recent_sum(&w, 10, 200), UINT32_MAX, "it does not run over");
    is((int64_t)recent_sum(&w, 10, UINT64_MAX), 0, "in no time at all");
}

int main(void)
{
    test_recent();
    test_flood();
    test_rubbish();
    test_reconnects();
    flags_free(book);
    return tap_done();
}
