/* SPDX-License-Identifier: ISC */
/*
 * The council's state and what its files do for each other. Seats index arrays by
 * seat - 1. Sections are those of conclave-protocol(7).
 */
#ifndef CONCLAVE_COUNCIL_STATE_H
#define CONCLAVE_COUNCIL_STATE_H

#include "council/council.h"
#include "council/known.h"
#include "hash/merkle.h"

/* A proposal that is not final, with what only the council needs. */
struct live {
    struct proposal p;         /* p.committed counts unexpelled seats only */
    struct bytes *operation;   /* what p.content points into */
    struct bytes **rationales; /* [seat - 1] */
    uint16_t seats;
    uint32_t awaited;         /* active seats without a ballot */
    uint32_t unrevealed;      /* unexpelled seats with a sealed ballot */
    uint32_t ballots_at_seal; /* p.committed when SEALED ended */
};

struct finished {
    struct record record;
    struct buffer encoding;
    struct bytes *operation; /* its PROPOSE */
};

struct absences {
    uint32_t withheld, missed;
};

struct council {
    struct council_rules rules;
    uint32_t faulty; /* f */

    /* The last applied block. */
    uint64_t height, time_ms, view;
    struct hash effects, decisions_root, state_root;
    struct merkle_tree decisions;
    uint64_t cover_height;

    struct known known;
    struct live **live; /* in the order of their PROPOSEs */
    size_t live_count, live_capacity;
    uint32_t open[SEATS_MAX]; /* live proposals of each seat */

    uint64_t convicted_at[SEATS_MAX]; /* height, 0: not convicted */
    uint32_t expelled_count;
    uint16_t suspended[SEATS_MAX]; /* seat numbers, the first chosen first */
    uint32_t suspended_count;
    uint64_t epoch; /* from 0 */
    uint32_t epoch_finals;
    struct absences absences[SEATS_MAX]; /* in this epoch */

    bool returned;      /* a RETURN took effect, */
    uint64_t return_ms; /* in a block of this time */

    struct seat_totals totals[SEATS_MAX];

    /* Of the last applied block; handed out until the next. */
    struct council_event *events;
    size_t event_count, event_capacity;
    struct buffer deeds;
    struct finished **finished;
    size_t finished_count, finished_capacity;
};

/* The block an operation is judged for. */
struct now {
    uint64_t height, time_ms, view;
};

/* council.c: a zeroed event of this kind at the end of the list; proposal may be NULL. */
struct council_event *council_emit(struct council *c, enum council_event_kind kind,
                                   uint16_t seat, const struct hash *proposal);

/* operations.c */
struct subject {
    const struct brief *brief;
    struct slice encoding;
    uint16_t seat;
    struct live *live; /* the brief's proposal while it is not final */
};
/* An operation of an authentic envelope, and what it is about. */
void operation_read(const struct council *c, const struct envelope *e, uint32_t index,
                    struct subject *out);
/* The operation itself, for the few questions that need it. */
void operation_decode(const struct subject *s, struct operation *out);
/* What would become of it in a block, without doing it. */
enum verdict operation_verdict(const struct council *c, const struct now *now,
                               const struct subject *s);
bool operation_opens(const struct council *c, const struct subject *s);
/* Judges and carries out; sets *rotate when a RETURN took effect. */
enum verdict operation_apply(struct council *c, const struct envelope *e, uint32_t index,
                             bool *rotate);

/* proposal.c */
void proposal_open(struct council *c, const struct subject *s);
void proposal_commit(struct council *c, struct live *l, const struct subject *s);
void proposal_reveal(struct council *c, struct live *l, const struct subject *s);
/* Takes a convicted seat out of what the proposal counts and waits for. */
void proposal_expel(struct live *l, uint16_t seat);
/* Makes the step that is due after this block's operations, if any. */
enum proposal_step proposal_step(struct council *c, struct live *l);
/* Block time of its next step; 0: due already. */
uint64_t proposal_deadline(const struct council *c, const struct live *l);
/* Block time that ends its phase, whatever else happens. */
uint64_t proposal_phase_deadline(const struct live *l);
void proposal_free(struct live *l);

/* record.c */
void record_finish(struct council *c, struct live *l);

/* epoch.c */
void epoch_convict(struct council *c, uint16_t seat, enum evidence_kind kind);
void epoch_count(struct council *c, const struct record *r);
/* Ends the epoch if this block completed it. */
bool epoch_close(struct council *c);

#endif
