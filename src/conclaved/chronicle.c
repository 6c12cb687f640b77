/* SPDX-License-Identifier: ISC */
#include "conclaved/chronicle.h"

#include "base/alloc.h"
#include "conclaved/json.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void chronicle_begin(struct chronicle *c, const struct charter *charter,
                     struct ledger *ledger, const struct council *council, bool rationales)
{
    *c = (struct chronicle){
        .charter = charter, .ledger = ledger, .council = council, .rationales = rationales};
}

void chronicle_forget(struct chronicle *c)
{
    for (size_t i = 0; i < CHRONICLE_KNOWN; i++) {
        free(c->known[i]);
        c->known[i] = NULL;
    }
}

/* --- what is known of a proposal --- */

static void of_open(const struct proposal *p, uint16_t seats, struct record *out)
{
    out->proposal = p->id;
    out->class_index = p->content.class_index;
    out->threshold = p->threshold;
    out->opened = p->opened;
    out->sealed = p->sealed;
    out->decided = p->decided;
    out->seat_count = seats;
    out->outcome = p->outcome;
    out->reason = p->reason;
    for (uint16_t i = 0; i < seats; i++) {
        const struct seat_ballot *b = &p->seats[i];
        struct seat_record *s = &out->seats[i];
        s->has_ballot = b->committed;
        s->ballot_height = b->ballot_height;
        s->has_reveal = b->revealed;
        s->reveal_height = b->reveal_height;
        s->choice = b->choice;
    }
}

static int of_final(struct ledger *l, const struct hash *id, struct chronicle_subject *out)
{
    struct ledger_proposal index;
    int error = ledger_proposal(l, id, &index);
    if (error != 0 || index.final_height == 0) {
        return error != 0 ? error : CONCLAVE_ENOENT;
    }
    error = ledger_read_record(l, index.record_index, &out->record);
    out->number = index.record_index;
    return error == 0 && hash_equal(&out->record.proposal, id) ? 0 : CONCLAVE_ECORRUPT;
}

static int look_up(const struct chronicle *c, const struct hash *id,
                   struct chronicle_subject *out)
{
    const struct proposal *open = council_find(c->council, id);
    memset(out, 0, sizeof(*out));
    if (open != NULL) {
        of_open(open, c->charter->seat_count, &out->record);
        return 0;
    }
    return of_final(c->ledger, id, out);
}

int chronicle_find(struct chronicle *c, const struct hash *id, uint64_t height,
                   const struct chronicle_subject **out)
{
    struct chronicle_subject **slot = &c->known[id->bytes[0] % CHRONICLE_KNOWN];
    *out = NULL;
    if (*slot == NULL || !hash_equal(&(*slot)->record.proposal, id)) {
        struct chronicle_subject *s = *slot != NULL ? *slot : alloc(sizeof(*s));
        *slot = NULL;
        int error = look_up(c, id, s);
        if (error != 0) {
            free(s);
            return error == CONCLAVE_ENOENT ? 0 : error;
        }
        *slot = s;
    }
    if ((*slot)->record.opened.height <= height) {
        *out = *slot;
    }
    return 0;
}

/* --- a block --- */

/* What the telling of a block carries along. */
struct telling {
    struct chronicle *c;
    const struct header *at;
    struct chronicle_window *w;
    uint64_t place; /* of the next event */
    json_t *out;
};

/* Whether the next event is wanted; passes over one that is not. */
static bool is_wanted(struct telling *t)
{
    struct chronicle_window *w = t->w;
    if (t->place >= w->first && t->place - w->first < w->most) {
        return true;
    }
    w->cut = w->cut || t->place >= w->first;
    t->place++;
    return false;
}

/* One that is wanted, with its place. */
static json_t *tell(struct telling *t, const char *name, const struct hash *proposal,
                    const struct chronicle_subject *s, uint16_t seat)
{
    char id[48];
    json_t *e = chronicle_event(t->c, name, t->at, proposal, s, seat);
    (void)snprintf(id, sizeof(id), "%llu.%llu", (unsigned long long)t->at->height,
                   (unsigned long long)t->place++);
    json_put(e, "id", json_string(id));
    (void)json_array_append_new(t->out, e);
    return e;
}

static bool names_proposal(const struct operation *op, const struct hash *own_id,
                           struct hash *out)
{
    switch (op->kind) {
    case OPERATION_PROPOSE:
        *out = *own_id;
        return true;
    case OPERATION_BALLOT:
        *out = op->ballot.proposal;
        return true;
    case OPERATION_REVEAL:
        *out = op->reveal.proposal;
        return true;
    case OPERATION_EVIDENCE:
    case OPERATION_RETURN:
        break;
    }
    return false;
}

static void tell_void(struct telling *t, const struct operation *op, enum verdict verdict,
                      const struct hash *proposal, const struct chronicle_subject *s)
{
    if (verdict == VERDICT_LATE) {
        json_t *late = tell(t, "ballot.late", proposal, s, op->seat);
        chronicle_put_latency(late, t->at, &s->record.opened);
        return;
    }
    json_t *e = tell(t, "operation.void", proposal, s, op->seat);
    json_put(e, "kind", json_string(operation_kind_name(op->kind)));
    json_put(e, "verdict", json_string(verdict_name(verdict)));
}

