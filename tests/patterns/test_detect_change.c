/* SPDX-License-Identifier: ISC */
/* Seats that are not what they were: at once, and little by little. */
#include "story.h"
#include "tap.h"

enum { N = 12 };

static char other(char vote)
{
    return vote == 'A' ? 'R' : 'A';
}

/* The last seat is wrong in so many percent, the others in 15. Returns what was raised. */
static unsigned play(struct story *s, struct rng *r, unsigned decisions, unsigned against,
                     enum flag_kind kind)
{
    char votes[N + 1];
    unsigned raised = 0;
    for (unsigned i = 0; i < decisions; i++) {
        char right = story_draw(r, N, 85, votes);
        bool was = s->patterns != NULL && story_open(s, kind, N);
        votes[N - 1] = rng_below(r, 100) < against ? other(right) : right;
        story_decide(s, i % 3, votes);
        raised += !was && story_open(s, kind, N);
    }
    return raised;
}

static void test_changed(void)
{
    struct story s;
    struct rng r = {1};
    story_begin(&s, N);
    is(play(&s, &r, 300, 15, FLAG_CHANGED), 0, "who stays the same is not told");
    is(play(&s, &r, 32, 100, FLAG_CHANGED), 1, "who turns against all is, within 32");
    const struct finding *f = patterns_find(s.patterns, FLAG_CHANGED, N);
    ok(f != NULL && f->last.statistic >= f->last.threshold &&
           f->last.expected_milli < f->last.observed * 1000,
       "with the numbers that say so");
    (void)play(&s, &r, 400, 100, FLAG_CHANGED);
    ok(!story_open(&s, FLAG_CHANGED, N), "and no longer when that is what it is like");
    is(play(&s, &r, 40, 15, FLAG_CHANGED), 1, "a change for the better is one, too");
    story_end(&s);
}

/* All of them meet harder matters: that is no change of one of them. */
static void test_harder(void)
{
    struct story s;
    struct rng r = {2};
    char votes[N + 1];
    story_begin(&s, N);
    unsigned raised = 0;
    for (unsigned i = 0; i < 600; i++) {
        (void)story_draw(&r, N, i < 300 ? 95 : 75, votes);
        story_decide(&s, 0, votes);
        raised += story_changes(&s, FINDING_RAISED);
    }
    is(raised, 0, "matters that become harder change nobody");
    story_end(&s);
}

static void test_young(void)
{
    struct story s;
    struct rng r = {3};
    story_begin(&s, N);
    (void)play(&s, &r, 20, 15, FLAG_CHANGED);
    is(play(&s, &r, 20, 100, FLAG_CHANGED), 0, "a young ledger knows no change");
    story_end(&s);
}

static void test_drift(void)
{
    struct story s;
    struct rng r = {4};
    char votes[N + 1];
    story_begin(&s, N);
    is(play(&s, &r, 400, 15, FLAG_DRIFT), 0, "who stays the same does not drift");
    unsigned at = 0;
    for (unsigned i = 0; i < 200 && at == 0; i++) {
        (void)story_draw(&r, N, 85, votes);
        if (rng_below(&r, 100) < i) {
            votes[N - 1] = 'A';
        }
        story_decide(&s, i % 3, votes);
        at = story_open(&s, FLAG_DRIFT, N) ? i + 1 : 0;
    }
    ok(at > 20, "who approves a little more each time does, after %u decisions", at);
    is(patterns_find(s.patterns, FLAG_DRIFT, N) != NULL &&
           patterns_find(s.patterns, FLAG_DRIFT, N)->last.statistic >= 12000,
       1, "by twelve standard deviations");
    story_end(&s);
}

static void test_confidence(void)
{
    struct story s;
    struct rng r = {5};
    story_begin(&s, N);
    s.confidence[N - 1] = 70;
    (void)play(&s, &r, 200, 15, FLAG_DRIFT);
    ok(!story_open(&s, FLAG_DRIFT, N), "who always was less sure has not changed");
    for (unsigned seat = 1; seat <= N; seat++) {
        s.confidence[seat - 1] = (uint8_t)(s.confidence[seat - 1] - 30);
    }
    (void)play(&s, &r, 100, 15, FLAG_DRIFT);
    ok(!story_open(&s, FLAG_DRIFT, N), "nor when nobody is sure any more");
    s.confidence[N - 1] = 100;
    (void)play(&s, &r, 5, 15, FLAG_DRIFT);
    ok(!story_open(&s, FLAG_DRIFT, N), "five times are not enough");
    (void)play(&s, &r, 20, 15, FLAG_DRIFT);
    ok(story_open(&s, FLAG_DRIFT, N), "but 25 are");
    (void)play(&s, &r, 64 + 31, 15, FLAG_DRIFT);
    ok(!story_open(&s, FLAG_DRIFT, N), "what it settled at is what it is from then on");
    story_end(&s);
}

static void test_pace(void)
{
    struct story s;
    struct rng r = {6};
    story_begin(&s, N);
    (void)play(&s, &r, 100, 15, FLAG_DRIFT);
    s.delay[N - 1] = 6;
    (void)play(&s, &r, 30, 15, FLAG_DRIFT);
    ok(story_open(&s, FLAG_DRIFT, N), "ballots that come five blocks later than they did");
    story_end(&s);
}

static void test_widest(void)
{
    struct story s;
    struct rng r = {7};
    char votes[SEATS_MAX + 1];
    story_begin(&s, SEATS_MAX);
    s.rules.watch.window = 16;
    s.rules.watch.recent = 8;
    s.rules.watch.drift_limit = 1000;
    unsigned raised = 0;
    for (unsigned i = 0; i < 1000; i++) {
        (void)story_draw(&r, SEATS_MAX, 85, votes);
        s.delay[1] = i < 64 ? 1 : UINT16_MAX;
        bool was = i > 0 && story_open(&s, FLAG_DRIFT, 2);
        story_decide(&s, i % 3, votes);
        raised += !was && story_open(&s, FLAG_DRIFT, 2);
    }
    is(raised, 1, "the largest council, the smallest window and the highest limit");
    ok(!story_open(&s, FLAG_DRIFT, 2), "which is told once");
    story_end(&s);
}

int main(void)
{
    test_changed();
    test_harder();
    test_young();
    test_drift();
    test_confidence();
    test_pace();
    test_widest();
    return tap_done();
}
