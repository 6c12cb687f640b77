/* SPDX-License-Identifier: ISC */
/*
 * The auditor's library: judges a proof bundle by the charter alone, conclave-protocol(7)
 * section 11. It shares the decoders, the hashes and Ed25519 with the node, nothing that
 * counts or decides. Nothing is believed before it is checked, and nothing is asked of a
 * node or the network.
 */
#ifndef CONCLAVE_VERIFY_VERIFY_H
#define CONCLAVE_VERIFY_VERIFY_H

#include "charter/charter.h"
#include "wire/proof.h"

/* In the order in which they are checked, as section 11 numbers them. */
enum verify_check {
    VERIFY_SHAPE,
    VERIFY_COUNCIL,
    VERIFY_CERTIFICATE,
    VERIFY_STATE,
    VERIFY_RECORD,
    VERIFY_PROPOSAL,
    VERIFY_OPENINGS,
    VERIFY_TALLY,
    VERIFY_HANDS, /* of a full bundle only */
};
enum { VERIFY_CHECKS = VERIFY_HANDS + 1 };
const char *verify_check_name(enum verify_check check); /* "shape", "council", ... */

struct verify_report {
    bool holds;
    unsigned passed;          /* checks that hold, from the first on */
    enum verify_check failed; /* the first that does not, where one does not; */
    struct complaint text;    /* and what is wrong there, with seat and field */
    uint64_t signatures;      /* verified */
    struct hash header_hash;
    struct hash decisions_root; /* of the tree of decisions with proof.count leaves */
};

/* *out is what the bundle says, to be shown; its slices point into bundle. The caller ends
 * with proof_clear, whatever the report says; where the shape is wrong it is empty. */
void verify_proof(const struct charter *charter, struct slice bundle, struct proof *out,
                  struct verify_report *report);

#endif
