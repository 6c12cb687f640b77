/* SPDX-License-Identifier: ISC */
#include "watch/offset.h"

static bool has_jumped(uint64_t was, uint64_t is)
{
    uint64_t forward = is - was, back = was - is;
    return (forward < back ? forward : back) > OFFSET_JUMP_MS;
}

void offset_add(struct offset *o, const struct offset_sample *s)
{
    uint64_t own = s->own_wall_ms - s->own_monotonic_ms;
    uint64_t its = s->its_wall_ms - s->its_monotonic_ms;
    if (o->count == 0 || has_jumped(o->own_zero_ms, own) ||
        has_jumped(o->its_zero_ms, its)) {
        /* Kept from then on: what slips slowly is not to be overlooked for ever. */
        o->count = o->next = 0;
        o->own_zero_ms = own;
        o->its_zero_ms = its;
    }
    o->samples[o->next].offset_ms = s->offset_ms;
    o->samples[o->next].round_trip_ms = s->round_trip_ms;
    o->next = (o->next + 1) % OFFSET_SAMPLES;
    o->count += o->count < OFFSET_SAMPLES;
}

bool offset_best(const struct offset *o, int64_t *offset_ms, uint32_t *round_trip_ms)
{
    uint32_t best = 0;
    /* Of equals the newest. */
    for (uint32_t i = 1; i <= o->count; i++) {
        uint32_t at = (o->next + OFFSET_SAMPLES - i) % OFFSET_SAMPLES;
        if (i == 1 || o->samples[at].round_trip_ms < o->samples[best].round_trip_ms) {
            best = at;
        }
    }
    if (o->count > 0) {
        *offset_ms = o->samples[best].offset_ms;
        *round_trip_ms = o->samples[best].round_trip_ms;
    }
    return o->count > 0;
}
