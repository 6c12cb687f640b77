/* SPDX-License-Identifier: ISC */
/*
 * A finding from the ledger: what every node computes alike from the final decisions, and
 * anyone can compute again. Kinds are those of flags (watch/flag.h), numbers are integers,
 * and times are block time.
 */
#ifndef CONCLAVE_PATTERNS_FINDING_H
#define CONCLAVE_PATTERNS_FINDING_H

#include "base/seat_set.h"
#include "watch/flag.h"

#define FINDING_NO_CLASS    UINT32_MAX
#define FINDING_NO_DECISION UINT64_MAX

/* What a detector saw when it looked last. */
struct sight {
    enum flag_kind kind;
    uint16_t seat; /* of a bloc its lowest; 0: the council */
    /* The statistic and the threshold that it passed, in the kind's unit: thousandths of a
     * bit of surprise (fixed.h) for what is a test, else as conclave-patterns(7) says; 0
     * and 0 for what is a plain fact. */
    uint64_t statistic, threshold;
    uint64_t observed, of;   /* so many cases of so many; of 0: not counted so */
    uint64_t expected_milli; /* cases that the null hypothesis expects, in thousandths */
    uint32_t class_index;    /* FINDING_NO_CLASS: of all */
    struct seat_set seats;   /* the bloc; whose rationale it resembles; else empty */
    const struct hash *proposal; /* the last one, or NULL */
    char text[FLAG_TEXT_BYTES];
};

struct finding {
    struct sight last;
    bool has_proposal;
    struct hash proposal; /* what last.proposal points to */
    uint64_t count;       /* decisions, or operations, in which it was seen */
    uint64_t first_decision, last_decision; /* FINDING_NO_DECISION: before the first */
    uint64_t first_height, last_height;
    uint64_t first_ms, last_ms;
};

enum finding_step { FINDING_RAISED, FINDING_SEEN_AGAIN, FINDING_CLEARED };
/* In the order in which they came about. */
struct finding_change {
    enum finding_step step;
    struct finding finding; /* as it was then */
};

#endif
