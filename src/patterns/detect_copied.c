/* SPDX-License-Identifier: ISC */
/*
 * Copied reasons: a seat whose rationale is that of another one, nearly word for word.
 *
 * Ballots are sealed, so nobody can have read another's rationale: what is the same was
 * the same before, by a leak, by agreement, or because one program wrote both. That is the
 * null hypothesis' opposite: seats write for themselves. Statistic: the likeness of two
 * rationales on one proposal (shingles.h), without what is in the proposal itself and
 * without what more than half of the different ones have, so that neither a quotation nor
 * a form counts; of seats of different model families, since those of one may be one
 * program, and the charter says so. Threshold: likeness_percent, in copied_decisions of
 * the window.
 */
#include "patterns/detectors.h"

#include "base/alloc.h"
#include "patterns/shingles.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rationales on a proposal that is not final. */
struct drafts {
    struct hash proposal;
    struct shingle_filter without; /* what stands in the proposal */
    struct seat_set given;
    struct shingles *of; /* of seat - 1, where given; NULL until one is */
};

struct copies {
    struct drafts **open;
    size_t count, capacity;
    uint32_t number[SEATS_MAX]; /* decisions of the window in which it copied */
    struct slots *in;           /* [seat - 1]: which they are */
};

static size_t state_size(const struct pattern_rules *rules)
{
    (void)rules;
    return sizeof(struct copies);
}

static void drafts_free(struct drafts *d)
{
    shingle_filter_free(&d->without);
    free(d->of);
    free(d);
}

static void end(void *state)
{
    struct copies *c = state;
    for (size_t i = 0; i < c->count; i++) {
        drafts_free(c->open[i]);
    }
    free(c->open);
    free(c->in);
}

static size_t memory(const struct patterns *p, const void *state)
{
    const struct copies *c = state;
    size_t drafts = c->count * sizeof(struct drafts);
    for (size_t i = 0; i < c->count; i++) {
        drafts += c->open[i]->of != NULL ? p->rules.seats * sizeof(struct shingles) : 0;
        drafts += c->open[i]->without.bits != NULL ? SHINGLE_FILTER_BYTES : 0;
    }
    return drafts + c->capacity * sizeof(c->open[0]) +
           (c->in != NULL ? p->rules.seats * sizeof(c->in[0]) : 0);
}

/* --- while a proposal is open --- */

/* Where it is among the open ones; their count: it is not. */
static size_t place_of(const struct copies *c, const struct hash *proposal)
{
    size_t at = 0;
    while (at < c->count && !hash_equal(&c->open[at]->proposal, proposal)) {
        at++;
    }
    return at;
}

static struct drafts *drafts_of(struct copies *c, const struct hash *proposal)
{
    size_t at = place_of(c, proposal);
    if (at < c->count) {
        return c->open[at];
    }
    if (c->count == c->capacity) {
        c->capacity = c->capacity > 0 ? 2 * c->capacity : 8;
        c->open = alloc_resize(c->open, c->capacity, sizeof(*c->open));
    }
    struct drafts *d = alloc_zero(1, sizeof(*d));
    d->proposal = *proposal;
    c->open[c->count++] = d;
    return d;
}

static void event(struct patterns *p, void *state, const struct council_event *e)
{
    struct copies *c = state;
    if (e->kind == COUNCIL_OPENED) {
        struct drafts *d = drafts_of(c, &e->proposal);
        shingle_filter_add(&d->without, e->content->title);
        shingle_filter_add(&d->without, e->content->text);
        shingle_filter_add(&d->without, e->content->evidence);
    } else if (e->kind == COUNCIL_REVEALED) {
        struct drafts *d = drafts_of(c, &e->proposal);
        if (d->of == NULL) {
            d->of = alloc_zero(p->rules.seats, sizeof(*d->of));
        }
        seat_set_add(&d->given, e->seat);
        shingles_of(e->ballot.rationale, &d->without, &d->of[e->seat - 1]);
    }
}

/* --- when it is final --- */

/* The rationales that are long enough, each once, however many seats gave it: copies do
 * not make a form of themselves. */
struct different {
    const struct shingles *list[SEATS_MAX];
    size_t count;
};

static void find_different(const struct drafts *d, uint16_t seats, struct different *out)
{
    out->count = 0;
    for (uint16_t seat = 1; seat <= seats; seat++) {
        const struct shingles *s = &d->of[seat - 1];
        size_t i = 0;
        while (i < out->count &&
               memcmp(out->list[i]->least, s->least, sizeof(s->least)) != 0) {
            i++;
        }
        if (s->count > 0 && i == out->count) {
            out->list[out->count++] = s;
        }
    }
}

/* What more than half of them have in a bin, by Boyer and Moore's vote and a count; of
 * three at least. */
