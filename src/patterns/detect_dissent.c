/* SPDX-License-Identifier: ISC */
/*
 * Persistent dissent, and votes without relation to the matter.
 *
 * Null hypothesis: in each decision the seat is of the others' minority with at most twice
 * the probability that the others were, and dissent_percent points more, never above one
 * half. Statistic: its dissents. Their probability under the null is at most the tail of a
 * binomial distribution by the mean of those probabilities (Hoeffding, "On the distribution
 * of the number of successes in independent trials", 1956), which is the exact binomial
 * test. It is made of all decisions of the window, of the clear ones and of those of each
 * class, since a seat may be bought on one topic. Threshold: the false discovery rate
 * false_alarm_ppm (discovery.h) over seats times tests.
 *
 * A seat that is found by all its votes, and whose dissent in clear decisions a fair coin
 * explains in both directions, tosses one: coin-flip. The others' positions, not the
 * outcome, are what it is compared with, since a threshold of two thirds turns many
 * majorities into losers.
 */
#include "patterns/detectors.h"

#include "patterns/discovery.h"
#include "patterns/fixed.h"

#include <stdio.h>

enum {
    VOTES_LEAST = 16,
    SCOPE_ALL = 0,
    SCOPE_CLEAR = 1,
    SCOPE_CLASS = 2,       /* and so on, by class */
    COIN_SURPRISE = 5000,  /* what contradicts a coin, */
    COIN_OVERTURNED = 8000 /* and what does once that was the finding */
};

/* A test, as it was when its sums changed last. */
struct look {
    uint32_t votes, dissents;
    uint64_t tolerated;
    uint32_t surprise;
};

struct judged {
    uint32_t limit;
    struct look looks[]; /* [(seat - 1) * scopes + scope] */
};

static size_t scopes_of(const struct pattern_rules *rules)
{
    return SCOPE_CLASS + (rules->classes > 1 ? rules->classes : 0);
}

static size_t state_size(const struct pattern_rules *rules)
{
    return sizeof(struct judged) + rules->seats * scopes_of(rules) * sizeof(struct look);
}

static struct dissent_sum sum_of(const struct patterns *p, uint16_t seat, size_t scope)
{
    const struct dissents *d = &p->dissents;
    return dissent_sum_both(scope == SCOPE_ALL ? dissents_window(d, seat)
                            : scope == SCOPE_CLEAR
                                ? dissents_clear(d, seat)
                                : dissents_class(d, seat, (uint32_t)(scope - SCOPE_CLASS)));
}

static uint32_t surprise_at(const struct dissent_sum *s)
{
    /* Not more than the null expects: nothing to be reckoned. */
    if (s->votes < VOTES_LEAST || (uint64_t)s->dissents * SHARE_ONE <= s->tolerated) {
        return 0;
    }
    probability p = probability_of(s->tolerated, (uint64_t)s->votes * SHARE_ONE);
    return surprise_of(binomial_tail(s->votes, s->dissents, p));
}

static void look_at(const struct patterns *p, struct look *l, uint16_t seat, size_t scope)
{
    struct dissent_sum s = sum_of(p, seat, scope);
    if (l->votes != s.votes || l->dissents != s.dissents || l->tolerated != s.tolerated) {
        *l = (struct look){s.votes, s.dissents, s.tolerated, surprise_at(&s)};
    }
}

/* --- a finding --- */

static void put_text(struct sight *s, bool coin, size_t scope, uint64_t tolerated_percent)
{
    const char *where = scope == SCOPE_CLEAR ? "clear decisions"
                        : scope == SCOPE_ALL ? "decisions"
                                             : "decisions of one class";
    if (coin) {
        (void)snprintf(s->text, sizeof(s->text),
                       "votes like a coin: %u of %u %s against the others",
                       (unsigned)s->observed, (unsigned)s->of, where);
    } else {
        (void)snprintf(s->text, sizeof(s->text),
                       "in %u of %u %s against the others' majority; %u %% tolerated",
                       (unsigned)s->observed, (unsigned)s->of, where,
                       (unsigned)tolerated_percent);
    }
}

