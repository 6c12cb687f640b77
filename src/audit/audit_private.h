/* SPDX-License-Identifier: ISC */
/* What the files of the audit share. Each check returns false after noting a difference,
 * the first of which ends the audit. */
#ifndef CONCLAVE_AUDIT_AUDIT_PRIVATE_H
#define CONCLAVE_AUDIT_AUDIT_PRIVATE_H

#include "audit/audit.h"
#include "audit/recount.h"
#include "council/council.h"
#include "crypto/authenticate.h"

struct audit {
    const struct charter *charter;
    struct ledger *ledger;
    const struct audit_options *options;
    struct audit_report *report;
    struct council *council;
    struct recount *recount;
    struct authenticator authenticator;
    struct public_key keys[SEATS_MAX];
    struct certificate *cover; /* the last one read, which covers what is below it */
    /* What a store of an older build lacks before a node of this one has run on it. */
    bool keeps_effects, keeps_tree, keeps_deeds;
};

bool audit_differs(struct audit *a, enum audit_part part, uint64_t height,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Records, index and tree, as the block changed them. */
bool audit_events(struct audit *a, const struct block *b,
                  const struct council_result *result);
/* That there is nothing more in them than the blocks gave. */
bool audit_no_more(struct audit *a);
/* That the tree of decisions has the root that the council computes. */
bool audit_tree(struct audit *a);
/* That leaf and nodes of this record, the next one, are in the tree. */
bool audit_leaf(struct audit *a, uint64_t height, uint64_t number, struct slice record);
/* What the seat signed, its ballots and flags. */
bool audit_own(struct audit *a);
/* Adds to the report's figures; they decide nothing. */
void audit_count_block(struct audit_report *r, const struct block *b);
void audit_count_operation(struct audit_report *r, const struct operation *op,
                           uint64_t height);
void audit_count_certificate(struct audit_report *r, const struct certificate *c);
void audit_count_record(struct audit_report *r, const struct record *record);

#endif
