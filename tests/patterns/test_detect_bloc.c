/* SPDX-License-Identifier: ISC */
/* Blocs, and when they are more than the council can bear. */
#include "story.h"
#include "tap.h"

#include <string.h>

enum { N = 33 };

static char other(char vote)
{
    return vote == 'A' ? 'R' : 'A';
}

/* Every third decision the seats of the list are together against what is right. */
static void play(struct story *s, struct rng *r, unsigned decisions, const uint16_t *seats,
                 unsigned percent)
{
    char votes[SEATS_MAX + 1];
    for (unsigned i = 0; i < decisions; i++) {
        char right = story_draw(r, s->rules.seats, percent, votes);
        for (unsigned k = 0; s->decisions % 3 == 0 && seats[k] != 0; k++) {
            votes[seats[k] - 1] = other(right);
        }
        story_decide(s, (uint32_t)rng_below(r, 3), votes);
    }
}

static const uint16_t nobody[] = {0};
static const uint16_t five[] = {3, 8, 15, 21, 33, 0};

static void test_bloc(void)
{
    struct story s;
    struct rng r = {1};
    story_begin(&s, N);
    play(&s, &r, 30, five, 85);
    ok(!story_open(&s, FLAG_BLOC, 3), "ten times together may be chance");
    play(&s, &r, 100, five, 85);
    const struct finding *f = patterns_find(s.patterns, FLAG_BLOC, 3);
    ok(f != NULL && seat_set_count(&f->last.seats) == 5, "five seats are a bloc");
    for (unsigned i = 0; f != NULL && i < 5; i++) {
        ok(seat_set_has(&f->last.seats, five[i]), "with seat %u", five[i]);
    }
    ok(f != NULL && f->last.statistic >= f->last.threshold && f->last.observed >= 12,
       "with the numbers that say so");
    ok(strstr(story_text(&s, FLAG_BLOC, 3), "3, 8, 15, 21, 33") != NULL, "and their names");
    ok(!story_open(&s, FLAG_FAULT_BOUND, 0), "five of 33 are within the bound");
    size_t count, blocs = 0;
    const struct finding *const *open = patterns_findings(s.patterns, &count);
    for (size_t i = 0; i < count; i++) {
        blocs += open[i]->last.kind == FLAG_BLOC;
    }
    is((int64_t)blocs, 1, "and one finding, however many seats");
    play(&s, &r, 330, nobody, 85);
    ok(!story_open(&s, FLAG_BLOC, 3), "gone when the window has forgotten it");
    story_end(&s);
}

static void test_independent(void)
{
    struct story s;
    struct rng r = {2};
    story_begin(&s, N);
    unsigned raised = 0;
    for (unsigned i = 0; i < 1500; i++) {
        play(&s, &r, 1, nobody, i % 5 == 0 ? 60 : 90);
        raised += story_changes(&s, FINDING_RAISED);
    }
    is(raised, 0, "seats that are wrong in the same hard decisions are none");
    story_end(&s);
}

/* Eleven of 33, against whom the rest stands as one. */
static void test_majority(void)
{
    struct story s;
    struct rng r = {3};
    char votes[N + 1];
    story_begin(&s, N);
    for (unsigned i = 0; i < 200; i++) {
        (void)story_draw(&r, N, 97, votes);
        for (uint16_t k = 0; i % 3 == 0 && k < 11; k++) {
            votes[k] = votes[20] == 'A' ? 'R' : 'A';
        }
        story_decide(&s, i % 3, votes);
    }
    const struct finding *f = patterns_find(s.patterns, FLAG_BLOC, 1);
    ok(f != NULL && seat_set_count(&f->last.seats) == 11, "the eleven are a bloc");
    for (uint16_t seat = 12; f != NULL && seat <= N; seat += 7) {
        ok(!seat_set_has(&f->last.seats, seat), "seat %u of the others is not", seat);
    }
    f = patterns_find(s.patterns, FLAG_FAULT_BOUND, 0);
    ok(f != NULL && f->last.statistic == 11 && f->last.threshold == 11,
       "eleven are more than ten may fail");
    story_end(&s);
}

/* Four of the six seats of one vendor are a bloc, in a council whose f is five. */
static void test_vendor(void)
{
    static const uint16_t four[] = {1, 2, 3, 4, 0};
    for (unsigned half = 0; half < 2; half++) {
        struct story s;
        struct rng r = {4};
        story_begin(&s, 16);
        for (uint16_t seat = 1; seat <= (half == 0 ? 9 : 6); seat++) {
            s.rules.vendor[seat - 1] = 1;
        }
        play(&s, &r, 150, four, 90);
        const struct finding *f = patterns_find(s.patterns, FLAG_FAULT_BOUND, 0);
        ok(story_open(&s, FLAG_BLOC, 1), "four seats are a bloc");
        ok((f != NULL) == (half == 1), "%s",
           half == 1 ? "that speaks for its vendor's six seats"
                     : "that does not speak for its vendor's nine seats");
        ok(f == NULL || (seat_set_count(&f->last.seats) == 6 && f->last.observed == 4),
           "which are named");
        story_end(&s);
    }
}

static void test_small(void)
{
    static const uint16_t two[] = {1, 2, 0};
    struct story s;
    struct rng r = {5};
    story_begin(&s, 4);
    play(&s, &r, 400, two, 90);
    ok(!story_open(&s, FLAG_BLOC, 1) && !story_open(&s, FLAG_FAULT_BOUND, 0),
       "two seats of four are none");
    story_end(&s);
    story_begin(&s, N);
    play(&s, &r, 400, two, 90);
    ok(!story_open(&s, FLAG_BLOC, 1), "nor are two of 33");
    story_end(&s);
}

static void test_widest(void)
{
    struct story s;
    struct rng r = {6};
    uint16_t seats[SEATS_MAX / 2] = {0};
    for (uint16_t i = 0; i < 50; i++) {
        seats[i] = (uint16_t)(2 * i + 1);
    }
    story_begin(&s, SEATS_MAX);
    s.rules.watch.window = CHARTER_WINDOW_MAX;
    s.rules.watch.recent = CHARTER_WINDOW_MAX / 2;
    play(&s, &r, 500, seats, 85);
    const struct finding *f = patterns_find(s.patterns, FLAG_BLOC, 1);
    ok(f != NULL && seat_set_count(&f->last.seats) == 50, "fifty seats of 128");
    ok(strlen(story_text(&s, FLAG_BLOC, 1)) < FLAG_TEXT_BYTES - 1 &&
           strstr(story_text(&s, FLAG_BLOC, 1), ", ...") != NULL,
       "as many as the text has room for");
    story_end(&s);
}

int main(void)
{
    test_bloc();
    test_independent();
    test_majority();
    test_vendor();
    test_small();
    test_widest();
    return tap_done();
}
