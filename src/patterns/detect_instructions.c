/* SPDX-License-Identifier: ISC */
/*
 * Rationales that address a machine which may read them: told at once, each by itself. The
 * finding says what it is and where, and does not repeat it: it may be read by machines,
 * too.
 */
#include "patterns/detectors.h"

#include "base/alloc.h"
#include "patterns/instructions.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>

enum { PROPOSAL_DIGITS = 12 }; /* of an id in a text */

/* Who did, on a proposal that is not final. */
struct addressing {
    struct hash proposal;
    struct seat_set seats;
};

struct readings {
    struct vocabulary *vocabulary;
    struct addressing *open;
    size_t count, capacity;
};

static size_t state_size(const struct pattern_rules *rules)
{
    (void)rules;
    return sizeof(struct readings);
}

static void end(void *state)
{
    struct readings *r = state;
    vocabulary_free(r->vocabulary);
    free(r->open);
}

static struct addressing *find(struct readings *r, const struct hash *proposal)
{
    for (size_t i = 0; i < r->count; i++) {
        if (hash_equal(&r->open[i].proposal, proposal)) {
            return &r->open[i];
        }
    }
    return NULL;
}

static void note(struct readings *r, const struct hash *proposal, uint16_t seat)
{
    struct addressing *a = find(r, proposal);
    if (a == NULL) {
        if (r->count == r->capacity) {
            r->capacity = r->capacity > 0 ? 2 * r->capacity : 8;
            r->open = alloc_resize(r->open, r->capacity, sizeof(*r->open));
        }
        a = &r->open[r->count++];
        *a = (struct addressing){.proposal = *proposal};
    }
    seat_set_add(&a->seats, seat);
}

static void event(struct patterns *p, void *state, const struct council_event *e)
{
    struct readings *r = state;
    struct instructions_found f;
    if (e->kind != COUNCIL_REVEALED) {
        return;
    }
    if (r->vocabulary == NULL) {
        r->vocabulary = vocabulary_new();
    }
    if (!instructions_find(r->vocabulary, e->ballot.rationale, &f)) {
        return;
    }
    note(r, &e->proposal, e->seat);
    char id[2 * HASH_BYTES + 1];
    hex_encode(id, slice_of(e->proposal.bytes, HASH_BYTES));
    struct sight s = {.kind = FLAG_INSTRUCTIONS,
                      .seat = e->seat,
                      .class_index = FINDING_NO_CLASS,
                      .proposal = &e->proposal};
    (void)snprintf(s.text, sizeof(s.text), "its reasons hold %s, at byte %zu, on %.*s",
                   f.what, f.offset, PROPOSAL_DIGITS, id);
    book_raise(p->book, &s);
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *record)
{
    struct readings *r = state;
    struct addressing *a = find(r, &d->proposal);
    for (uint16_t seat = 1; seat <= record->seat_count; seat++) {
        if (record->seats[seat - 1].has_reveal &&
            (a == NULL || !seat_set_has(&a->seats, seat))) {
            book_calm(p->book, FLAG_INSTRUCTIONS, seat, p->rules.watch.recent);
        }
    }
    if (a != NULL) {
        *a = r->open[--r->count];
    }
}

const struct detector detect_instructions = {
    .state_size = state_size, .end = end, .event = event, .decided = decided};
