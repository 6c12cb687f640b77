/* SPDX-License-Identifier: ISC */
/* Dissent and coins: what they are, what only looks like them, and how long they stay. */
#include "story.h"
#include "tap.h"

#include "patterns/inside.h"

#include <string.h>

enum { N = 10 };

static char other(char vote)
{
    return vote == 'A' ? 'R' : 'A';
}

/* The last seat votes against what is right in so many percent. */
static void play(struct story *s, struct rng *r, unsigned decisions, unsigned others,
                 unsigned against)
{
    char votes[SEATS_MAX + 1];
    const uint16_t n = s->rules.seats;
    for (unsigned i = 0; i < decisions; i++) {
        char right = story_draw(r, n, others, votes);
        votes[n - 1] = rng_below(r, 100) < against ? other(right) : right;
        story_decide(s, i % 3, votes);
    }
}

static void test_contrarian(void)
{
    struct story s;
    struct rng r = {1};
    story_begin(&s, N);
    play(&s, &r, 15, 90, 100);
    ok(story_count(&s, 0), "fifteen votes say nothing");
    play(&s, &r, 10, 90, 100);
    ok(story_count(&s, 1) && story_open(&s, FLAG_DISSENT, N),
       "who is against the others every time is found among 25 decisions");
    const struct finding *f = patterns_find(s.patterns, FLAG_DISSENT, N);
    ok(f->last.statistic >= f->last.threshold && f->last.observed > 15 &&
           f->last.of <= 25 && f->last.expected_milli < f->last.observed * 1000,
       "with the numbers that say so");
    play(&s, &r, 300, 90, 10);
    ok(story_count(&s, 0), "and is gone when the window has forgotten");
    story_end(&s);
}

static void test_conservative(void)
{
    struct story s;
    struct rng r = {2};
    story_begin(&s, 33);
    unsigned raised = 0;
    for (unsigned i = 0; i < 800; i++) {
        play(&s, &r, 1, 80, 40);
        raised += story_changes(&s, FINDING_RAISED);
    }
    is(raised, 0, "who dissents twice as often as the others is honest");
    story_end(&s);
}

static void test_others(void)
{
    struct story s;
    story_begin(&s, 4);
    story_decide(&s, 0, "AARR");
    for (uint16_t seat = 1; seat <= 4; seat++) {
        const struct dissent *x = dissents_last(&s.patterns->dissents, seat);
        ok(x->counts && x->is_dissent, "of two and two, seat %u is against two others",
           seat);
    }
    story_decide(&s, 0, "AA-R");
    ok(!dissents_last(&s.patterns->dissents, 1)->counts, "two others are too few");
    story_end(&s);
}

static void test_coin(void)
{
    struct story s;
    struct rng r = {3};
    story_begin(&s, 33);
    play(&s, &r, 200, 90, 50);
    ok(story_count(&s, 1) && story_open(&s, FLAG_COIN_FLIP, 33), "a coin is told as one");
    ok(strstr(story_text(&s, FLAG_COIN_FLIP, 33), "like a coin") != NULL, "in its words");
    play(&s, &r, 200, 90, 100);
    ok(story_count(&s, 1) && story_open(&s, FLAG_DISSENT, 33),
       "when it turns against all it is dissent, and no coin");
    story_end(&s);
}

/* Honest but in class 1, where it is against the others. */
static void test_topic(void)
{
    struct story s;
    struct rng r = {4};
    char votes[N + 1];
    story_begin(&s, N);
    for (unsigned i = 0; i < 120; i++) {
        char right = story_draw(&r, N, 90, votes);
        votes[N - 1] = i % 3 == 1 ? other(right) : right;
        story_decide(&s, i % 3, votes);
    }
    const struct finding *f = patterns_find(s.patterns, FLAG_DISSENT, N);
    ok(f != NULL && f->last.class_index == 1,
       "who is against on one topic, with its class");
    story_end(&s);
}

/* Nobody agrees with anybody in class 2: no reason to wonder about one of them. */
static void test_hard_class(void)
{
    struct story s;
    struct rng r = {5};
    char votes[N + 1];
    story_begin(&s, N);
    unsigned raised = 0;
    for (unsigned i = 0; i < 600; i++) {
        (void)story_draw(&r, N, i % 3 == 2 ? 50 : 90, votes);
        story_decide(&s, i % 3, votes);
        raised += story_changes(&s, FINDING_RAISED);
    }
    is(raised, 0, "a class in which nobody agrees");
    story_end(&s);
}

/* Four of ten vote together against the rest: the six are no dissenters, though every
 * proposal fails by the four, and the outcome is against the six. */
static void test_majority(void)
{
    struct story s;
    story_begin(&s, N);
    for (unsigned i = 0; i < 200; i++) {
        story_decide(&s, i % 3, i % 2 == 0 ? "AAAAAARRRR" : "AAAAAAAAAA");
    }
    for (uint16_t seat = 1; seat <= 6; seat++) {
        ok(!story_open(&s, FLAG_DISSENT, seat), "seat %u is of the majority", seat);
    }
    story_end(&s);
}

static void test_small(void)
{
    struct story s;
    struct rng r = {6};
    story_begin(&s, 4);
    unsigned raised = 0;
    for (unsigned i = 0; i < 600; i++) {
        play(&s, &r, 1, 90, 15);
        raised += story_changes(&s, FINDING_RAISED);
    }
    is(raised, 0, "a council of four that mostly agrees");
    play(&s, &r, 60, 95, 100);
    ok(story_open(&s, FLAG_DISSENT, 4), "but one of four can be found, too");
    story_end(&s);
}

/* Who has left is forgotten as the window is. */
static void test_gone(void)
{
    struct story s;
    struct rng r = {7};
    char votes[N + 1];
    story_begin(&s, N);
    play(&s, &r, 60, 90, 100);
    ok(story_open(&s, FLAG_DISSENT, N), "a dissenter");
    for (unsigned i = 0; i < 320; i++) {
        (void)story_draw(&r, N, 90, votes);
        votes[N - 1] = 'X';
        story_decide(&s, 0, votes);
    }
    ok(!story_open(&s, FLAG_DISSENT, N), "that was expelled is no finding for ever");
    story_end(&s);
}

static void test_widest(void)
{
    struct story s;
    struct rng r = {8};
    story_begin(&s, SEATS_MAX);
    s.rules.watch.window = CHARTER_WINDOW_MAX;
    s.rules.watch.recent = CHARTER_WINDOW_MAX / 2;
    play(&s, &r, CHARTER_WINDOW_MAX + 500, 90, 100);
    const struct finding *f = patterns_find(s.patterns, FLAG_DISSENT, SEATS_MAX);
    ok(f != NULL && f->last.of >= 1000, "the largest council and window");
    story_end(&s);
}

int main(void)
{
    test_contrarian();
    test_conservative();
    test_others();
    test_coin();
    test_topic();
    test_hard_class();
    test_majority();
    test_small();
    test_gone();
    test_widest();
    return tap_done();
}
