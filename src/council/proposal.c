/* SPDX-License-Identifier: ISC */
/* A proposal's life until it is final: conclave-protocol(7) section 8 points 1 to 5. */
#include "council/state.h"

#include "base/alloc.h"
#include "wire/codec.h"

#include <assert.h>
#include <stdlib.h>

static uint64_t add_ms(uint64_t time_ms, uint64_t window_ms)
{
    return window_ms > UINT64_MAX - time_ms ? UINT64_MAX : time_ms + window_ms;
}

static const struct council_class *class_of(const struct council *c, const struct live *l)
{
    return &c->rules.classes[l->p.content.class_index];
}

static struct moment moment_now(const struct council *c)
{
    return (struct moment){.height = c->height, .time_ms = c->time_ms};
}

/* --- operations --- */

static struct live *live_new(uint16_t seats)
{
    struct live *l = alloc_zero(1, sizeof *l);
    l->seats = seats;
    l->rationales = alloc_zero(seats, sizeof(struct bytes *));
    l->p.active = alloc_zero(seats, sizeof(bool));
    l->p.seats = alloc_zero(seats, sizeof(struct seat_ballot));
    return l;
}

void proposal_open(struct council *c, const struct subject *s)
{
    struct live *l = live_new(c->rules.seats);
    struct operation own;
    l->operation = bytes_copy(s->encoding);
    int error = codec_decode_operation(bytes_slice(l->operation), &own);
    assert(error == 0);
    struct proposal *p = &l->p;
    p->id = s->brief->proposal;
    p->proposer = s->seat;
    p->content = own.propose;
    p->phase = PROPOSAL_SEALED;
    p->threshold = class_of(c, l)->threshold;
    p->opened = moment_now(c);
    p->commit_deadline_ms = add_ms(c->time_ms, class_of(c, l)->commit_ms);
    p->grace_deadline_ms = UINT64_MAX;
    p->reveal_deadline_ms = UINT64_MAX;
    /* Point 1: the active set, neither expelled nor suspended, is fixed at this block. */
    for (uint16_t seat = 1; seat <= c->rules.seats; seat++) {
        p->active[seat - 1] =
            !council_is_expelled(c, seat) && !council_is_suspended(c, seat);
        l->awaited += p->active[seat - 1];
    }

    if (c->live_count == c->live_capacity) {
        c->live_capacity = c->live_capacity == 0 ? 16 : 2 * c->live_capacity;
        c->live = alloc_resize(c->live, c->live_capacity, sizeof(struct live *));
    }
    c->live[c->live_count++] = l;
    known_add(&c->known, &p->id, l);
    c->open[p->proposer - 1]++;
    council_emit(c, COUNCIL_OPENED, p->proposer, &p->id)->content = &p->content;
}

void proposal_commit(struct council *c, struct live *l, const struct subject *s)
{
    uint16_t seat = s->seat;
    struct seat_ballot *ballot = &l->p.seats[seat - 1];
    struct operation op;
    operation_decode(s, &op);
    ballot->committed = true;
    ballot->commitment = op.ballot.commitment;
    ballot->ballot_height = c->height;
    /* Point 6: an expelled seat is not counted as committed. One that is convicted
     * earlier in this very block gets here. Point 1: suspended seats may still vote. */
    if (!council_is_expelled(c, seat)) {
        l->p.committed++;
        l->unrevealed++;
        l->awaited -= l->p.active[seat - 1];
    }
    c->totals[seat - 1].ballots++;
    council_emit(c, COUNCIL_BALLOT, seat, &l->p.id);
}

void proposal_reveal(struct council *c, struct live *l, const struct subject *s)
{
    uint16_t seat = s->seat;
    struct operation op;
    operation_decode(s, &op);
    const struct ballot *open = &op.reveal.ballot;
    struct seat_ballot *ballot = &l->p.seats[seat - 1];
    l->rationales[seat - 1] = bytes_copy(open->rationale);
    ballot->revealed = true;
    ballot->reveal_height = c->height;
    ballot->choice = open->choice;
    ballot->confidence = open->confidence;
    ballot->rationale = bytes_slice(l->rationales[seat - 1]);
    if (!council_is_expelled(c, seat)) {
        l->unrevealed--;
    }
    switch (open->choice) {
    case CHOICE_REJECT:
        l->p.reject++;
        break;
    case CHOICE_APPROVE:
        l->p.approve++;
        break;
    case CHOICE_ABSTAIN:
        /* Section 5: counts towards taking part, not towards T. */
        l->p.abstain++;
        break;
    }
    c->totals[seat - 1].reveals++;
    council_emit(c, COUNCIL_REVEALED, seat, &l->p.id)->ballot = *open;
}

/* Points 1 and 6: a conviction removes a seat from those waited for and from those counted
 * as committed; its ballot already open stays counted. */
void proposal_expel(struct live *l, uint16_t seat)
{
    const struct seat_ballot *ballot = &l->p.seats[seat - 1];
    if (ballot->committed) {
        l->p.committed--;
        l->unrevealed -= !ballot->revealed;
    } else {
        l->awaited -= l->p.active[seat - 1];
    }
    l->p.active[seat - 1] = false;
}

