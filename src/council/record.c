/* SPDX-License-Identifier: ISC */
/* A proposal becomes a decision record: conclave-protocol(7) section 8 points 6 and 7. */
#include "council/state.h"

#include "base/alloc.h"
#include "hash/hash.h"

/* Point 6: first that applies. */
static enum seat_status status_of(const struct council *c, const struct proposal *p,
                                  uint16_t seat)
{
    const struct seat_ballot *ballot = &p->seats[seat - 1];
    if (ballot->revealed) {
        return STATUS_REVEALED;
    }
    if (council_is_expelled(c, seat)) {
        return STATUS_EXPELLED;
    }
    if (ballot->committed) {
        return STATUS_WITHHELD;
    }
    if (ballot->late) {
        return STATUS_LATE;
    }
    return p->active[seat - 1] ? STATUS_MISSED : STATUS_NOT_AWAITED;
}

static void fill_seat(const struct council *c, const struct proposal *p, uint16_t seat,
                      struct seat_record *out)
{
    const struct seat_ballot *ballot = &p->seats[seat - 1];
    out->status = status_of(c, p, seat);
    out->has_ballot = ballot->committed;
    out->commitment = ballot->commitment;
    out->ballot_height = ballot->ballot_height;
    out->has_reveal = ballot->revealed;
    if (ballot->revealed) {
        out->choice = ballot->choice;
        out->confidence = ballot->confidence;
        out->rationale_hash = hash_rationale(ballot->rationale);
        out->reveal_height = ballot->reveal_height;
    }
}

/* One revealed ballot against the outcome. */
static void count_choice(struct seat_totals *t, enum choice choice, enum outcome outcome)
{
    switch (choice) {
    case CHOICE_ABSTAIN:
        t->abstained++;
        return;
    case CHOICE_APPROVE:
    case CHOICE_REJECT:
        break;
    }
    if ((choice == CHOICE_APPROVE) == (outcome == OUTCOME_APPROVED)) {
        t->with_outcome++;
    } else {
        t->against_outcome++;
    }
}

static void count_seat(struct seat_totals *t, const struct seat_record *s,
                       enum outcome outcome)
{
    switch (s->status) {
    case STATUS_REVEALED:
        count_choice(t, s->choice, outcome);
        break;
    case STATUS_WITHHELD:
        t->withheld++;
        break;
    case STATUS_LATE:
        t->late++;
        break;
    case STATUS_MISSED:
        t->missed++;
        break;
    case STATUS_EXPELLED:
    case STATUS_NOT_AWAITED:
        break;
    }
}

static struct finished *finished_new(struct council *c)
{
    if (c->finished_count == c->finished_capacity) {
        c->finished_capacity = c->finished_capacity == 0 ? 4 : 2 * c->finished_capacity;
        c->finished =
            alloc_resize(c->finished, c->finished_capacity, sizeof(struct finished *));
    }
    struct finished *f = alloc_zero(1, sizeof *f);
    c->finished[c->finished_count++] = f;
    return f;
}

void record_finish(struct council *c, struct live *l)
{
    const struct proposal *p = &l->p;
    struct finished *f = finished_new(c);
    struct record *r = &f->record;
    r->proposal = p->id;
    r->class_index = p->content.class_index;
    r->threshold = p->threshold;
    r->opened = p->opened;
    r->sealed = p->sealed;
    r->decided = p->decided;
    r->final = (struct moment){.height = c->height, .time_ms = c->time_ms};
    r->seat_count = c->rules.seats;
    r->outcome = p->outcome;
    r->reason = p->reason;
    r->approve = p->approve;
    r->reject = p->reject;
    r->abstain = p->abstain;
    for (uint16_t seat = 1; seat <= c->rules.seats; seat++) {
        r->active[seat - 1] = p->active[seat - 1];
        fill_seat(c, p, seat, &r->seats[seat - 1]);
        count_seat(&c->totals[seat - 1], &r->seats[seat - 1], r->outcome);
    }
    codec_encode_record(&f->encoding, r);
    f->operation = bytes_ref(l->operation);

    /* Section 6: decisions_root is MTH over the records in the order they became final. */
    struct hash leaf = merkle_leaf(buffer_slice(&f->encoding));
    merkle_tree_append(&c->decisions, &leaf);
    c->cover_height = c->height;
    c->open[p->proposer - 1]--;
    known_find(&c->known, &p->id)->live = NULL;
    epoch_count(c, r);

    struct council_event *e = council_emit(c, COUNCIL_FINAL, p->proposer, &p->id);
    e->record = r;
    e->record_encoding = buffer_slice(&f->encoding);
    e->title = p->content.title;
}
