/* SPDX-License-Identifier: ISC */
/*
 * Drift: a seat's approvals, confidence or pace move away from what they were beside the
 * others'.
 *
 * Null hypothesis: what it says, less the mean of the others in the same decision, has the
 * mean and variance that its first DRIFT_BASELINE ballots had; approvals, in standard
 * deviations of the others' share. Statistic: two-sided cumulative sums (Page, "Continuous
 * inspection schemes", 1954) of these residuals in standard deviations, each at most three,
 * less DRIFT_SLACK of one. Threshold: drift_limit standard deviations. What reached it
 * starts again with a new baseline, so that a seat which settled elsewhere is told once.
 *
 * The slack is large since a baseline of 64 ballots has an error of an eighth of a standard
 * deviation, and what is smaller than the slack is not drift.
 */
#include "patterns/detectors.h"

#include "patterns/fixed.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    MILLI = 1000,
    DRIFT_BASELINE = 64, /* ballots */
    DRIFT_SLACK = 750,   /* thousandths of a standard deviation */
    RESIDUAL_MOST = 3 * MILLI,
    PACE_MOST = 50, /* blocks; slower ones count as so many */
};

enum habit { HABIT_APPROVAL, HABIT_CONFIDENCE, HABIT_PACE, HABITS };

/* Values are thousandths: of an approval, of a point of 100, of a block. The least standard
 * deviation of their residuals keeps what hardly varies from drifting by a hair. */
static const struct {
    const char *up, *down;
    uint32_t least_deviation;
} habits[HABITS] = {
    [HABIT_APPROVAL] = {"approves more than it did, beside the others",
                        "approves less than it did, beside the others", 3 * MILLI / 4},
    [HABIT_CONFIDENCE] = {"more confident than it was, beside the others",
                          "less confident than it was, beside the others", 5 * MILLI},
    [HABIT_PACE] = {"its ballots come later than they did, beside the others'",
                    "its ballots come earlier than they did, beside the others'",
                    2 * MILLI},
};

struct chart {
    uint32_t count; /* ballots, of the baseline at first */
    int64_t sum, squares;
    int64_t mean, deviation; /* once it has that many */
    int64_t up, down;        /* the sums */
};

struct drifts {
    struct chart charts[SEATS_MAX][HABITS];
};

static size_t state_size(const struct pattern_rules *rules)
{
    (void)rules;
    return sizeof(struct drifts);
}

/* --- what a seat says --- */

static bool value_of(const struct record *r, uint16_t seat, enum habit h, int64_t *out)
{
    const struct seat_record *s = &r->seats[seat - 1];
    uint32_t blocks = record_ballot_blocks(r, seat);
    switch (h) {
    case HABIT_APPROVAL:
        *out = s->choice == CHOICE_APPROVE ? MILLI : 0;
        return s->has_reveal && s->choice != CHOICE_ABSTAIN;
    case HABIT_CONFIDENCE:
        *out = (int64_t)s->confidence * MILLI;
        return s->has_reveal;
    case HABIT_PACE:
        *out = (int64_t)(blocks < PACE_MOST ? blocks : PACE_MOST) * MILLI;
        return s->has_ballot;
    case HABITS:
        break;
    }
    return false;
}

/* Beside the others, by the sum of theirs. An approval is in standard deviations of one
 * whose probability is the others' share by the rule of succession, so that harder matters
 * do not make it vary more. */
static int64_t residual_of(enum habit h, int64_t value, int64_t sum, int64_t others)
{
    if (h != HABIT_APPROVAL) {
        return value - sum / others;
    }
    int64_t share = (sum + MILLI) / (others + 2);
    return (value - share) * MILLI / (int64_t)root_of((uint64_t)(share * (MILLI - share)));
}

/* --- a chart --- */

static void learn(struct chart *c, int64_t residual, int64_t least)
{
    c->count++;
    c->sum += residual;
    c->squares += residual * residual;
    if (c->count == DRIFT_BASELINE) {
        c->mean = c->sum / DRIFT_BASELINE;
        int64_t variance = c->squares / DRIFT_BASELINE - c->mean * c->mean;
        int64_t deviation = variance > 0 ? (int64_t)root_of((uint64_t)variance) : 0;
        c->deviation = deviation > least ? deviation : least;
    }
}

static int64_t at_least_0(int64_t x)
{
    return x > 0 ? x : 0;
}

static void follow(struct chart *c, int64_t residual)
{
    int64_t z = (residual - c->mean) * MILLI / c->deviation;
    z = z > RESIDUAL_MOST ? RESIDUAL_MOST : z < -RESIDUAL_MOST ? -RESIDUAL_MOST : z;
    c->count++;
    c->up = at_least_0(c->up + z - DRIFT_SLACK);
    c->down = at_least_0(c->down - z - DRIFT_SLACK);
}

static int64_t larger(const struct chart *c)
{
    return c->up > c->down ? c->up : c->down;
}

static void raise_it(struct patterns *p, const struct chart *c, enum habit h, uint16_t seat,
                     const struct decided *d)
{
    struct sight s = {.kind = FLAG_DRIFT,
                      .seat = seat,
                      .statistic = (uint64_t)larger(c),
                      .threshold = (uint64_t)p->rules.watch.drift_limit * MILLI,
                      .class_index = FINDING_NO_CLASS,
                      .proposal = &d->proposal};
    (void)snprintf(s.text, sizeof(s.text), "%s",
                   c->up > c->down ? habits[h].up : habits[h].down);
    book_raise(p->book, &s);
}

static void look_at_habit(struct patterns *p, struct drifts *f, enum habit h,
                          const struct decided *d, const struct record *r)
{
    int64_t values[SEATS_MAX], sum = 0, count = 0;
    bool has[SEATS_MAX];
    const int64_t limit = (int64_t)p->rules.watch.drift_limit * MILLI;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        has[i] = value_of(r, (uint16_t)(i + 1), h, &values[i]);
        sum += has[i] ? values[i] : 0;
        count += has[i];
    }
    for (uint16_t i = 0; count > DISSENT_OTHERS && i < r->seat_count; i++) {
        struct chart *c = &f->charts[i][h];
        if (!has[i]) {
            continue;
        }
        int64_t residual = residual_of(h, values[i], sum - values[i], count - 1);
        if (c->count < DRIFT_BASELINE) {
            learn(c, residual, habits[h].least_deviation);
        } else {
            follow(c, residual);
        }
        if (larger(c) >= limit) {
            raise_it(p, c, h, (uint16_t)(i + 1), d);
            *c = (struct chart){0};
        }
    }
}

/* Its charts have baselines, and no sum is near the limit. */
static bool is_calm(const struct drifts *f, uint16_t seat, int64_t limit)
{
    for (int h = 0; h < HABITS; h++) {
        const struct chart *c = &f->charts[seat - 1][h];
        if (c->count < DRIFT_BASELINE || larger(c) >= limit / 2) {
            return false;
        }
    }
    return true;
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r)
{
    struct drifts *f = state;
    for (int h = 0; h < HABITS; h++) {
        look_at_habit(p, f, (enum habit)h, d, r);
    }
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        if (is_calm(f, seat, (int64_t)p->rules.watch.drift_limit * MILLI)) {
            book_calm(p->book, FLAG_DRIFT, seat, p->rules.watch.recent);
        }
    }
}

const struct detector detect_drift = {.state_size = state_size, .decided = decided};