static void tell_effect(struct telling *t, const struct operation *op,
                        const struct hash *proposal, const struct chronicle_subject *s)
{
    json_t *e;
    switch (op->kind) {
    case OPERATION_PROPOSE:
        e = tell(t, "proposal.opened", proposal, s, op->seat);
        chronicle_put_opened(e, t->c, t->at, &op->propose);
        break;
    case OPERATION_BALLOT:
        e = tell(t, "ballot.sealed", proposal, s, op->seat);
        json_put(e, "commitment", json_hash(&op->ballot.commitment));
        chronicle_put_latency(e, t->at, &s->record.opened);
        break;
    case OPERATION_REVEAL:
        e = tell(t, "ballot.opened", proposal, s, op->seat);
        chronicle_put_revealed(e, t->c, &op->reveal.ballot);
        chronicle_put_latency(e, t->at, &s->record.sealed);
        break;
    case OPERATION_EVIDENCE:
        e = tell(t, "seat.convicted", NULL, NULL, op->seat);
        json_put(e, "statement", json_string(evidence_kind_name(op->evidence.kind)));
        break;
    case OPERATION_RETURN:
        break;
    }
}

/* Whether an operation of this kind and verdict is about a proposal that must be there. */
static bool needs_subject(enum operation_kind kind, enum verdict verdict)
{
    return verdict == VERDICT_LATE ||
           (verdict == VERDICT_EFFECT &&
            (kind == OPERATION_PROPOSE || kind == OPERATION_BALLOT ||
             kind == OPERATION_REVEAL));
}

static int tell_operation(struct telling *t, struct slice encoding, enum verdict verdict)
{
    struct operation op;
    struct hash id = {{0}}, proposal;
    const struct chronicle_subject *s = NULL;
    if (codec_decode_operation(encoding, &op) != 0) {
        return CONCLAVE_ECORRUPT; /* no block holds such a thing */
    }
    bool silent = op.kind == OPERATION_RETURN && verdict == VERDICT_EFFECT;
    if (silent || !is_wanted(t)) {
        return 0; /* the first is of ordering, not of voting */
    }
    if (op.kind == OPERATION_PROPOSE) {
        id = hash_operation(encoding);
    }
    bool named = names_proposal(&op, &id, &proposal);
    int error = named ? chronicle_find(t->c, &proposal, t->at->height, &s) : 0;
    if (error != 0) {
        return error;
    }
    if (s == NULL && needs_subject(op.kind, verdict)) {
        return CONCLAVE_ECORRUPT;
    }
    if (verdict == VERDICT_EFFECT) {
        tell_effect(t, &op, named ? &proposal : NULL, s);
    } else {
        tell_void(t, &op, verdict, named ? &proposal : NULL, s);
    }
    return 0;
}

static int tell_operations(struct telling *t, const struct block *b, const struct deeds *d)
{
    size_t at = 0;
    int error = 0;
    for (uint32_t i = 0; i < b->count && error == 0 && !t->w->cut; i++) {
        const struct envelope *e = b->envelopes[i];
        for (uint32_t j = 0; j < e->count && error == 0; j++, at++) {
            error = tell_operation(t, e->operations[j], (enum verdict)d->verdicts[at]);
        }
    }
    return error;
}

/* Seats without an open ballot have their events here, so that each seat has one for each
 * final proposal. Late ones had theirs when the ballot came. */
static void tell_final(struct telling *t, const struct chronicle_subject *s)
{
    const struct record *r = &s->record;
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const char *name = chronicle_status_event(r->seats[seat - 1].status);
        if (name != NULL && is_wanted(t)) {
            (void)tell(t, name, &r->proposal, s, seat);
        }
    }
    if (!is_wanted(t)) {
        return;
    }
    json_t *e = tell(t, "proposal.final", &r->proposal, s, 0);
    chronicle_put_final(e, s);
    chronicle_put_latency(e, t->at, &r->opened);
}

static int tell_step(struct telling *t, const struct deed *d)
{
    const struct chronicle_subject *s = NULL;
    json_t *e;
    if (d->step != STEP_FINAL && !is_wanted(t)) {
        return 0;
    }
    int error = chronicle_find(t->c, &d->proposal, t->at->height, &s);
    if (error != 0 || s == NULL) {
        return error != 0 ? error : CONCLAVE_ECORRUPT;
    }
    switch (d->step) {
    case STEP_NONE:
        break;
    case STEP_SEALED:
        e = tell(t, "proposal.opening", &d->proposal, s, 0);
        chronicle_put_opening(e, t->c, t->at, &s->record);
        chronicle_put_latency(e, t->at, &s->record.opened);
        break;
    case STEP_DECIDED:
        e = tell(t, "proposal.decided", &d->proposal, s, 0);
        chronicle_put_decided(e, t->at, &s->record);
        chronicle_put_latency(e, t->at, &s->record.opened);
        break;
    case STEP_FINAL:
        if (s->record.final.height != t->at->height) {
            return CONCLAVE_ECORRUPT;
        }
        tell_final(t, s);
        break;
    }
    return 0;
}

static void tell_epoch(struct telling *t, const struct deeds *d)
{
    json_t *e = tell(t, "epoch.changed", NULL, NULL, 0);
    json_t *suspended = json_array();
    for (size_t i = 0; i < d->suspended_count; i++) {
        (void)json_array_append_new(suspended, json_integer(d->suspended[i]));
    }
    json_put(e, "epoch", json_number(d->epoch));
    json_put(e, "suspended", suspended);
}

int chronicle_block(struct chronicle *c, const struct block *b, const struct deeds *d,
                    struct chronicle_window *w, json_t *out)
{
    struct chronicle_window all = {.most = SIZE_MAX};
    struct telling t = {c, &b->header, w != NULL ? w : &all, 0, out};
    int error = tell_operations(&t, b, d);
    for (size_t i = 0; i < d->step_count && error == 0 && !t.w->cut; i++) {
        error = tell_step(&t, &d->steps[i]);
    }
    if (error == 0 && d->has_epoch && is_wanted(&t)) {
        tell_epoch(&t, d);
    }
    return error;
}