/* --- steps --- */

/* Point 5. Whether the outcome is certain after this block's operations. */
static bool outcome_is_certain(const struct council *c, const struct live *l,
                               enum outcome *outcome, enum reason *reason)
{
    const struct proposal *p = &l->p;
    bool sealed = p->phase == PROPOSAL_SEALED;
    uint32_t unexpelled = c->rules.seats - c->expelled_count;
    bool lapsed = c->time_ms >= p->reveal_deadline_ms;
    *reason = REASON_NONE;
    *outcome = OUTCOME_APPROVED;
    if (p->approve >= p->threshold) {
        return true;
    }
    *outcome = OUTCOME_REJECTED;
    if (sealed) {
        *reason = REASON_THRESHOLD_UNREACHABLE;
        return p->approve + unexpelled < p->threshold;
    }
    if (l->ballots_at_seal < p->threshold) {
        *reason = REASON_TOO_FEW_BALLOTS;
    } else if (lapsed) {
        *reason = REASON_DEADLINE;
    } else {
        *reason = REASON_THRESHOLD_UNREACHABLE;
    }
    return lapsed || p->approve + l->unrevealed < p->threshold;
}

/* The step due at the time of the last block. The outcome goes before the end of a phase,
 * so that it is fixed at the first block where it is certain (point 5) and there is one
 * when the record becomes final (point 7). */
static enum proposal_step step_due(const struct council *c, const struct live *l)
{
    const struct proposal *p = &l->p;
    enum outcome outcome;
    enum reason reason;
    if (!p->is_decided && outcome_is_certain(c, l, &outcome, &reason)) {
        return STEP_DECIDED;
    }
    bool lapsed = c->time_ms >= proposal_phase_deadline(l);
    switch (p->phase) {
    case PROPOSAL_SEALED:
        /* Point 2: every seat that is not expelled has committed, or grace, or the commit
         * deadline. */
        return p->committed == c->rules.seats - c->expelled_count || lapsed ? STEP_SEALED
                                                                            : STEP_NONE;
    case PROPOSAL_OPENING:
        /* Point 3: every committed seat has revealed, or the reveal deadline. */
        return l->unrevealed == 0 || lapsed ? STEP_FINAL : STEP_NONE;
    case PROPOSAL_FINAL:
        break;
    }
    return STEP_NONE;
}

/* Point 2: grace runs from the first block where the whole active set or n-f seats have
 * committed; once running it is not stopped. */
static void start_grace(struct council *c, struct live *l)
{
    if (l->p.phase == PROPOSAL_SEALED && l->p.grace_deadline_ms == UINT64_MAX &&
        (l->awaited == 0 || l->p.committed >= c->rules.seats - c->faulty)) {
        l->p.grace_deadline_ms = add_ms(c->time_ms, class_of(c, l)->grace_ms);
    }
}

/* Point 1: at most one step per block, after the operations. */
enum proposal_step proposal_step(struct council *c, struct live *l)
{
    struct proposal *p = &l->p;
    start_grace(c, l);
    enum proposal_step step = step_due(c, l);
    switch (step) {
    case STEP_NONE:
        break;
    case STEP_SEALED:
        p->phase = PROPOSAL_OPENING;
        p->sealed = moment_now(c);
        l->ballots_at_seal = p->committed;
        /* Point 3: the reveal deadline runs from the block that ended SEALED. */
        p->reveal_deadline_ms = add_ms(c->time_ms, class_of(c, l)->reveal_ms);
        council_emit(c, COUNCIL_SEALED, 0, &p->id);
        break;
    case STEP_DECIDED:
        outcome_is_certain(c, l, &p->outcome, &p->reason);
        p->is_decided = true;
        p->decided = moment_now(c);
        council_emit(c, COUNCIL_DECIDED, 0, &p->id);
        break;
    case STEP_FINAL:
        p->phase = PROPOSAL_FINAL;
        record_finish(c, l);
        break;
    }
    return step;
}

uint64_t proposal_phase_deadline(const struct live *l)
{
    const struct proposal *p = &l->p;
    if (p->phase == PROPOSAL_SEALED) {
        return p->grace_deadline_ms < p->commit_deadline_ms ? p->grace_deadline_ms
                                                            : p->commit_deadline_ms;
    }
    return p->reveal_deadline_ms;
}

/* Point 8: a step that falls due without a deadline also calls for a block. */
uint64_t proposal_deadline(const struct council *c, const struct live *l)
{
    return step_due(c, l) != STEP_NONE ? 0 : proposal_phase_deadline(l);
}

void proposal_free(struct live *l)
{
    for (unsigned i = 0; i < l->seats; i++) {
        bytes_unref(l->rationales[i]);
    }
    bytes_unref(l->operation);
    free(l->rationales);
    free(l->p.active);
    free(l->p.seats);
    free(l);
}
