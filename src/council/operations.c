/* SPDX-License-Identifier: ISC */
/*
 * What becomes of each operation, conclave-protocol(7) section 5 and the rules it points
 * to. A verdict is found first, without changing anything, so that what waits in a pool
 * (judge.c) and what stands in a block are judged by the same rules.
 */
#include "council/state.h"

#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>

void operation_read(const struct council *c, const struct envelope *e, uint32_t index,
                    struct subject *out)
{
    const struct brief *b = &e->briefs[index];
    *out = (struct subject){b, e->operations[index], e->seat, NULL};
    assert(out->seat >= 1 && out->seat <= c->rules.seats);
    switch (b->kind) {
    case OPERATION_PROPOSE:
        /* A class outside the charter makes a block invalid, so none gets here. */
        assert(b->class_index < c->rules.class_count);
        break;
    case OPERATION_BALLOT:
    case OPERATION_REVEAL:
        break;
    case OPERATION_EVIDENCE:
    case OPERATION_RETURN:
        return;
    }
    const struct known_entry *known = known_find(&c->known, &b->proposal);
    out->live = known != NULL ? known->live : NULL;
}

void operation_decode(const struct subject *s, struct operation *out)
{
    int error = codec_decode_operation(s->encoding, out);
    assert(error == 0);
}

/* Section 5: commitment = H("conclave/1/ballot", [council_id, proposal_id, seat, ballot,
 * nonce]). */
bool operation_opens(const struct council *c, const struct subject *s)
{
    const struct seat_ballot *ballot = &s->live->p.seats[s->seat - 1];
    struct operation op;
    if (!ballot->committed) {
        return false;
    }
    operation_decode(s, &op);
    struct hash opened = hash_commitment(&c->rules.council_id, &op.reveal.proposal, s->seat,
                                         &op.reveal.ballot, op.reveal.nonce);
    return hash_equal(&opened, &ballot->commitment);
}

/* --- verdicts --- */

static enum verdict verdict_propose(const struct council *c, const struct subject *s)
{
    /* Section 5: PROPOSE ids are remembered for ever. */
    if (known_find(&c->known, &s->brief->proposal) != NULL) {
        return VERDICT_DUPLICATE;
    }
    /* Section 5: at most `open-proposals` of a seat may be undecided at once; section 8
     * point 8: undecided means not FINAL. */
    if (c->open[s->seat - 1] >= c->rules.open_proposals) {
        return VERDICT_QUOTA;
    }
    return VERDICT_EFFECT;
}

/* A BALLOT or REVEAL whose proposal is not alive. */
static enum verdict verdict_gone(const struct council *c, const struct hash *proposal)
{
    return known_find(&c->known, proposal) != NULL ? VERDICT_CLOSED
                                                   : VERDICT_UNKNOWN_PROPOSAL;
}

static enum verdict verdict_ballot(const struct council *c, const struct subject *s)
{
    if (s->live == NULL) {
        return verdict_gone(c, &s->brief->proposal);
    }
    const struct seat_ballot *ballot = &s->live->p.seats[s->seat - 1];
    if (ballot->committed) {
        /* Section 8 point 2: a second, different BALLOT of a seat is void, and is
         * evidence against it; in whichever phase it comes. */
        struct operation op;
        operation_decode(s, &op);
        return hash_equal(&ballot->commitment, &op.ballot.commitment) ? VERDICT_DUPLICATE
                                                                      : VERDICT_CONFLICT;
    }
    switch (s->live->p.phase) {
    case PROPOSAL_SEALED:
        return VERDICT_EFFECT;
    case PROPOSAL_OPENING:
    case PROPOSAL_FINAL:
        break;
    }
    /* Section 8 points 2 and 8: late is judged by phase, never by block time. */
    return VERDICT_LATE;
}