static bool is_even(const struct dissent_sum *s, uint32_t surprise)
{
    const probability half = PROBABILITY_ONE / 2;
    return surprise_of(binomial_tail(s->votes, s->dissents, half)) < surprise &&
           surprise_of(binomial_tail(s->votes, s->votes - s->dissents, half)) < surprise;
}

/* Whether a coin explains how it voted where the matter was clear, for both directions:
 * who always approves is right half of the time, too. */
static bool is_coin(const struct patterns *p, uint16_t seat)
{
    const struct dissent_sum *directions = dissents_clear(&p->dissents, seat);
    struct dissent_sum both = dissent_sum_both(directions);
    bool was = book_find(p->book, FLAG_COIN_FLIP, seat) != NULL;
    uint32_t enough = was ? COIN_OVERTURNED : COIN_SURPRISE;
    return both.votes >= VOTES_LEAST && is_even(&both, enough) &&
           is_even(&directions[CHOICE_REJECT], enough) &&
           is_even(&directions[CHOICE_APPROVE], enough);
}

static void raise_it(struct patterns *p, const struct judged *j, const struct look *l,
                     uint16_t seat, size_t scope, const struct decided *d)
{
    bool coin = scope < SCOPE_CLASS && is_coin(p, seat);
    enum flag_kind kind = coin ? FLAG_COIN_FLIP : FLAG_DISSENT;
    book_clear(p->book, coin ? FLAG_DISSENT : FLAG_COIN_FLIP, seat);
    if (book_find(p->book, kind, seat) != NULL &&
        !dissents_last(&p->dissents, seat)->is_dissent) {
        return;
    }
    struct sight s = {.kind = kind,
                      .seat = seat,
                      .statistic = l->surprise,
                      .threshold = j->limit,
                      .observed = l->dissents,
                      .of = l->votes,
                      .expected_milli = l->tolerated * 1000 / SHARE_ONE,
                      .class_index = scope < SCOPE_CLASS ? FINDING_NO_CLASS
                                                         : (uint32_t)(scope - SCOPE_CLASS),
                      .proposal = &d->proposal};
    put_text(&s, coin, scope, l->tolerated * 100 / SHARE_ONE / l->votes);
    book_raise(p->book, &s);
}

/* The test that surprises most. */
static size_t strongest(const struct look *looks, size_t scopes)
{
    size_t best = 0;
    for (size_t i = 1; i < scopes; i++) {
        best = looks[i].surprise > looks[best].surprise ? i : best;
    }
    return best;
}

static void find_limit(const struct patterns *p, struct judged *j, size_t tests)
{
    uint32_t surprises[SEATS_MAX * (SCOPE_CLASS + CLASSES_MAX)];
    uint32_t least = surprise_limit(p->rules.watch.false_alarm_ppm, 1);
    size_t count = 0;
    for (size_t i = 0; i < tests; i++) {
        surprises[count] = j->looks[i].surprise;
        count += j->looks[i].surprise >= least;
    }
    j->limit =
        discovery_limit(surprises, count, (uint32_t)tests, p->rules.watch.false_alarm_ppm);
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r)
{
    struct judged *j = state;
    size_t scopes = scopes_of(&p->rules);
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        for (size_t scope = 0; scope < scopes; scope++) {
            look_at(p, &j->looks[(seat - 1U) * scopes + scope], seat, scope);
        }
    }
    find_limit(p, j, r->seat_count * scopes);
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct look *looks = &j->looks[(seat - 1U) * scopes];
        size_t scope = strongest(looks, scopes);
        if (looks[scope].surprise >= j->limit) {
            raise_it(p, j, &looks[scope], seat, scope, d);
        } else if (looks[scope].surprise < j->limit / 2) {
            book_calm(p->book, FLAG_DISSENT, seat, p->rules.watch.recent);
            book_calm(p->book, FLAG_COIN_FLIP, seat, p->rules.watch.recent);
        }
    }
}

const struct detector detect_dissent = {.state_size = state_size, .decided = decided};
