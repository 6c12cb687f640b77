/* SPDX-License-Identifier: ISC */
/*
 * Replays a ledger from block 0 and compares all that the store says with what comes of
 * it: hashes, signatures, certificates, state roots, records and the index of proposals;
 * then what the seat itself signed. Believes nothing but the charter. A node may run on
 * the store meanwhile: what is judged is the ledger as long as it was at the opening, and
 * no transaction lasts longer than one read.
 */
#ifndef CONCLAVE_AUDIT_AUDIT_H
#define CONCLAVE_AUDIT_AUDIT_H

#include "charter/charter.h"
#include "ledger/ledger.h"

enum audit_part {
    AUDIT_BLOCK,       /* what is stored is the block of its height, */
    AUDIT_PARENT,      /* follows from the one before, */
    AUDIT_SIGNATURES,  /* and its envelopes are authentic */
    AUDIT_CERTIFICATE, /* a quorum signed what is certified, and all is covered */
    AUDIT_STATE,       /* the state roots are those of the replay */
    AUDIT_RECORD,      /* so are the final records, */
    AUDIT_INDEX,       /* and where the index finds proposals and records */
    AUDIT_OWN,         /* what this seat signed and keeps can be read, and is its own */
    AUDIT_FLAGS,
};
const char *audit_part_name(enum audit_part part); /* "block", "parent", ... */

struct audit_options {
    bool quick; /* without signatures: what the store says was signed is believed */
    /* Told now and then, with how far it is; false ends the audit. May be NULL. */
    bool (*progress)(void *context, uint64_t height, uint64_t target);
    void *context;
};

struct audit_report {
    bool sound, stopped;
    /* The first difference, where it is not sound. */
    enum audit_part part;
    uint64_t height; /* 0: of no block */
    struct complaint text;
    /* What was seen. */
    uint64_t target; /* the height at the opening */
    uint64_t blocks, operations, certificates, signatures, records, proposals;
    struct hash tip, state_root;
    /* What is no fault of the ledger, but worth knowing; "" for nothing. */
    struct complaint marks, standing, ballots;
};

void audit(const struct charter *charter, struct ledger *ledger,
           const struct audit_options *options, struct audit_report *out);

#endif
