/* SPDX-License-Identifier: ISC */
/*
 * How often a seat was not of the others' majority, beside how often others were not: what
 * the tests of votes have in common. A decision counts for a seat that voted for or against
 * where at least DISSENT_OTHERS others did, and more of them for the one than the other.
 *
 * Dissents are kept by direction, which is the choice that a dissenter makes in that
 * decision: a lenient seat and a strict one dissent in different ones.
 */
#ifndef CONCLAVE_PATTERNS_DISSENTS_H
#define CONCLAVE_PATTERNS_DISSENTS_H

#include "patterns/rules.h"
#include "wire/record.h"

/* The minority's share of the others, by the rule of succession, and probabilities that are
 * made of it, in units of 2^-15; of a share, one half at most. */
enum { SHARE_ONE = 1 << 15, DISSENT_OTHERS = 3, DIRECTIONS = 2 };

/* A decision is clear to a seat when at most a fifth of the others are in the minority. */
enum { CLEAR_SHARE = SHARE_ONE / 5 };

struct dissent_sum {
    uint32_t votes, dissents;
    uint64_t share;     /* of the others' minorities, in sum */
    uint64_t tolerated; /* probabilities of dissent that are no reason to wonder, in sum */
};

/* What one seat did about one decision. */
struct dissent {
    uint16_t share;
    uint8_t direction; /* enum choice: reject or approve */
    bool counts, is_dissent;
};

struct dissents {
    uint16_t seats;
    uint32_t size, recent, classes;
    uint32_t tolerance;           /* the charter's dissent_percent, as a share */
    uint64_t count;               /* of decisions */
    struct dissent *ring;         /* [slot * seats + seat - 1] */
    uint16_t *ring_class;         /* by slot */
    struct dissent_sum *window;   /* [(seat - 1) * DIRECTIONS + direction] */
    struct dissent_sum *newest;   /* likewise, of the recent ones, */
    struct dissent_sum *clear;    /* and of the clear ones in the window */
    struct dissent_sum *by_class; /* [((seat - 1) * classes + class) * DIRECTIONS + ...] */
};

void dissents_begin(struct dissents *d, const struct pattern_rules *rules);
void dissents_end(struct dissents *d);
void dissents_add(struct dissents *d, const struct record *r);
size_t dissents_memory(const struct dissents *d);

/* Of the decision that was added last. */
const struct dissent *dissents_last(const struct dissents *d, uint16_t seat);
/* By direction, two of them. */
const struct dissent_sum *dissents_window(const struct dissents *d, uint16_t seat);
const struct dissent_sum *dissents_clear(const struct dissents *d, uint16_t seat);
const struct dissent_sum *dissents_recent(const struct dissents *d, uint16_t seat);
const struct dissent_sum *dissents_class(const struct dissents *d, uint16_t seat,
                                         uint32_t class_index);
struct dissent_sum dissent_sum_both(const struct dissent_sum *directions);

#endif
