/* SPDX-License-Identifier: ISC */
#include "conclaved/beats.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stdlib.h>

struct beat {
    uint64_t last_ms;           /* when the last came */
    bool came;                  /* in this slot, */
    uint32_t gap_ms;            /* so long after the one before it */
    uint32_t gaps[BEATS_SLOTS]; /* a ring */
};

struct beats {
    uint16_t seats, self;
    uint64_t interval_ms;
    uint64_t slot;
    struct beat seat[];
};

struct beats *beats_new(uint16_t seats, uint16_t self, uint64_t interval_ms,
                        uint64_t now_ms)
{
    struct beats *b = alloc_zero(1, sizeof(*b) + seats * sizeof(b->seat[0]));
    b->seats = seats;
    b->self = self;
    b->interval_ms = interval_ms;
    for (uint16_t i = 0; i < seats; i++) {
        b->seat[i].last_ms = now_ms;
    }
    return b;
}

void beats_free(struct beats *b)
{
    free(b);
}

static uint32_t since(uint64_t then_ms, uint64_t now_ms)
{
    uint64_t ms = now_ms - then_ms;
    return ms < BEATS_MISSED ? (uint32_t)ms : BEATS_MISSED - 1;
}

void beats_came(struct beats *b, uint16_t seat, uint64_t now_ms)
{
    struct beat *s = &b->seat[seat - 1];
    s->gap_ms = since(s->last_ms, now_ms);
    s->last_ms = now_ms;
    s->came = true;
}

void beats_turn(struct beats *b, uint64_t now_ms)
{
    size_t at = b->slot++ % BEATS_SLOTS;
    for (uint16_t i = 0; i < b->seats; i++) {
        struct beat *s = &b->seat[i];
        uint32_t silence = since(s->last_ms, now_ms);
        bool missed = silence > b->interval_ms + b->interval_ms / 2;
        s->gaps[at] = i + 1 == b->self ? 0
                      : s->came        ? s->gap_ms
                      : missed         ? BEATS_MISSED
                                       : silence;
        s->came = false;
    }
}

uint64_t beats_slot(const struct beats *b)
{
    return b->slot;
}

size_t beats_gaps(const struct beats *b, uint16_t seat, uint32_t out[BEATS_SLOTS])
{
    size_t count = b->slot < BEATS_SLOTS ? (size_t)b->slot : BEATS_SLOTS;
    for (size_t i = 0; i < count; i++) {
        out[i] = b->seat[seat - 1].gaps[(b->slot - count + i) % BEATS_SLOTS];
    }
    return count;
}

uint32_t beats_gap(const struct beats *b, uint16_t seat)
{
    return b->slot > 0 ? b->seat[seat - 1].gaps[(b->slot - 1) % BEATS_SLOTS] : BEATS_MISSED;
}
