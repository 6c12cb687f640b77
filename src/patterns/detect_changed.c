/* SPDX-License-Identifier: ISC */
/*
 * A sudden change: a seat dissents otherwise in the recent decisions than in the rest of
 * the window.
 *
 * Null hypothesis: beside the others' minorities, it dissents as often in the one period as
 * in the other. Then, of all its dissents in one
 * direction, those of the one period are binomial by the sums of the others' minorities
 * (the conditional test of two rates: Przyborowski and Wilenski, "Homogeneity of results in
 * testing samples from Poisson series", 1940), so that a council that meets harder matters
 * is not a seat that changed. Statistic: the surprise of their number; four tests a seat,
 * of more and of less dissent in either direction. Threshold: the false discovery rate
 * false_alarm_ppm over seats times tests (discovery.h).
 */
#include "patterns/detectors.h"

#include "patterns/discovery.h"
#include "patterns/fixed.h"

#include <stdio.h>

enum {
    TESTS = 2 * DIRECTIONS,
    DISSENTS_LEAST = 8,
    VOTES_LEAST = 8, /* in each period and direction */
};

struct period {
    uint32_t votes, dissents;
    uint64_t share;
};

struct look {
    struct period recent, before;
    uint32_t surprise;
};

struct judged {
    struct look looks[SEATS_MAX][TESTS]; /* more, less; each by direction */
};

static size_t state_size(const struct pattern_rules *rules)
{
    (void)rules;
    return sizeof(struct judged);
}

/* That there is so much in a, beside b. */
static uint32_t surprise_at(const struct period *a, const struct period *b)
{
    uint32_t all = a->dissents + b->dissents;
    uint64_t whole = a->share + b->share;
    if (all < DISSENTS_LEAST || a->votes < VOTES_LEAST || b->votes < VOTES_LEAST ||
        a->dissents * whole <= all * a->share) {
        return 0;
    }
    return surprise_of(binomial_tail(all, a->dissents, probability_of(a->share, whole)));
}

static bool is_same(const struct period *a, const struct period *b)
{
    return a->votes == b->votes && a->dissents == b->dissents && a->share == b->share;
}

static void look_at(const struct patterns *p, struct look *looks, uint16_t seat)
{
    const struct dissent_sum *all = dissents_window(&p->dissents, seat);
    const struct dissent_sum *new = dissents_recent(&p->dissents, seat);
    for (int i = 0; i < DIRECTIONS; i++) {
        struct look *more = &looks[i], *less = &looks[DIRECTIONS + i];
        struct period recent = {new[i].votes, new[i].dissents, new[i].share};
        struct period before = {all[i].votes - recent.votes,
                                all[i].dissents - recent.dissents,
                                all[i].share - recent.share};
        if (!is_same(&recent, &more->recent) || !is_same(&before, &more->before)) {
            *more = (struct look){recent, before, surprise_at(&recent, &before)};
            *less = (struct look){recent, before, surprise_at(&before, &recent)};
        }
    }
}

static uint32_t find_limit(const struct patterns *p, const struct judged *j)
{
    uint32_t surprises[SEATS_MAX * TESTS];
    uint32_t ppm = p->rules.watch.false_alarm_ppm, least = surprise_limit(ppm, 1);
    size_t count = 0;
    for (uint16_t seat = 0; seat < p->rules.seats; seat++) {
        for (int i = 0; i < TESTS; i++) {
            surprises[count] = j->looks[seat][i].surprise;
            count += j->looks[seat][i].surprise >= least;
        }
    }
    return discovery_limit(surprises, count, p->rules.seats * (uint32_t)TESTS, ppm);
}

static void raise_it(struct patterns *p, const struct look *l, int test, uint16_t seat,
                     uint32_t limit, const struct decided *d)
{
    bool approves = test % DIRECTIONS == CHOICE_APPROVE, more = test < DIRECTIONS;
    struct sight s = {.kind = FLAG_CHANGED,
                      .seat = seat,
                      .statistic = l->surprise,
                      .threshold = limit,
                      .observed = l->recent.dissents,
                      .of = l->recent.votes,
                      .expected_milli =
                          l->before.dissents * 1000 * l->recent.share / l->before.share,
                      .class_index = FINDING_NO_CLASS,
                      .proposal = &d->proposal};
    (void)snprintf(s.text, sizeof(s.text),
                   "%s against the others %s often than before: %u of %u recent, before "
                   "that %u of %u",
                   approves ? "approves" : "rejects", more ? "more" : "less",
                   l->recent.dissents, l->recent.votes, l->before.dissents,
                   l->before.votes);
    book_raise(p->book, &s);
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r)
{
    struct judged *j = state;
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        look_at(p, j->looks[seat - 1], seat);
    }
    uint32_t limit = find_limit(p, j);
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct look *looks = j->looks[seat - 1];
        int best = 0;
        for (int i = 1; i < TESTS; i++) {
            best = looks[i].surprise > looks[best].surprise ? i : best;
        }
        if (looks[best].surprise >= limit) {
            raise_it(p, &looks[best], best, seat, limit, d);
        } else if (looks[best].surprise < limit / 2) {
            book_calm(p->book, FLAG_CHANGED, seat, p->rules.watch.recent);
        }
    }
}

const struct detector detect_changed = {.state_size = state_size, .decided = decided};
