/* SPDX-License-Identifier: ISC */
/* Two copies of one council's ledger, each audited before. */
#ifndef CONCLAVE_AUDIT_COMPARE_H
#define CONCLAVE_AUDIT_COMPARE_H

#include "audit/audit.h"

enum comparison_kind {
    COMPARISON_SAME,
    COMPARISON_SHORTER, /* one ends earlier, and is the same up to there */
    COMPARISON_DAMAGED, /* not a difference of the council's: a copy does not hold by itself
                         */
    COMPARISON_FORK,    /* two blocks of one height are certified */
};
const char *comparison_name(enum comparison_kind kind); /* "same", "shorter", ... */

struct audited {
    struct ledger *ledger;
    const struct audit_report *report;
};

/* What a copy shows for the height at which the two part. */
struct comparison_side {
    struct hash block;
    uint64_t view;    /* of the block */
    bool certified;   /* by certificate, or a descendant of it was */
    struct best what; /* what that certificate certifies */
};

struct comparison {
    enum comparison_kind kind;
    uint64_t agreed; /* every block up to this height is the same */
    uint64_t height; /* of the first that is not; 0: none */
    struct comparison_side sides[2];
    /* Of a fork: who signed both certificates; one_vote: they are of one view and height,
     * so each of these signed two COMMITs that exclude each other, which convicts it. */
    bool one_vote;
    uint16_t both_count;
    uint16_t both[SEATS_MAX];
};

void compare(const struct audited copies[2], struct comparison *out);

#endif
