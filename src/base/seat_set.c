/* SPDX-License-Identifier: ISC */
#include "base/seat_set.h"

#include <assert.h>
#include <stddef.h>

enum { WORDS = SEAT_SET_MAX / 64 };

void seat_set_add(struct seat_set *s, uint16_t seat)
{
    assert(seat >= 1 && seat <= SEAT_SET_MAX);
    s->words[(seat - 1) / 64] |= UINT64_C(1) << ((seat - 1) % 64);
}

void seat_set_add_all(struct seat_set *s, const struct seat_set *others)
{
    for (size_t i = 0; i < WORDS; i++) {
        s->words[i] |= others->words[i];
    }
}

bool seat_set_has(const struct seat_set *s, uint16_t seat)
{
    assert(seat >= 1 && seat <= SEAT_SET_MAX);
    return (s->words[(seat - 1) / 64] >> ((seat - 1) % 64) & 1) != 0;
}

unsigned seat_set_count(const struct seat_set *s)
{
    static const struct seat_set none;
    return seat_set_count_beyond(s, &none);
}

unsigned seat_set_count_beyond(const struct seat_set *a, const struct seat_set *b)
{
    unsigned count = 0;
    for (size_t i = 0; i < WORDS; i++) {
        count += (unsigned)__builtin_popcountll(a->words[i] & ~b->words[i]);
    }
    return count;
}
