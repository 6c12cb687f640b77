/* SPDX-License-Identifier: ISC */
#include "patterns/inside.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void window_begin(struct window *w, const struct pattern_rules *rules)
{
    w->seats = rules->seats;
    w->size = rules->watch.window;
    w->words = (w->size + 63) / 64;
    w->decided = alloc_zero(w->size, sizeof(*w->decided));
    w->cast = alloc_zero((size_t)w->size * w->seats, sizeof(*w->cast));
    w->planes = alloc_zero((size_t)w->seats * PLANE_COUNT * w->words, sizeof(*w->planes));
}

void window_end(struct window *w)
{
    free(w->decided);
    free(w->cast);
    free(w->planes);
}

uint32_t window_slot(const struct window *w, uint64_t number)
{
    return (uint32_t)(number % w->size);
}

const struct decided *window_back(const struct window *w, uint64_t back)
{
    return back < w->count && back < w->size
               ? &w->decided[window_slot(w, w->count - 1 - back)]
               : NULL;
}

static uint64_t *plane_of(const struct window *w, uint16_t seat, enum plane plane)
{
    return &w->planes[((size_t)(seat - 1) * PLANE_COUNT + plane) * w->words];
}

const uint64_t *window_plane(const struct window *w, uint16_t seat, enum plane plane)
{
    return plane_of(w, seat, plane);
}

static void put(uint64_t *bits, uint32_t slot, bool value)
{
    uint64_t bit = UINT64_C(1) << (slot % 64);
    bits[slot / 64] = value ? bits[slot / 64] | bit : bits[slot / 64] & ~bit;
}

bool window_bit(const struct window *w, uint16_t seat, enum plane plane, uint32_t slot)
{
    return (plane_of(w, seat, plane)[slot / 64] >> (slot % 64) & 1) != 0;
}

/* --- a decision --- */

static struct decided decided_of(const struct record *r, uint64_t number)
{
    struct decided d = {.proposal = r->proposal,
                        .number = number,
                        .height = r->final.height,
                        .time_ms = r->final.time_ms,
                        .class_index = r->class_index,
                        .outcome = r->outcome,
                        .approve = (uint16_t)r->approve,
                        .reject = (uint16_t)r->reject,
                        .abstain = (uint16_t)r->abstain};
    uint16_t less = d.approve < d.reject ? d.approve : d.reject;
    d.is_contested = less >= CONTESTED_LEAST && d.approve != d.reject;
    d.smaller = d.approve < d.reject ? CHOICE_APPROVE : CHOICE_REJECT;
    return d;
}

static uint16_t clipped(uint32_t blocks)
{
    return blocks < CAST_NONE ? (uint16_t)blocks : CAST_NONE - 1;
}

static void put_seat(struct window *w, uint32_t slot, const struct record *r,
                     const struct decided *d, uint16_t seat)
{
    const struct seat_record *s = &r->seats[seat - 1];
    bool approve = s->has_reveal && s->choice == CHOICE_APPROVE;
    bool reject = s->has_reveal && s->choice == CHOICE_REJECT;
    bool approved = r->outcome == OUTCOME_APPROVED;
    bool smaller = d->smaller == CHOICE_APPROVE ? approve : reject;
    const bool bits[PLANE_COUNT] = {
        [PLANE_AWAITED] = s->status != STATUS_EXPELLED && s->status != STATUS_NOT_AWAITED,
        [PLANE_APPROVE] = approve,
        [PLANE_REJECT] = reject,
        [PLANE_ABSTAIN] = s->has_reveal && s->choice == CHOICE_ABSTAIN,
        [PLANE_AGAINST] = approved ? reject : approve,
        [PLANE_MINORITY] = d->is_contested && smaller,
        [PLANE_WITHHELD] = s->status == STATUS_WITHHELD,
        [PLANE_MISSED] = s->status == STATUS_MISSED,
        [PLANE_LATE] = s->status == STATUS_LATE};
    for (int plane = 0; plane < PLANE_COUNT; plane++) {
        put(plane_of(w, seat, (enum plane)plane), slot, bits[plane]);
    }
    w->cast[(size_t)slot * w->seats + seat - 1] = (struct cast){
        .confidence = s->has_reveal ? s->confidence : 0,
        .ballot_blocks = s->has_ballot ? clipped(record_ballot_blocks(r, seat)) : CAST_NONE,
        .reveal_blocks =
            s->has_reveal ? clipped(record_reveal_blocks(r, seat)) : CAST_NONE};
}

const struct decided *window_add(struct window *w, uint32_t recent, const struct record *r)
{
    uint64_t number = w->count++;
    uint32_t slot = window_slot(w, number);
    struct decided *d = &w->decided[slot];
    put(w->class[d->class_index].words, slot, false);
    *d = decided_of(r, number);
    put(w->class[d->class_index].words, slot, true);
    put(w->contested.words, slot, d->is_contested);
    put(w->recent.words, slot, true);
    if (number >= recent) {
        put(w->recent.words, window_slot(w, number - recent), false);
    }
    for (uint16_t seat = 1; seat <= w->seats; seat++) {
        put_seat(w, slot, r, d, seat);
    }
    return d;
}

/* --- counting --- */

uint32_t window_count(const struct window *w, uint16_t seat, enum plane plane,
                      const struct slots *among)
{
    const uint64_t *bits = plane_of(w, seat, plane);
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->words; i++) {
        uint64_t mask = among != NULL ? among->words[i] : UINT64_MAX;
        count += (uint32_t)__builtin_popcountll(bits[i] & mask);
    }
    return count;
}

uint32_t window_both(const struct window *w, uint16_t a, enum plane plane_a, uint16_t b,
                     enum plane plane_b, const struct slots *among)
{
    const uint64_t *x = plane_of(w, a, plane_a), *y = plane_of(w, b, plane_b);
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->words; i++) {
        uint64_t mask = among != NULL ? among->words[i] : UINT64_MAX;
        count += (uint32_t)__builtin_popcountll(x[i] & y[i] & mask);
    }
    return count;
}
