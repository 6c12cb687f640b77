/* SPDX-License-Identifier: ISC */
#include "patterns/finding.h"

#include <assert.h>

void seat_set_add(struct seat_set *s, uint16_t seat)
{
    assert(seat >= 1 && seat <= SEATS_MAX);
    s->words[(seat - 1) / 64] |= UINT64_C(1) << ((seat - 1) % 64);
}

bool seat_set_has(const struct seat_set *s, uint16_t seat)
{
    assert(seat >= 1 && seat <= SEATS_MAX);
    return (s->words[(seat - 1) / 64] >> ((seat - 1) % 64) & 1) != 0;
}

unsigned seat_set_count(const struct seat_set *s)
{
    unsigned count = 0;
    for (size_t i = 0; i < SEATS_MAX / 64; i++) {
        count += (unsigned)__builtin_popcountll(s->words[i]);
    }
    return count;
}
