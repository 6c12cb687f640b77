/* SPDX-License-Identifier: ISC */
/* What a look at the seats raises and clears: thresholds, and that nothing flutters. */
#include "book.h"
#include "watch/signs.h"

enum { BEAT = 1000, DEAD = 5000, WINDOW = 20, DRIFT = 500, SEATS = 7, OWN = 1 };

static struct signs signs;
static struct signs_facts facts;
static bool stopped[SEATS_MAX]; /* says nothing */
static struct phi_clock awake;
static struct phi phis[SEATS_MAX];
static const struct phi_rules rules = {BEAT, 3000, DEAD, 3, 12};

static void begin(void)
{
    book_begin();
    memset(&signs, 0, sizeof(signs));
    memset(stopped, 0, sizeof(stopped));
    memset(&awake, 0, sizeof(awake));
    facts = (struct signs_facts){.now_ms = 1000, /* just booted */
                                 .heartbeat_ms = BEAT,
                                 .dead_peer_ms = DEAD,
                                 .window = WINDOW,
                                 .max_drift_ms = DRIFT,
                                 .seat = OWN,
                                 .seats = SEATS};
    for (int i = 0; i < SEATS; i++) {
        phi_init(&phis[i], phi_clock_at(&awake, &rules, facts.now_ms));
        facts.of[i].connected = true;
        facts.of[i].has_offset = true;
        facts.of[i].height = 100;
    }
}

/* So many beats; each seat that is not stopped says what facts have of it. */
static void beats(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        facts.now_ms += BEAT;
        uint64_t now = phi_clock_at(&awake, &rules, facts.now_ms);
        for (int s = 0; s < SEATS; s++) {
            if (!stopped[s] && facts.of[s].connected) {
                facts.of[s].heard = facts.of[s].has_beat = true;
                facts.of[s].heard_ms = facts.of[s].beat_ms = facts.now_ms - 1;
                phi_beat(&phis[s], &rules, &awake, now - 1);
            }
            facts.of[s].state = phi_judge(&phis[s], &rules, now);
        }
        const struct judge j = book_judge();
        book_now_ms = facts.now_ms;
        signs_look(&signs, &facts, &j);
    }
}

static void test_silent(void)
{
    begin();
    facts.of[2].connected = false;
    beats(DEAD / BEAT - 1);
    book_says("", "a council that starts raises nothing");
    beats(1);
    book_says("+silent 3 ", "a seat never heard is silent after the timeout");
    book_says_text(FLAG_SILENT, 3, "never heard since this node started");
    beats(10);
    book_says("", "which is told once");
    facts.of[2].connected = true;
    beats(PHI_BACK - 1);
    book_says("", "one heartbeat is not enough to clear it");
    beats(1);
    book_says("-silent 3 ", "two are");
    stopped[3] = true;
    beats(DEAD / BEAT - 1);
    book_says("", "a short silence is none");
    beats(1);
    book_says("+silent 4 ", "a long one is");
    book_says_text(FLAG_SILENT, 4, "nothing heard for 5.0 s");
    stopped[3] = false;
    facts.of[3].connected = false;
    facts.of[3].heard_ms = facts.now_ms;
    beats(PHI_BACK);
    book_says("", "one that is not connected has not come back");
    facts.of[3].connected = true;
    beats(PHI_BACK);
    book_says("-silent 4 ", "then it has");
    facts.now_ms += 60000;
    for (int i = 0; i < SEATS; i++) {
        stopped[i] = true;
    }
    beats(1);
    book_says("", "a node that slept does not blame the others");
    beats(DEAD / BEAT - 2);
    book_says("", "before they had their time");
    beats(1);
    book_says("+silent 2 +silent 3 +silent 4 +silent 5 +silent 6 +silent 7 ",
              "but then it does");
    memset(&signs, 0, sizeof(signs));
    beats(10);
    book_says("", "after a restart they are silent as before");
}

static void test_lagging(void)
{
    begin();
    beats(1);
    facts.of[4].height = 100 - WINDOW;
    beats(10);
    book_says("", "a window behind is not too far");
    facts.of[4].height--;
    beats(SIGNS_BEATS - 1);
    book_says("", "and more is not, for a moment");
    beats(1);
    book_says("+lagging 5 ", "for three beats it is");
    book_says_text(FLAG_LAGGING, 5, "at height 79, 21 blocks behind");
    facts.of[4].height = 100 - WINDOW / 2 - 1;
    beats(10);
    book_says("", "it stays while more than half of that is left");
    facts.of[4].height++;
    beats(1);
    book_says("-lagging 5 ", "and is cleared at half");
    facts.of[5].height = facts.of[6].height = UINT64_MAX;
    beats(10);
    book_says("", "f seats that lie about their height make nobody lag");
    facts.of[4].height = UINT64_MAX;
    beats(1 + SIGNS_BEATS);
    book_says("", "what others have only just reached is not missed yet");
    beats(1);
    book_says("+lagging 1 +lagging 2 +lagging 3 +lagging 4 ", "w seats may");
    begin();
    facts.of[0].height = 1000;
    facts.of[3].connected = false;
    beats(SIGNS_BEATS);
    book_says("+lagging 2 +lagging 3 +lagging 5 +lagging 6 +lagging 7 ",
              "this node believes itself, and judges who is there");
    beats(1);
    stopped[1] = true;
    facts.of[1].height = 1000;
    phi_init(&phis[3], phi_clock_at(&awake, &rules, facts.now_ms));
    beats(1);
    book_says("", "without a beat nothing is known");
}

