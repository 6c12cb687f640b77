/* SPDX-License-Identifier: ISC */
#include "patterns/dissents.h"

#include "base/alloc.h"

#include <stdlib.h>

void dissents_begin(struct dissents *d, const struct pattern_rules *rules)
{
    size_t sums = (size_t)rules->seats * DIRECTIONS;
    *d = (struct dissents){.seats = rules->seats,
                           .size = rules->watch.window,
                           .recent = rules->watch.recent,
                           .classes = rules->classes,
                           .tolerance = rules->watch.dissent_percent * SHARE_ONE / 100};
    d->ring = alloc_zero((size_t)d->size * d->seats, sizeof(*d->ring));
    d->ring_class = alloc_zero(d->size, sizeof(*d->ring_class));
    d->window = alloc_zero(sums, sizeof(*d->window));
    d->newest = alloc_zero(sums, sizeof(*d->newest));
    d->clear = alloc_zero(sums, sizeof(*d->clear));
    d->by_class = alloc_zero(sums * d->classes, sizeof(*d->by_class));
}

void dissents_end(struct dissents *d)
{
    free(d->ring);
    free(d->ring_class);
    free(d->window);
    free(d->newest);
    free(d->clear);
    free(d->by_class);
}

/* --- one decision --- */

static struct dissent dissent_of(const struct record *r, uint16_t seat)
{
    const struct seat_record *s = &r->seats[seat - 1];
    if (!s->has_reveal || s->choice == CHOICE_ABSTAIN) {
        return (struct dissent){.counts = false};
    }
    uint32_t approve = r->approve - (s->choice == CHOICE_APPROVE);
    uint32_t reject = r->reject - (s->choice == CHOICE_REJECT);
    uint32_t others = approve + reject, fewer = approve < reject ? approve : reject;
    if (others < DISSENT_OTHERS || approve == reject) {
        return (struct dissent){.counts = false};
    }
    enum choice direction = approve < reject ? CHOICE_APPROVE : CHOICE_REJECT;
    /* Laplace's rule of succession: in a small council nobody says little. */
    return (struct dissent){.share = (uint16_t)((fewer + 1) * SHARE_ONE / (others + 2)),
                            .direction = (uint8_t)direction,
                            .counts = true,
                            .is_dissent = s->choice == direction};
}

/* Twice as often as the others, and some more; but not more often than a coin. */
static uint32_t tolerated(const struct dissents *d, const struct dissent *x)
{
    uint32_t p = 2U * x->share + d->tolerance;
    return p < SHARE_ONE / 2 ? p : SHARE_ONE / 2;
}

static void put(const struct dissents *d, struct dissent_sum *sums, const struct dissent *x,
                bool is_added)
{
    struct dissent_sum *s = &sums[x->direction];
    if (is_added) {
        s->votes++;
        s->dissents += x->is_dissent;
        s->share += x->share;
        s->tolerated += tolerated(d, x);
    } else {
        s->votes--;
        s->dissents -= x->is_dissent;
        s->share -= x->share;
        s->tolerated -= tolerated(d, x);
    }
}

static struct dissent_sum *class_sums(const struct dissents *d, uint16_t seat,
                                      uint32_t class_index)
{
    return &d->by_class[((size_t)(seat - 1) * d->classes + class_index) * DIRECTIONS];
}

static struct dissent *at(const struct dissents *d, uint64_t number, uint16_t seat)
{
    return &d->ring[number % d->size * d->seats + seat - 1U];
}

/* What enters or leaves the window. */
static void pass(struct dissents *d, const struct dissent *x, uint16_t seat,
                 uint32_t class_index, bool is_added)
{
    if (!x->counts) {
        return;
    }
    put(d, &d->window[(seat - 1U) * DIRECTIONS], x, is_added);
    put(d, class_sums(d, seat, class_index), x, is_added);
    if (x->share <= CLEAR_SHARE) {
        put(d, &d->clear[(seat - 1U) * DIRECTIONS], x, is_added);
    }
}

static void pass_recent(struct dissents *d, const struct dissent *x, uint16_t seat,
                        bool is_added)
{
    if (x->counts) {
        put(d, &d->newest[(seat - 1U) * DIRECTIONS], x, is_added);
    }
}

void dissents_add(struct dissents *d, const struct record *r)
{
    uint16_t *class_index = &d->ring_class[d->count % d->size];
    for (uint16_t seat = 1; seat <= d->seats; seat++) {
        struct dissent *x = at(d, d->count, seat);
        if (d->count >= d->recent) {
            pass_recent(d, at(d, d->count - d->recent, seat), seat, false);
        }
        /* The oldest lies in its slot; before there was one, nothing that counts does. */
        pass(d, x, seat, *class_index, false);
        *x = dissent_of(r, seat);
        pass(d, x, seat, r->class_index, true);
        pass_recent(d, x, seat, true);
    }
    *class_index = (uint16_t)r->class_index;
    d->count++;
}

/* --- looking --- */

size_t dissents_memory(const struct dissents *d)
{
    size_t sums = (size_t)d->seats * DIRECTIONS * (3 + d->classes);
    return d->size * (d->seats * sizeof(*d->ring) + sizeof(*d->ring_class)) +
           sums * sizeof(*d->window);
}

const struct dissent *dissents_last(const struct dissents *d, uint16_t seat)
{
    return at(d, d->count - 1, seat);
}

const struct dissent_sum *dissents_window(const struct dissents *d, uint16_t seat)
{
    return &d->window[(seat - 1U) * DIRECTIONS];
}

const struct dissent_sum *dissents_clear(const struct dissents *d, uint16_t seat)
{
    return &d->clear[(seat - 1U) * DIRECTIONS];
}

const struct dissent_sum *dissents_recent(const struct dissents *d, uint16_t seat)
{
    return &d->newest[(seat - 1U) * DIRECTIONS];
}

const struct dissent_sum *dissents_class(const struct dissents *d, uint16_t seat,
                                         uint32_t class_index)
{
    return class_sums(d, seat, class_index);
}

struct dissent_sum dissent_sum_both(const struct dissent_sum *directions)
{
    const struct dissent_sum *a = &directions[0], *b = &directions[1];
    return (struct dissent_sum){.votes = a->votes + b->votes,
                                .dissents = a->dissents + b->dissents,
                                .share = a->share + b->share,
                                .tolerated = a->tolerated + b->tolerated};
}
