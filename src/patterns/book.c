/* SPDX-License-Identifier: ISC */
#include "patterns/inside.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct finding finding;
    uint32_t calm; /* looks in a row at which it was not seen */
};

struct book {
    struct entry *open[FLAG_KIND_END][SEATS_MAX + 1];
    const struct finding *list[FLAG_KIND_END * (SEATS_MAX + 1)];
    size_t count;
    uint64_t height, time_ms, decision;
    struct finding_change *changes;
    size_t change_count, change_capacity;
    struct book_totals totals[FLAG_KIND_END];
};

struct book *book_new(void)
{
    struct book *b = alloc_zero(1, sizeof(*b));
    b->decision = FINDING_NO_DECISION;
    return b;
}

void book_free(struct book *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct sight *s = &b->list[i]->last;
        free(b->open[s->kind][s->seat]);
    }
    free(b->changes);
    free(b);
}

void book_begin(struct book *b, uint64_t height, uint64_t time_ms)
{
    b->height = height;
    b->time_ms = time_ms;
    b->change_count = 0;
}

void book_decision(struct book *b, uint64_t number)
{
    b->decision = number;
}

static struct entry *entry_of(const struct book *b, enum flag_kind kind, uint16_t seat)
{
    assert((int)kind > 0 && (int)kind < FLAG_KIND_END && seat <= SEATS_MAX);
    assert(flag_kind_has_seat(kind) == (seat != 0));
    return b->open[kind][seat];
}

static void tell(struct book *b, enum finding_step step, const struct finding *f)
{
    if (b->change_count == b->change_capacity) {
        b->change_capacity = b->change_capacity > 0 ? 2 * b->change_capacity : 16;
        b->changes = alloc_resize(b->changes, b->change_capacity, sizeof(*b->changes));
    }
    struct finding_change *c = &b->changes[b->change_count++];
    c->step = step;
    c->finding = *f;
    c->finding.last.proposal = NULL;
}

/* By kind, then seat. */
static size_t place_of(const struct book *b, enum flag_kind kind, uint16_t seat)
{
    size_t at = 0;
    while (at < b->count &&
           (b->list[at]->last.kind < kind ||
            (b->list[at]->last.kind == kind && b->list[at]->last.seat < seat))) {
        at++;
    }
    return at;
}

static struct entry *enter(struct book *b, enum flag_kind kind, uint16_t seat)
{
    struct entry *e = alloc_zero(1, sizeof(*e));
    size_t at = place_of(b, kind, seat);
    memmove(&b->list[at + 1], &b->list[at], (b->count - at) * sizeof(b->list[0]));
    b->list[at] = &e->finding;
    b->count++;
    b->open[kind][seat] = e;
    e->finding.first_decision = b->decision;
    e->finding.first_height = b->height;
    e->finding.first_ms = b->time_ms;
    b->totals[kind].raised++;
    return e;
}

void book_raise(struct book *b, const struct sight *s)
{
    struct entry *e = entry_of(b, s->kind, s->seat);
    bool is_new = e == NULL;
    if (is_new) {
        e = enter(b, s->kind, s->seat);
    }
    struct finding *f = &e->finding;
    f->last = *s;
    f->last.proposal = NULL;
    if (s->proposal != NULL) {
        f->has_proposal = true;
        f->proposal = *s->proposal;
    }
    f->count++;
    f->last_decision = b->decision;
    f->last_height = b->height;
    f->last_ms = b->time_ms;
    e->calm = 0;
    tell(b, is_new ? FINDING_RAISED : FINDING_SEEN_AGAIN, f);
}

void book_clear(struct book *b, enum flag_kind kind, uint16_t seat)
{
    struct entry *e = entry_of(b, kind, seat);
    if (e == NULL) {
        return;
    }
    size_t at = place_of(b, kind, seat);
    tell(b, FINDING_CLEARED, &e->finding);
    b->count--;
    memmove(&b->list[at], &b->list[at + 1], (b->count - at) * sizeof(b->list[0]));
    b->open[kind][seat] = NULL;
    b->totals[kind].cleared++;
    free(e);
}

void book_calm(struct book *b, enum flag_kind kind, uint16_t seat, uint32_t times)
{
    struct entry *e = entry_of(b, kind, seat);
    if (e != NULL && ++e->calm >= times) {
        book_clear(b, kind, seat);
    }
}

const struct finding *book_find(const struct book *b, enum flag_kind kind, uint16_t seat)
{
    const struct entry *e = entry_of(b, kind, seat);
    return e != NULL ? &e->finding : NULL;
}

const struct finding_change *book_changes(const struct book *b, size_t *count)
{
    *count = b->change_count;
    return b->changes;
}

const struct finding *const *book_open(const struct book *b, size_t *count)
{
    *count = b->count;
    return b->list;
}

struct book_totals book_totals(const struct book *b, enum flag_kind kind)
{
    return b->totals[kind];
}

size_t book_memory(const struct book *b)
{
    return sizeof(*b) + b->count * sizeof(struct entry) +
           b->change_capacity * sizeof(*b->changes);
}