static uint32_t majority(const struct different *d, size_t bin)
{
    enum { DIFFERENT_LEAST = 3 };
    uint32_t value = SHINGLE_EMPTY;
    size_t lead = 0, same = 0;
    for (size_t i = 0; i < d->count; i++) {
        value = lead == 0 ? d->list[i]->least[bin] : value;
        lead = d->list[i]->least[bin] == value ? lead + 1 : lead - 1;
    }
    for (size_t i = 0; i < d->count; i++) {
        same += d->list[i]->least[bin] == value;
    }
    return 2 * same > d->count && d->count >= DIFFERENT_LEAST ? value : SHINGLE_EMPTY;
}

/* Whom a seat's rationale is like, on one proposal. */
struct likeness {
    struct seat_set seats;
    uint16_t nearest;
    unsigned greatest; /* in thousandths */
};

static void liken(struct likeness *l, uint16_t other, unsigned likeness)
{
    seat_set_add(&l->seats, other);
    if (likeness > l->greatest) {
        l->greatest = likeness;
        l->nearest = other;
    }
}

static void compare_all(const struct patterns *p, const struct drafts *d,
                        struct likeness like[SEATS_MAX])
{
    const struct pattern_rules *rules = &p->rules;
    uint32_t common[SHINGLE_BINS];
    struct different different;
    find_different(d, rules->seats, &different);
    for (size_t bin = 0; bin < SHINGLE_BINS; bin++) {
        common[bin] = majority(&different, bin);
    }
    for (uint16_t a = 1; a < rules->seats; a++) {
        for (uint16_t b = (uint16_t)(a + 1); b <= rules->seats; b++) {
            if (rules->family[a - 1] == rules->family[b - 1]) {
                continue;
            }
            unsigned likeness =
                shingles_likeness_beyond(&d->of[a - 1], &d->of[b - 1], common);
            if (likeness >= rules->watch.likeness_percent * 10) {
                liken(&like[a - 1], b, likeness);
                liken(&like[b - 1], a, likeness);
            }
        }
    }
}

static void raise_copy(struct patterns *p, uint16_t seat, uint32_t number,
                       const struct likeness *l, const struct decided *d)
{
    uint64_t window = d->number + 1 < p->window.size ? d->number + 1 : p->window.size;
    struct sight s = {.kind = FLAG_COPIED,
                      .seat = seat,
                      .statistic = l->greatest,
                      .threshold = p->rules.watch.likeness_percent * UINT64_C(10),
                      .observed = number,
                      .of = window,
                      .class_index = FINDING_NO_CLASS,
                      .seats = l->seats,
                      .proposal = &d->proposal};
    unsigned others = seat_set_count(&l->seats) - 1;
    char more[32] = "";
    if (others > 0) {
        (void)snprintf(more, sizeof(more), " and %u more", others);
    }
    (void)snprintf(s.text, sizeof(s.text),
                   "reasons like those of seat %u%s (%u %%), in %u decisions of %llu",
                   l->nearest, more, l->greatest / 10, number, (unsigned long long)window);
    book_raise(p->book, &s);
}

/* What was in the slot that the decision takes is forgotten. */
static void mark(struct copies *c, uint16_t seat, uint32_t slot, bool copied)
{
    uint64_t *word = &c->in[seat - 1].words[slot / 64];
    uint64_t bit = UINT64_C(1) << slot % 64;
    c->number[seat - 1] -= (*word & bit) != 0;
    c->number[seat - 1] += copied;
    *word = copied ? *word | bit : *word & ~bit;
}

static void decided(struct patterns *p, void *state, const struct decided *d,
                    const struct record *r)
{
    struct copies *c = state;
    struct likeness like[SEATS_MAX] = {{.greatest = 0}};
    size_t at = place_of(c, &d->proposal);
    if (c->in == NULL) {
        c->in = alloc_zero(p->rules.seats, sizeof(*c->in));
    }
    if (at < c->count) {
        if (c->open[at]->of != NULL) {
            compare_all(p, c->open[at], like);
        }
        drafts_free(c->open[at]);
        c->open[at] = c->open[--c->count];
    }
    for (uint16_t seat = 1; seat <= r->seat_count; seat++) {
        const struct likeness *l = &like[seat - 1];
        mark(c, seat, window_slot(&p->window, d->number), l->greatest > 0);
        if (l->greatest > 0 && c->number[seat - 1] >= p->rules.watch.copied_decisions) {
            raise_copy(p, seat, c->number[seat - 1], l, d);
        } else if (l->greatest == 0 && r->seats[seat - 1].has_reveal) {
            book_calm(p->book, FLAG_COPIED, seat, p->rules.watch.recent);
        }
    }
}

const struct detector detect_copied = {.state_size = state_size,
                                       .end = end,
                                       .memory = memory,
                                       .event = event,
                                       .decided = decided};
