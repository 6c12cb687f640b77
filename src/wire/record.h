/* SPDX-License-Identifier: ISC */
/*
 * The decision record of conclave-protocol(7) section 8 point 7, as data: council makes
 * it, ledger keeps it, verify recounts it.
 */
#ifndef CONCLAVE_WIRE_RECORD_H
#define CONCLAVE_WIRE_RECORD_H

#include "wire/types.h"

enum seat_status {
    STATUS_REVEALED = 0,
    STATUS_EXPELLED = 1,
    STATUS_WITHHELD = 2,
    STATUS_LATE = 3,
    STATUS_MISSED = 4,
    STATUS_NOT_AWAITED = 5,
};

enum outcome { OUTCOME_REJECTED = 0, OUTCOME_APPROVED = 1 };

enum reason {
    REASON_NONE = 0,
    REASON_TOO_FEW_BALLOTS = 1,
    REASON_DEADLINE = 2,
    REASON_THRESHOLD_UNREACHABLE = 3,
};

struct moment {
    uint64_t height;
    uint64_t time_ms;
};

/* What one seat did about one proposal. Absent parts are unset flags and zero. */
struct seat_record {
    enum seat_status status;
    bool has_ballot; /* commitment and ballot_height are set */
    struct hash commitment;
    uint64_t ballot_height;
    bool has_reveal; /* choice, confidence, rationale_hash, reveal_height are set */
    enum choice choice;
    uint8_t confidence;
    struct hash rationale_hash; /* H("conclave/1/rationale", rationale) */
    uint64_t reveal_height;
};

struct record {
    struct hash proposal;
    uint32_t class_index;
    uint32_t threshold;
    struct moment opened, sealed, decided, final;
    uint16_t seat_count;
    bool active[SEATS_MAX]; /* active[seat - 1]: waited for */
    enum outcome outcome;
    enum reason reason;
    uint32_t approve, reject, abstain;
    struct seat_record seats[SEATS_MAX];
};

/* [proposal_id, class, T, opened, sealed, decided, final, active, outcome, reason,
 * [approve, reject, abstain], seats] */
void codec_encode_record(struct buffer *out, const struct record *r);
/* 0 or a decoding error as in wire/codec.h. */
int codec_decode_record(struct slice input, struct record *out);

const char *choice_name(enum choice c);           /* "approve", ... */
const char *seat_status_name(enum seat_status s); /* "not-awaited", ... */
const char *outcome_name(enum outcome o);
const char *reason_name(enum reason r); /* "too-few-ballots", ...; "" for none */

/* What a proposal did at the end of a block; the codes stand in effects (section 6). */
enum proposal_step {
    STEP_NONE = 0,
    STEP_SEALED = 1,  /* SEALED ended */
    STEP_DECIDED = 2, /* the outcome is fixed */
    STEP_FINAL = 3,
};

/* Why an operation had no effect; the codes stand in effects (section 6). */
enum verdict {
    VERDICT_EFFECT = 0,
    VERDICT_EXPELLED = 1,  /* the seat is expelled */
    VERDICT_DUPLICATE = 2, /* the same operation took effect before */
    VERDICT_UNKNOWN_PROPOSAL = 3,
    VERDICT_EARLY = 4,         /* a REVEAL while ballots are sealed */
    VERDICT_LATE = 5,          /* a BALLOT after SEALED: marks the seat late */
    VERDICT_CLOSED = 6,        /* the proposal is final */
    VERDICT_CONFLICT = 7,      /* a second, different BALLOT */
    VERDICT_NO_COMMITMENT = 8, /* a REVEAL without a BALLOT */
    VERDICT_BAD_OPENING = 9,   /* a REVEAL that does not open the commitment */
    VERDICT_QUOTA = 10,        /* more open proposals than the charter allows */
    VERDICT_CONVICTED = 11,    /* EVIDENCE against a seat already convicted */
    VERDICT_STALE_VIEW = 12,   /* a RETURN for a view below its block's */
    VERDICT_TOO_SOON = 13,     /* a RETURN within the interval of the last */
};

const char *verdict_name(enum verdict v);              /* "effect", "bad-opening", ... */
const char *evidence_kind_name(enum evidence_kind k);  /* "prepare", "new-view", ... */
const char *evidence_kind_words(enum evidence_kind k); /* "two ballots on one proposal" */

#endif
