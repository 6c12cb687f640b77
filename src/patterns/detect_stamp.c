/* SPDX-License-Identifier: ISC */
/*
 * Rubber stamps: a seat that approves, whatever the others see.
 *
 * Null hypothesis: it rejects with at least a third of the probability that the others
 * do, whose share of rejections in a decision is r: an approval has 1 - r/3 at most.
 * Statistic: the surprise, -log2, of its approvals in a row, which is the sum of those of
 * each; a rejection ends the row, an abstention does not. Threshold: the surprise of
 * false_alarm_ppm shared by all rows there are, of each seat in all decisions and in those
 * of each class: a row that was long by chance is not judged again from its middle
 * (Bonferroni).
 */
#include "patterns/detectors.h"

#include "patterns/fixed.h"

#include <stdio.h>

enum {
    VOTES_LEAST = 16,
    /* Of the others' rejections, so many are enough. */
    OWN_PART = 1,
    OWN_WHOLE = 3,
};

/* Approvals in a row. */
struct row {
    uint32_t votes;
    uint64_t surprise; /* in thousandths of a bit */
    uint64_t expected; /* rejections under the null, as shares */
};

static size_t scopes_of(const struct pattern_rules *rules)
{
    return 1 + (rules->classes > 1 ? rules->classes : 0);
}

static size_t state_size(const struct pattern_rules *rules)
{
    return rules->seats * scopes_of(rules) * sizeof(struct row);
}

/* Of the others, who rejected. */
static uint32_t rejections(const struct record *r)
{
    uint32_t others = r->approve + r->reject - 1;
    return others >= DISSENT_OTHERS ? r->reject * SHARE_ONE / others : 0;
}

static void lengthen(struct row *row, uint32_t share)
{
    probability approval =
        probability_of((uint64_t)OWN_WHOLE * SHARE_ONE - OWN_PART * share,
                       (uint64_t)OWN_WHOLE * SHARE_ONE);
    row->votes++;
    row->surprise += surprise_of(approval);
    row->expected += share;
}

static void raise_it(struct patterns *p, const struct row *row, uint16_t seat,
                     uint32_t class_index, uint32_t limit, const struct decided *d)
{
    struct sight s = {.kind = FLAG_RUBBER_STAMP,
                      .seat = seat,
                      .statistic = row->surprise,
                      .threshold = limit,
                      .observed = row->votes,
                      .of = row->votes,
                      .expected_milli =
                          row->votes * UINT64_C(1000) -
                          row->expected * 1000 * OWN_PART / (OWN_WHOLE * SHARE_ONE),
                      .class_index = class_index,
                      .proposal = &d->proposal};
    (void)snprintf(s.text, sizeof(s.text),
                   "approved %u times in a row%s, %u %% of the others' votes being against",
                   row->votes, class_index == FINDING_NO_CLASS ? "" : " in one class",
                   (unsigned)(row->expected * 100 / SHARE_ONE / row->votes));
    book_raise(p->book, &s);
}

/* The row that surprises most, or that of all classes. */
static size_t strongest(const struct row *rows, size_t scopes)
{
    size_t best = 0;
    for (size_t i = 1; i < scopes; i++) {
        best = rows[i].surprise > rows[best].surprise && rows[i].votes >= VOTES_LEAST
                   ? i
                   : best;
    }
    return best;
}

static void count_vote(struct row *row, bool approves, uint32_t share)
{
    if (approves) {
        lengthen(row, share);
    } else {
        *row = (struct row){0};
    }
}

static void look_at_seat(struct patterns *p, struct row *rows, uint16_t seat,
                         const struct decided *d, const struct record *r)
{
    size_t scopes = scopes_of(&p->rules);
    uint32_t limit =
        surprise_limit(p->rules.watch.false_alarm_ppm, (uint32_t)(r->seat_count * scopes));
    bool approves = r->seats[seat - 1].choice == CHOICE_APPROVE;
    count_vote(&rows[0], approves, rejections(r));
    if (scopes > 1) {
        count_vote(&rows[1 + d->class_index], approves, rejections(r));
    }
    size_t best = strongest(rows, scopes);
    const struct row *row = &rows[best];
    if (row->votes >= VOTES_LEAST && row->surprise >= limit) {
        if (best == 0 || best == 1 + d->class_index) {
            raise_it(p, row, seat, best == 0 ? FINDING_NO_CLASS : d->class_index, limit, d);
        }
    } else if (row->surprise < limit / 2) {
        book_calm(p->book, FLAG_RUBBER_STAMP, seat, p->rules.watch.recent);
    }
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r)
{
    struct row *rows = state;
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct seat_record *s = &r->seats[seat - 1];
        if (s->has_reveal && s->choice != CHOICE_ABSTAIN) {
            look_at_seat(p, &rows[(seat - 1U) * scopes_of(&p->rules)], seat, d, r);
        }
    }
}

const struct detector detect_stamp = {.state_size = state_size, .decided = decided};
