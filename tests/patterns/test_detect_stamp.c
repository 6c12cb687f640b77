/* SPDX-License-Identifier: ISC */
/* Rubber stamps, of everything and of one class. */
#include "story.h"
#include "tap.h"

enum { N = 12 };

/* The last seat approves all, or all of a class: so many decisions. */
static unsigned play(struct story *s, struct rng *r, unsigned decisions, bool all,
                     uint32_t class_index)
{
    char votes[N + 1];
    unsigned raised = 0;
    for (unsigned i = 0; i < decisions; i++) {
        (void)story_draw(r, N, 85, votes);
        if (all || i % 3 == class_index) {
            votes[N - 1] = 'A';
        }
        story_decide(s, i % 3, votes);
        raised += story_changes(s, FINDING_RAISED);
    }
    return raised;
}

static void test_stamp(void)
{
    struct story s;
    struct rng r = {1};
    char votes[N + 1];
    story_begin(&s, N);
    is(play(&s, &r, 20, true, 0), 0, "twenty approvals may be chance");
    (void)play(&s, &r, 100, true, 0);
    ok(story_open(&s, FLAG_RUBBER_STAMP, N), "120 are not, when half were for rejection");
    ok(patterns_find(s.patterns, FLAG_RUBBER_STAMP, N)->last.class_index ==
           FINDING_NO_CLASS,
       "of all classes");
    for (unsigned i = 0; i < 31; i++) {
        (void)story_draw(&r, N, 85, votes);
        votes[N - 1] = 'R';
        story_decide(&s, i % 3, votes);
    }
    ok(story_open(&s, FLAG_RUBBER_STAMP, N), "it stays while that was recent");
    story_repeat(&s, 3, 0, votes);
    ok(!story_open(&s, FLAG_RUBBER_STAMP, N), "and goes after 32 without, in any class");
    story_end(&s);
}

static void test_topic(void)
{
    struct story s;
    struct rng r = {2};
    story_begin(&s, N);
    (void)play(&s, &r, 330, false, 1);
    const struct finding *f = patterns_find(s.patterns, FLAG_RUBBER_STAMP, N);
    ok(f != NULL && f->last.class_index == 1, "who approves all of one class");
    story_end(&s);
}

static void test_agreeing(void)
{
    struct story s;
    story_begin(&s, N);
    story_repeat(&s, 1000, 0, "AAAAAAAAAAAA");
    ok(story_count(&s, 0), "where all approve, who approves is no stamp");
    story_end(&s);
}

/* It rejects half as often as the others. */
static void test_lenient(void)
{
    struct story s;
    struct rng r = {3};
    char votes[N + 1];
    unsigned raised = 0;
    story_begin(&s, N);
    for (unsigned i = 0; i < 1000; i++) {
        (void)story_draw(&r, N, 85, votes);
        votes[N - 1] = votes[N - 1] == 'R' && rng_chance(&r, 2) ? 'A' : votes[N - 1];
        story_decide(&s, i % 3, votes);
        raised +=
            story_changes(&s, FINDING_RAISED) > 0 && story_open(&s, FLAG_RUBBER_STAMP, N);
    }
    is(raised, 0, "who rejects half as often as the others is lenient");
    story_end(&s);
}

static void test_abstaining(void)
{
    struct story s;
    struct rng r = {4};
    char votes[N + 1];
    story_begin(&s, N);
    for (unsigned i = 0; i < 300; i++) {
        (void)story_draw(&r, N, 85, votes);
        votes[N - 1] = i % 2 == 0 ? 'A' : '-';
        story_decide(&s, i % 3, votes);
    }
    ok(story_open(&s, FLAG_RUBBER_STAMP, N), "abstentions in between do not hide it");
    story_end(&s);
}

int main(void)
{
    test_stamp();
    test_topic();
    test_agreeing();
    test_lenient();
    test_abstaining();
    return tap_done();
}