static enum verdict verdict_reveal(const struct council *c, const struct subject *s)
{
    if (s->live == NULL) {
        return verdict_gone(c, &s->brief->proposal);
    }
    /* Section 8 point 2: a REVEAL in SEALED is void and flagged. */
    if (s->live->p.phase == PROPOSAL_SEALED) {
        return VERDICT_EARLY;
    }
    const struct seat_ballot *ballot = &s->live->p.seats[s->seat - 1];
    if (!ballot->committed) {
        return VERDICT_NO_COMMITMENT;
    }
    if (!operation_opens(c, s)) {
        return VERDICT_BAD_OPENING;
    }
    return ballot->revealed ? VERDICT_DUPLICATE : VERDICT_EFFECT;
}

static enum verdict verdict_return(const struct council *c, const struct now *now,
                                   const struct subject *s)
{
    /* Section 6, rotation: one whose V is below its block's view is void; */
    struct operation op;
    operation_decode(s, &op);
    if (op.return_request.view < now->view) {
        return VERDICT_STALE_VIEW;
    }
    /* at most one per charter interval of block time has an effect. */
    if (c->returned && now->time_ms - c->return_ms < c->rules.return_interval_ms) {
        return VERDICT_TOO_SOON;
    }
    return VERDICT_EFFECT;
}

enum verdict operation_verdict(const struct council *c, const struct now *now,
                               const struct subject *s)
{
    uint64_t convicted_at = c->convicted_at[s->seat - 1];
    if (s->brief->kind == OPERATION_EVIDENCE) {
        /* Its seat is the convicted, not an author. */
        return convicted_at != 0 ? VERDICT_CONVICTED : VERDICT_EFFECT;
    }
    /* Section 9: from the next block an expelled seat's operations are void. */
    if (convicted_at != 0 && convicted_at < now->height) {
        return VERDICT_EXPELLED;
    }
    switch (s->brief->kind) {
    case OPERATION_PROPOSE:
        return verdict_propose(c, s);
    case OPERATION_BALLOT:
        return verdict_ballot(c, s);
    case OPERATION_REVEAL:
        return verdict_reveal(c, s);
    case OPERATION_RETURN:
        return verdict_return(c, now, s);
    case OPERATION_EVIDENCE:
        break;
    }
    assert(!"a decoded operation has a kind");
    return VERDICT_EXPELLED;
}

/* --- effects --- */

static void take_effect(struct council *c, const struct subject *s, bool *rotate)
{
    struct operation op;
    switch (s->brief->kind) {
    case OPERATION_PROPOSE:
        proposal_open(c, s);
        break;
    case OPERATION_BALLOT:
        proposal_commit(c, s->live, s);
        break;
    case OPERATION_REVEAL:
        proposal_reveal(c, s->live, s);
        break;
    case OPERATION_EVIDENCE:
        operation_decode(s, &op);
        epoch_convict(c, s->seat, op.evidence.kind);
        break;
    case OPERATION_RETURN:
        c->returned = true;
        c->return_ms = c->time_ms;
        *rotate = true;
        break;
    }
}

enum verdict operation_apply(struct council *c, const struct envelope *e, uint32_t index,
                             bool *rotate)
{
    struct now now = {.height = c->height, .time_ms = c->time_ms, .view = c->view};
    struct subject s;
    operation_read(c, e, index, &s);
    enum verdict verdict = operation_verdict(c, &now, &s);
    if (verdict == VERDICT_EFFECT) {
        take_effect(c, &s, rotate);
        return verdict;
    }
    /* Section 8 point 2: a late BALLOT is void, but marks its seat. */
    if (verdict == VERDICT_LATE && !s.live->p.seats[s.seat - 1].late) {
        s.live->p.seats[s.seat - 1].late = true;
        council_emit(c, COUNCIL_LATE, s.seat, &s.brief->proposal);
    }
    struct council_event *v = council_emit(c, COUNCIL_VOID, s.seat, &s.brief->proposal);
    v->operation = s.brief->kind;
    v->verdict = verdict;
    v->opens = verdict == VERDICT_EARLY && operation_opens(c, &s);
    return verdict;
}
