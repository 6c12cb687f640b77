/* SPDX-License-Identifier: ISC */
/*
 * The replicated state machine: proposals, sealed ballots, tally, convictions and epochs,
 * conclave-protocol(7) sections 5, 8 and 9. Pure: the same committed blocks give the same
 * bytes everywhere. council_apply is total; what does not fit is void, with its reason.
 */
#ifndef CONCLAVE_COUNCIL_COUNCIL_H
#define CONCLAVE_COUNCIL_COUNCIL_H

#include "wire/record.h"

/* The rules, from the charter. */
struct council_class {
    uint32_t threshold;
    uint64_t commit_ms, reveal_ms, grace_ms;
    bool emergency;
};

struct council_rules {
    struct hash council_id;
    uint16_t seats; /* n */
    uint32_t class_count;
    struct council_class classes[CLASSES_MAX];
    uint32_t open_proposals;
    uint64_t return_interval_ms;
    uint32_t epoch_decisions;
    uint32_t epoch_absences;
    uint64_t created_ms;
};

struct council;
struct council *council_new(const struct council_rules *rules);
void council_free(struct council *c);

/* --- applying a block --- */

enum council_event_kind {
    COUNCIL_OPENED,    /* proposal, seat = proposer */
    COUNCIL_BALLOT,    /* proposal, seat: a sealed ballot was recorded */
    COUNCIL_LATE,      /* proposal, seat */
    COUNCIL_SEALED,    /* proposal: SEALED ended, OPENING began */
    COUNCIL_REVEALED,  /* proposal, seat: its ballot is open */
    COUNCIL_DECIDED,   /* proposal: the outcome is fixed */
    COUNCIL_FINAL,     /* proposal, seat = proposer, record */
    COUNCIL_CONVICTED, /* seat, evidence */
    COUNCIL_EPOCH,     /* number of the epoch that begins (the first is 0); its suspended
                          seats in council_is_suspended */
    COUNCIL_VOID,      /* seat, operation, verdict, proposal where it has one; opens */
};

/* There is one for each operation of a large block: what only some have shares its place.
 */
struct council_event {
    enum council_event_kind kind;
    uint16_t seat;
    struct hash proposal;
    union {
        struct { /* COUNCIL_FINAL; until the next council_apply */
            const struct record *record;
            struct slice record_encoding;
            struct slice title; /* of the PROPOSE */
        };
        const struct propose *content; /* COUNCIL_OPENED; until the next council_apply */
        struct ballot ballot;          /* COUNCIL_REVEALED; points into the block */
        enum evidence_kind evidence;   /* COUNCIL_CONVICTED: by what */
        uint64_t number;               /* COUNCIL_EPOCH */
        struct {                       /* COUNCIL_VOID */
            enum verdict verdict;
            enum operation_kind operation;
            /* VERDICT_EARLY: the REVEAL opens the seat's commitment, so that it is by this
             * seat, though anybody may send one in its name. */
            bool opens;
        };
    };
};

struct council_result {
    const struct council_event *events; /* until the next council_apply */
    size_t event_count;
    struct slice deeds;        /* what each operation and step did, as effects hashes it:
                                  wire/deeds.h;        until the next council_apply */
    struct hash state_root;    /* after this block */
    uint64_t next_deadline_ms; /* block time at which a step falls due; 0: at once;
                                  UINT64_MAX: none */
    uint64_t cover_height;     /* a header with executed_height >= this is owed, or 0 */
    bool rotate;               /* a RETURN took effect */
};

/* Applies the next block (height one above the last); its operations take effect in
 * order, then deadlines. The block must be authentic. */
void council_apply(struct council *c, const struct block *b, struct council_result *out);

/* --- judging what is not ordered yet, by the executed state (section 5, the pool) --- */

enum judgement_kind {
    JUDGEMENT_ADMIT, /* it has, or may come to have, an effect */
    JUDGEMENT_KEEP,  /* not before another block: unknown proposal, a REVEAL before OPENING,
                        over quota. Ordered now it would be void, so the ledger cannot be
                        filled with it. The caller bounds how many it keeps per channel */
    JUDGEMENT_REFUSE, /* it can never have an effect, or a REVEAL that opens nothing */
};

struct judgement {
    enum judgement_kind kind;
    bool early;           /* a REVEAL while its proposal is SEALED by this state */
    bool emergency;       /* holds a PROPOSE of an emergency class */
    bool over_quota;      /* a PROPOSE for which its seat has no room */
    uint64_t deadline_ms; /* earliest block time that ends a phase for which a BALLOT or
                             REVEAL in it would take effect now; UINT64_MAX: none */
};

/* The most favourable judgement of the operations in the envelope, for a block of that
 * time; an earlier one than the last block's is taken for the next possible one. */
struct judgement council_judge(const struct council *c, const struct envelope *e,
                               uint64_t time_ms);

/* --- looking --- */

enum proposal_phase { PROPOSAL_SEALED = 1, PROPOSAL_OPENING = 2, PROPOSAL_FINAL = 3 };

struct seat_ballot {
    bool committed, revealed, late;
    uint8_t confidence;
    enum choice choice;
    struct hash commitment;
    uint64_t ballot_height, reveal_height;
    struct slice rationale;
};

/* A proposal that is not final. Valid until the next council_apply. */
struct proposal {
    struct hash id;
    uint16_t proposer;
    struct propose content; /* copies that the council owns */
    enum proposal_phase phase;
    uint32_t threshold;
    struct moment opened, sealed, decided;
    bool is_decided;
    enum outcome outcome;
    enum reason reason;
    uint64_t commit_deadline_ms; /* of block time; the grace has its own */
    uint64_t grace_deadline_ms;  /* UINT64_MAX until it runs */
    uint64_t reveal_deadline_ms; /* UINT64_MAX in SEALED */
    uint32_t committed;          /* unexpelled seats with a ballot */
    uint32_t approve, reject, abstain;
    /* [seat - 1], of as many as the council has */
    bool *active; /* waited for; a conviction removes a seat */
    struct seat_ballot *seats;
};

const struct proposal *council_find(const struct council *c, const struct hash *id);
/* Undecided and decided but not final ones, in the order of their PROPOSEs; NULL at the
 * end. */
const struct proposal *council_at(const struct council *c, size_t index);
/* What open proposals wait for of each seat: owed[seat - 1] is 1 for a ballot or several,
 * and 1 more for reveals. */
void council_owed(const struct council *c, uint8_t owed[SEATS_MAX]);
/* Whether a PROPOSE with this id ever took effect; one that was void may come again. */
bool council_knows(const struct council *c, const struct hash *id);

struct council_summary {
    uint64_t height;  /* last applied */
    uint64_t time_ms; /* its block time */
    struct hash effects, decisions_root, state_root;
    uint64_t final_count; /* leaves of the decisions tree */
    uint64_t open_count;
    uint64_t epoch;
    uint32_t epoch_finals; /* of this epoch, so far */
};

void council_summarize(const struct council *c, struct council_summary *out);
bool council_is_expelled(const struct council *c, uint16_t seat);
/* The height of the block that convicted it; 0: none did. */
uint64_t council_convicted_at(const struct council *c, uint16_t seat);
bool council_is_suspended(const struct council *c, uint16_t seat);

/* A seat's count since the first block. */
struct seat_totals {
    uint64_t ballots, reveals, late, missed, withheld;
    uint64_t with_outcome, against_outcome, abstained;
};
void council_seat_totals(const struct council *c, uint16_t seat, struct seat_totals *out);

#endif
