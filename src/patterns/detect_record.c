/* SPDX-License-Identifier: ISC */
/*
 * Plain facts of the record: a ballot that was withheld, missed, late, opened early or not
 * by its nonce, and convictions. Nothing is estimated: what is raised happened.
 *
 * Anybody may send a REVEAL in the name of a seat. So what does not open a commitment
 * accuses nobody by itself: it says why a ballot was withheld, once it was. What opens a
 * commitment while ballots are sealed is by the seat, which alone knew the nonce.
 */
#include "patterns/inside.h"

#include "base/alloc.h"
#include "wire/record.h"
#include "wire/shared.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PROPOSAL_DIGITS = 12, /* of an id in a text */
    /* Awaited decisions in a row in which a seat opened its ballot, until its finding is
     * cleared: one that does it every other time keeps it. */
    MISSED_CLEARED_AFTER = 3,
    WITHHELD_CLEARED_AFTER = 20,
};

/* What REVEALs there were that had no effect, of a proposal that is not final. */
struct voided {
    struct hash proposal;
    struct seat_set early, misfit;
};

struct facts {
    uint32_t opened_row[SEATS_MAX];
    struct voided *open;
    size_t count, capacity;
};

static size_t state_size(const struct pattern_rules *rules)
{
    (void)rules;
    return sizeof(struct facts);
}

static void end(void *state)
{
    struct facts *f = state;
    free(f->open);
}

static void raise_fact(struct patterns *p, enum flag_kind kind, uint16_t seat,
                       const char *what, const struct hash *proposal)
{
    char id[2 * HASH_BYTES + 1];
    hex_encode(id, slice_of(proposal->bytes, HASH_BYTES));
    struct sight s = {
        .kind = kind, .seat = seat, .class_index = FINDING_NO_CLASS, .proposal = proposal};
    (void)snprintf(s.text, sizeof(s.text), "%s %.*s", what, PROPOSAL_DIGITS, id);
    book_raise(p->book, &s);
}

/* --- events --- */

static struct voided *voided_find(struct facts *f, const struct hash *proposal)
{
    for (size_t i = 0; i < f->count; i++) {
        if (hash_equal(&f->open[i].proposal, proposal)) {
            return &f->open[i];
        }
    }
    return NULL;
}

static struct voided *voided_of(struct facts *f, const struct hash *proposal)
{
    struct voided *found = voided_find(f, proposal);
    if (found != NULL) {
        return found;
    }
    if (f->count == f->capacity) {
        f->capacity = f->capacity > 0 ? 2 * f->capacity : 8;
        f->open = alloc_resize(f->open, f->capacity, sizeof(*f->open));
    }
    found = &f->open[f->count++];
    *found = (struct voided){.proposal = *proposal};
    return found;
}

/* Whoever repeats it, it is told once. */
static void void_reveal(struct patterns *p, struct facts *f, const struct council_event *e)
{
    if (e->verdict == VERDICT_BAD_OPENING) {
        seat_set_add(&voided_of(f, &e->proposal)->misfit, e->seat);
    } else if (e->verdict == VERDICT_EARLY && e->opens) {
        struct voided *v = voided_of(f, &e->proposal);
        if (!seat_set_has(&v->early, e->seat)) {
            seat_set_add(&v->early, e->seat);
            f->opened_row[e->seat - 1] = 0;
            raise_fact(p, FLAG_EARLY_REVEAL, e->seat,
                       "opened its ballot while others were sealed, on", &e->proposal);
        }
    }
}

static void convicted(struct patterns *p, const struct council_event *e)
{
    struct sight s = {
        .kind = FLAG_EQUIVOCATION, .seat = e->seat, .class_index = FINDING_NO_CLASS};
    (void)snprintf(s.text, sizeof(s.text), "expelled at height %" PRIu64 ": signed %s",
                   p->height, evidence_kind_words(e->evidence));
    book_raise(p->book, &s);
}

static void event(struct patterns *p, void *state, const struct council_event *e)
{
    if (e->kind == COUNCIL_CONVICTED) {
        convicted(p, e);
    } else if (e->kind == COUNCIL_VOID && e->operation == OPERATION_REVEAL) {
        void_reveal(p, state, e);
    }
}

/* --- the record --- */

static void opened(struct patterns *p, uint32_t row, uint16_t seat)
{
    if (row >= MISSED_CLEARED_AFTER) {
        book_clear(p->book, FLAG_MISSED, seat);
        book_clear(p->book, FLAG_LATE, seat);
    }
    if (row >= WITHHELD_CLEARED_AFTER) {
        book_clear(p->book, FLAG_WITHHELD, seat);
        book_clear(p->book, FLAG_EARLY_REVEAL, seat);
        book_clear(p->book, FLAG_BAD_OPENING, seat);
    }
}

static void look_at_seat(struct patterns *p, struct facts *f, const struct record *r,
                         uint16_t seat)
{
    const struct voided *v = voided_find(f, &r->proposal);
    uint32_t *row = &f->opened_row[seat - 1];
    switch (r->seats[seat - 1].status) {
    case STATUS_REVEALED:
        *row += v == NULL || !seat_set_has(&v->early, seat);
        opened(p, *row, seat);
        break;
    case STATUS_WITHHELD:
        *row = 0;
        raise_fact(p, FLAG_WITHHELD, seat, "did not open its ballot on", &r->proposal);
        if (v != NULL && seat_set_has(&v->misfit, seat)) {
            raise_fact(p, FLAG_BAD_OPENING, seat,
                       "what should have opened its ballot did not fit it, on",
                       &r->proposal);
        }
        break;
    case STATUS_MISSED:
        *row = 0;
        raise_fact(p, FLAG_MISSED, seat, "no ballot on", &r->proposal);
        break;
    case STATUS_LATE:
        *row = 0;
        raise_fact(p, FLAG_LATE, seat, "its ballot came after the sealing, on",
                   &r->proposal);
        break;
    case STATUS_EXPELLED:
    case STATUS_NOT_AWAITED:
        break;
    }
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r)
{
    struct facts *f = state;
    (void)d;
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        look_at_seat(p, f, r, seat);
    }
    struct voided *v = voided_find(f, &r->proposal);
    if (v != NULL) {
        *v = f->open[--f->count];
    }
}

const struct detector detect_record = {
    .state_size = state_size, .end = end, .event = event, .decided = decided};
