/* SPDX-License-Identifier: ISC */
#include "ui/model/patterns.h"

#include "base/alloc.h"

static const struct vote_tally no_tally = {.participation = SHARE_UNKNOWN,
                                           .agreement = SHARE_UNKNOWN,
                                           .approval = SHARE_UNKNOWN,
                                           .confidence = SHARE_UNKNOWN,
                                           .brier = SHARE_UNKNOWN};
static const struct pair_votes no_votes = {
    .kappa = MEASURE_UNKNOWN, .low = MEASURE_UNKNOWN, .high = MEASURE_UNKNOWN};

static size_t pair_count(uint16_t seats)
{
    return seats > 0 ? (size_t)seats * (seats - 1U) / 2 : 0;
}

size_t scene_tallies_bytes(uint16_t seats)
{
    return sizeof(struct scene_tallies) + seats * sizeof(struct seat_tallies);
}

size_t scene_likeness_bytes(uint16_t seats)
{
    return sizeof(struct scene_likeness) + pair_count(seats) * sizeof(struct scene_pair) +
           2 * seats * sizeof(uint16_t);
}

struct scene_tallies *scene_tallies_new(uint16_t seats)
{
    struct scene_tallies *t = alloc_zero(1, scene_tallies_bytes(seats));
    t->references = 1;
    t->seats = seats;
    for (uint16_t i = 0; i < seats; i++) {
        for (int p = 0; p < PERIODS; p++) {
            t->seat[i].of[p] = no_tally;
        }
    }
    return t;
}

struct scene_likeness *scene_likeness_new(uint16_t seats)
{
    struct scene_likeness *l = alloc_zero(1, scene_likeness_bytes(seats));
    size_t pairs = pair_count(seats);
    l->references = 1;
    l->seats = seats;
    l->least_kappa = MEASURE_UNKNOWN;
    l->pairs = (struct scene_pair *)(l + 1);
    l->order = (uint16_t *)(l->pairs + pairs);
    l->group = l->order + seats;
    for (size_t i = 0; i < pairs; i++) {
        l->pairs[i] = (struct scene_pair){no_votes, no_votes};
    }
    for (uint16_t i = 0; i < seats; i++) {
        l->order[i] = (uint16_t)(i + 1);
    }
    return l;
}

struct scene_pair *scene_pair(const struct scene_likeness *l, uint16_t a, uint16_t b)
{
    uint16_t first = a < b ? a : b, second = a < b ? b : a;
    if (first < 1 || first == second || second > l->seats) {
        return NULL;
    }
    size_t row = first - 1U, before = row * l->seats - row * (row + 1) / 2;
    return &l->pairs[before + second - first - 1];
}
