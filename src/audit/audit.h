/* SPDX-License-Identifier: ISC */
/*
 * Replays a ledger from block 0 and compares all that the store says with what comes of
 * it: hashes, signatures, certificates, state roots, records and the index of proposals;
 * then what the seat itself signed. The final records are recounted once more by rules
 * that share nothing with the council's. Believes nothing but the charter. A node may run
 * on the store meanwhile: what is judged is the ledger as long as it was at the opening,
 * and no transaction lasts longer than one read.
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
    AUDIT_RECOUNT,     /* which say what the operations of the chain say */
    AUDIT_TREE,        /* the tree over them is the one whose root the council has */
    AUDIT_INDEX,       /* and where the index finds proposals and records */
    AUDIT_OWN,         /* what this seat signed and keeps can be read, and is its own */
    AUDIT_FLAGS,
};
const char *audit_part_name(enum audit_part part); /* "block", "parent", ... */

enum {
    AUDIT_KINDS = OPERATION_RETURN + 1,
    AUDIT_REASONS = REASON_THRESHOLD_UNREACHABLE + 1
};
enum { AUDIT_JOBS_MAX = 64 };

struct audit_options {
    bool quick;    /* without signatures: what the store says was signed is believed */
    bool strict;   /* the ledger ends where its last certificate does */
    unsigned jobs; /* threads that check signatures, at most AUDIT_JOBS_MAX; 0: one */
    /* Told now and then, with how far it is; false ends the audit. May be NULL. */
    bool (*progress)(void *context, uint64_t height, uint64_t target);
    /* Told of each final record, numbered from 0, once it has been recounted. May be NULL.
     */
    void (*decided)(void *context, uint64_t number, const struct record *record,
                    struct slice title);
    void *context;
};

/* What a seat did: of the final records, and in certificates. */
struct audit_seat {
    uint64_t ballots, reveals, withheld, missed, late, certificates;
    uint64_t convicted_at; /* height; 0: it is not */
    enum evidence_kind convicted_of;
};

struct audit_report {
    bool sound, stopped;
    /* The first difference, where it is not sound. */
    enum audit_part part;
    uint64_t height; /* 0: of no block */
    struct complaint text;
    /* What was seen. */
    uint64_t target; /* the height at the opening */
    uint64_t proved; /* the height up to which certificates prove the chain */
    uint64_t blocks, operations, certificates, signatures, records, proposals;
    struct hash tip, state_root, decisions_root;
    uint64_t empty_blocks, by_kind[AUDIT_KINDS], void_operations;
    uint64_t first_ms, last_ms; /* block time; 0 where there is no block */
    uint64_t view,
        view_changes; /* of the last block; blocks of another than their parent's */
    uint64_t decisions[CLASSES_MAX][2], reasons[AUDIT_REASONS]; /* [class][outcome] */
    struct audit_seat seats[SEATS_MAX];
    /* What is no fault of the ledger, but worth knowing; "" for nothing. */
    struct complaint tail, standing, ballots;
};

void audit(const struct charter *charter, struct ledger *ledger,
           const struct audit_options *options, struct audit_report *out);

#endif
