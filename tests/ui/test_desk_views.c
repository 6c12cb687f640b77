/* SPDX-License-Identifier: ISC */
/* Ballots, Pattern, Flags, Ledger and Log under an operator's hands. */
#include "desk.h"

#include <stdio.h>
#include <string.h>

static bool selected(struct desk *s, const char *words, const char *name)
{
    const char *row = desk_selected(s);
    bool has = strstr(row, words) != NULL;
    if (!has) {
        printf("#   no \"%s\" in the row |%s\n", words, row);
    }
    return ok(has, "%s", name);
}

/* --- the ledger --- */

static void test_jump(void)
{
    struct desk s;
    desk_open(&s, 7, 12);
    desk_press(&s, "6 @");
    desk_type(&s, "40000");
    desk_press(&s, "Enter");
    selected(&s, "40000", "a height that was not loaded");
    story_block(s.story);
    desk_feed(&s);
    selected(&s, "40000", "the cursor stays there");
    desk_press(&s, "j");
    selected(&s, "39999", "and moves from there");
    desk_press(&s, "Enter");
    desk_shows(&s, "block 39999", "Enter opens the block");
    desk_shows(&s, "verified    not asked for", "which is not verified by itself");
    desk_press(&s, "V");
    desk_shows(&s, "ok header", "but when the operator wants it");
    desk_press(&s, "j j Enter");
    desk_shows(&s, "kind     ballot", "an operation in full");
    desk_press(&s, "q q");
    selected(&s, "39999", "back where it was");
    desk_press(&s, "@");
    desk_type(&s, "99999999");
    desk_press(&s, "Enter k");
    desk_hides(&s, "99999999", "a height that is not there yet");
    desk_press(&s, "g");
    unsigned top = 0, here = 0, steps = 0, apart = 0;
    (void)sscanf(desk_selected(&s), "%u", &top);
    for (unsigned last = top; steps < 700; steps++, last = here) {
        desk_press(&s, "j");
        (void)sscanf(desk_selected(&s), "%u", &here);
        apart += here + 1 != last;
    }
    ok(apart == 0 && here + steps == top, "down from the newest there is no gap");
    (void)desk_screen(&s);
    unsigned requests = story_requests(s.story);
    for (unsigned i = 0; i < 20; i++) {
        (void)desk_screen(&s);
    }
    is(story_requests(s.story), requests, "and who rests asks for nothing");
    desk_close(&s);
}

/* --- ballots --- */

static void test_ballots(void)
{
    struct desk s;
    desk_open(&s, 7, 3);
    desk_press(&s, "3");
    unsigned first = story_propose(s.story, "routine", "The first question");
    desk_feed(&s);
    selected(&s, "The first question", "a new proposal comes on top, under the cursor");
    desk_press(&s, "j k");
    unsigned second = story_propose(s.story, "routine", "The second question");
    desk_feed(&s);
    selected(&s, "The first question", "but does not push away a row that was chosen");
    story_ballot(s.story, first, 2);
    story_ballot(s.story, first, 3);
    desk_feed(&s);
    desk_press(&s, "Enter");
    desk_shows(&s, "2/7", "its ballots");
    desk_shows(&s, "evidence {\"score\":87}", "its evidence");
    desk_press(&s, "F6");
    desk_shows(&s, "confidence", "what it can be sorted by");
    desk_press(&s, "Esc g j Enter");
    desk_shows(&s, "\"score\": 87", "the evidence in the pager");
    desk_press(&s, "q g j j j");
    selected(&s, "02", "a seat's ballot");
    desk_hides(&s, "because", "nothing of what it says");
    story_opening(s.story, first);
    story_reveal(s.story, first, 2, "reject", 71, "because of the third paragraph");
    desk_feed(&s);
    story_pass(s.story, 1500);
    (void)desk_screen(&s);
    selected(&s, "N reject", "what it says once it is open");
    desk_press(&s, "Enter");
    desk_shows(&s, "because of the third paragraph", "its rationale in the pager");
    story_final(s.story, first);
    desk_feed(&s);
    desk_press(&s, "q");
    desk_shows(&s, "reject", "the detail stays when it is final");
    desk_press(&s, "q");
    selected(&s, "The first question", "and so does the row in the list");
    (void)second;
    desk_close(&s);
}