/* Blocks come faster than a window in a heartbeat, so what the others said last is behind
 * what this node has now. */
static void test_busy(void)
{
    begin();
    for (int i = 0; i < 10; i++) {
        for (int s = 1; s < SEATS; s++) {
            facts.of[s].height = facts.of[0].height + (s < 4 ? 1 : 0);
        }
        facts.of[0].height += 5 * WINDOW;
        beats(1);
    }
    book_says("", "in a busy council nobody lags because of when its heartbeat came");
    facts.of[5].height = facts.of[0].height - 20 * WINDOW;
    for (int i = 0; i < 10; i++) {
        facts.of[0].height += 5 * WINDOW;
        facts.of[5].height += 5 * WINDOW;
        for (int s = 1; s < 5; s++) {
            facts.of[s].height = facts.of[0].height - 4 * WINDOW;
        }
        facts.of[6].height = facts.of[1].height;
        beats(1);
    }
    book_says("+lagging 6 ", "but one that is more than that behind does");
}

static void test_clock(void)
{
    begin();
    facts.of[2].offset_ms = DRIFT;
    facts.of[3].offset_ms = -DRIFT - 10;
    facts.of[3].offset_error_ms = 10;
    beats(10);
    book_says("", "a clock within the drift, and the measure's error, is good");
    facts.of[2].offset_ms = DRIFT + 1;
    facts.of[3].offset_ms = -DRIFT - 11;
    beats(SIGNS_BEATS - 1);
    book_says("", "for a moment it may be off");
    beats(1);
    book_says("+clock-skew 3 +clock-skew 4 ", "then it is");
    book_says_text(FLAG_CLOCK_SKEW, 3, "its clock is 501 ms ahead of this node's");
    book_says_text(FLAG_CLOCK_SKEW, 4, "its clock is 511 ms behind this node's");
    facts.of[2].offset_ms = DRIFT / 2;
    facts.of[3].offset_ms = -DRIFT / 2 + 1;
    beats(1);
    book_says("-clock-skew 4 ", "until it is off by less than half");
    facts.of[2].offset_ms = 0;
    beats(1);
    book_says("-clock-skew 3 ", "either way");
    for (int i = 0; i < SEATS; i++) {
        facts.of[i].offset_ms = 3000;
    }
    facts.of[6].offset_ms = 0;
    beats(SIGNS_BEATS);
    book_says("+clock-skew 1 +clock-skew 7 ",
              "where this node's clock is off, others are judged by the rest");
    book_says_text(FLAG_CLOCK_SKEW, 1,
                   "this node's clock is 3000 ms behind those of most seats");
    book_says_text(FLAG_CLOCK_SKEW, 7, "its clock is 3000 ms behind those of most seats");
    facts.of[6].has_offset = false;
    facts.of[6].offset_ms = 3000;
    beats(1);
    book_says("", "what is not measured clears nothing");
    facts.of[1].offset_ms = INT64_MIN;
    facts.of[2].offset_ms = INT64_MAX;
    beats(SIGNS_BEATS);
    ok(flags_open(book, FLAG_CLOCK_SKEW, 2) != NULL &&
           flags_open(book, FLAG_CLOCK_SKEW, 3) != NULL,
       "whatever a seat says of its clock");
}

static void test_evaluator(void)
{
    begin();
    for (int i = 0; i < SEATS; i++) {
        facts.of[i].evaluator_down = true;
    }
    beats(DEAD / BEAT);
    book_says("", "agents have time to attach");
    facts.of[0].evaluator_down = facts.of[1].evaluator_down = false;
    for (int i = 3; i < SEATS; i++) {
        facts.of[i].evaluator_down = false;
    }
    beats(1);
    book_says("+evaluator-failed 3 ", "then a seat without one is told");
    facts.of[0].evaluator_down = true;
    beats(20);
    book_says("", "this node's own not while no ballot is wanted");
    facts.is_asked = true;
    beats(1);
    book_says("+evaluator-failed 1 ", "and then at once");
    facts.is_asked = false;
    beats(5);
    book_says("", "it stays,");
    facts.of[0].evaluator_down = facts.of[2].evaluator_down = false;
    beats(1);
    book_says("-evaluator-failed 1 -evaluator-failed 3 ", "until there is an agent");
}

int main(void)
{
    test_silent();
    test_lagging();
    test_busy();
    test_clock();
    test_evaluator();
    flags_free(book);
    return tap_done();
}