/* --- follow and flags alone --- */

static void test_seats(void)
{
    struct desk s;
    desk_open(&s, 7, 9);
    desk_press(&s, "4 j j F");
    selected(&s, "03", "a seat to be followed");
    desk_press(&s, "3 j j");
    const char *row = desk_selected(&s);
    char before[200];
    (void)snprintf(before, sizeof(before), "%.30s", row);
    desk_press(&s, "j k");
    selected(&s, before, "a list of proposals moves freely");
    desk_press(&s, "Enter");
    selected(&s, "03", "in the ballots the cursor is on the seat");
    desk_press(&s, "q 6 j j j");
    selected(&s, "4", "the ledger moves freely");
    desk_press(&s, "4 v v v");
    desk_shows(&s, "latency", "layers");
    desk_press(&s, "v t");
    desk_shows(&s, "1234567", "transposed");
    story_flag(s.story, "silent", "warning", 3, "nothing heard for 9 s");
    desk_feed(&s);
    desk_press(&s, "3 !");
    desk_shows(&s, "approved", "proposals stay when seats with flags alone are shown");
    desk_press(&s, "4 t");
    selected(&s, "03", "of the seats those alone");
    desk_press(&s, "! 5");
    desk_shows(&s, "what (open ones)", "flags that are open");
    desk_press(&s, "Enter");
    desk_shows(&s, "no more to see behind it", "what is behind a flag");
    desk_press(&s, "q o o");
    desk_shows(&s, "what (all)", "all of them");
    desk_close(&s);
}

/* --- who may fail together --- */

static void test_groups(void)
{
    struct desk s;
    desk_open(&s, 7, 3);
    (void)desk_screen(&s);
    desk_press(&s, "1 j p");
    desk_shows(&s, "(not stated): 01 03", "the second page of Council");
    desk_press(&s, "q");
    selected(&s, "02 ash", "is left for the list, where it was");
    desk_press(&s, "j Enter");
    desk_shows(&s, ", 2 seats", "what Enter opens says it, too");
    desk_press(&s, "p");
    desk_shows(&s, "(not stated): 01 03", "the page from there");
    desk_press(&s, "p");
    selected(&s, "03 aspen", "and back");
    desk_close(&s);
}

/* --- which seats vote alike --- */

static void test_alike(void)
{
    struct desk s;
    desk_open(&s, 7, 30);
    (void)desk_screen(&s);
    desk_press(&s, "4 j j j j j j p");
    desk_shows(&s, "kappa, last 30 decisions; ", "the second page");
    selected(&s, "07 box", "with the seat that the cursor was on");
    is(story_patterns_asked(s.story), 2, "seats and pairs are asked for");
    for (unsigned i = 0; i < 20; i++) {
        (void)desk_screen(&s);
    }
    story_decide(s.story, "One more", 5);
    desk_feed(&s);
    desk_shows(&s, "kappa, last 30 decisions, 1 newer", "it says what it is made of");
    is(story_patterns_asked(s.story), 2, "and is not asked for at each decision");
    story_pass(s.story, 5000);
    desk_shows(&s, "kappa, last 31 decisions; ", "but when some time has passed");
    is(story_patterns_asked(s.story), 4, "once");
    desk_press(&s, "v");
    desk_shows(&s, "kappa, all 31 decisions", "measures");
    desk_press(&s, "v");
    desk_shows(&s, "voted the same, last 31", "measures");
    desk_press(&s, "v t");
    desk_shows(&s, "it is the same either way", "there is nothing to transpose");
    desk_press(&s, ":");
    desk_type(&s, "sort ven");
    desk_press(&s, "Tab Enter");
    selected(&s, "07 box", "the cursor stays with the seat, however they are sorted");
    desk_press(&s, "/");
    desk_type(&s, "globex");
    desk_press(&s, "Enter n");
    desk_hides(&s, "nothing here has", "seats are found by their vendors");
    desk_press(&s, ":");
    desk_type(&s, "view alike");
    desk_press(&s, "Enter G Enter");
    desk_shows(&s, "kappa", "Enter opens a seat beside the others");
    desk_press(&s, "Enter");
    desk_shows(&s, "Kappa is agreement beyond", "and a pair in words");
    desk_press(&s, "q p");
    desk_shows(&s, "with the outcome", "the first page shows the same seat");
    desk_press(&s, "q 5 4");
    desk_shows(&s, "agreement  #", "which stays when other views were looked at");
    desk_close(&s);
}

/* Time travel tells what was known then. */
static void test_alike_past(void)
{
    struct desk s;
    desk_open(&s, 7, 30);
    desk_press(&s, "4 p");
    (void)desk_screen(&s);
    story_pass(s.story, 6000);
    for (unsigned i = 0; i < 3; i++) {
        story_decide(s.story, "One more", 5);
    }
    desk_feed(&s);
    (void)desk_screen(&s);
    desk_shows(&s, "kappa, last 33 decisions; ", "now");
    desk_press(&s, "[ [");
    desk_shows(&s, "kappa, last 30 decisions, 2 newer", "what was known a decision ago");
    desk_press(&s, "{");
    desk_shows(&s, "how alike seats voted then is not known", "and before it was asked");
    desk_press(&s, "L z");
    story_pass(s.story, 6000);
    story_decide(s.story, "One more", 5);
    desk_feed(&s);
    desk_shows(&s, "kappa, last 33 decisions; ", "what is frozen stays");
    desk_press(&s, "z");
    desk_shows(&s, "kappa, last 34 decisions; ", "while collecting goes on");
    desk_close(&s);
}

static void test_alike_older(void)
{
    struct desk s;
    desk_open(&s, 7, 30);
    story_tells_patterns(s.story, false);
    desk_press(&s, "4 p");
    desk_shows(&s, "this node does not tell of voting patterns", "an older node");
    unsigned asked = story_patterns_asked(s.story);
    story_pass(s.story, 9000);
    story_decide(s.story, "One more", 5);
    desk_feed(&s);
    (void)desk_screen(&s);
    desk_press(&s, "j Enter v Space q");
    is(story_patterns_asked(s.story), asked, "is not asked again");
    desk_press(&s, "p v v");
    desk_shows(&s, "sure", "and the rest works");
    desk_close(&s);
}

/* --- the log --- */

static void test_log(void)
{
    struct desk s;
    char text[64];
    desk_open(&s, 7, 2);
    desk_press(&s, "7");
    for (int i = 0; i < 30; i++) {
        (void)snprintf(text, sizeof(text), "number=%d", i);
        story_log(s.story, i % 10 == 0 ? "warn" : "info", "some.event", text);
    }
    desk_feed(&s);
    selected(&s, "number=29", "the newest line is under the cursor");
    story_log(s.story, "info", "some.event", "number=30");
    desk_feed(&s);
    selected(&s, "number=30", "and stays so");
    desk_press(&s, "k k");
    story_log(s.story, "info", "some.event", "number=31");
    desk_feed(&s);
    selected(&s, "number=28", "a line that was chosen stays");
    desk_press(&s, "G");
    story_log(s.story, "info", "some.event", "number=32");
    desk_feed(&s);
    selected(&s, "number=32", "G follows again");
    desk_press(&s, "o o");
    desk_shows(&s, "warn and worse", "levels");
    desk_hides(&s, "number=32", "leave out the others");
    desk_press(&s, "o o Enter");
    desk_shows(&s, "some.event", "a line in full");
    desk_close(&s);
}

int main(void)
{
    test_jump();
    test_ballots();
    test_seats();
    test_groups();
    test_alike();
    test_alike_past();
    test_alike_older();
    test_log();
    return tap_done();
}
