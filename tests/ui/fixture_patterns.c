/* SPDX-License-Identifier: ISC */
/* What the node told of voting patterns: two groups, one seat that is far too sure, one
 * that votes against the others, one pair too few votes and one that is not known. */
#include "fixture.h"

#include "base/quorum.h"

#include <stdlib.h>

enum { WINDOW = 200, RECENT = 40, TOLD_BEFORE = 5, DECISIONS = 1430 };

/* 1 and 2; 0: none. The first is of more than f seats of a council of seven. */
static uint16_t group_of(uint16_t seat)
{
    return seat % 9 == 4 ? 1 : seat == 6 || seat == 18 || seat == 28 ? 2 : 0;
}

static struct pair_votes votes(uint16_t a, uint16_t b, unsigned held, uint64_t salt)
{
    int kappa = (int)fixture_random(a, b + salt, 460) - 90;
    int half = held > WINDOW ? 45 : 130;
    if (group_of(a) != 0 && group_of(a) == group_of(b)) {
        kappa = 690 + (int)fixture_random(a, b + salt, 280);
    } else if (a == 5 || b == 5) {
        kappa = -560 + (int)fixture_random(a, b + salt, 200);
    }
    if (a == 13 && b == 22) {
        kappa = 1000; /* always the same */
        half = 0;
    }
    uint32_t both = (uint32_t)(held * 9 / 10 - fixture_random(a, b + salt + 1, held / 8));
    return (struct pair_votes){
        .votes = both,
        .agreed = (uint32_t)((uint64_t)both * (uint32_t)(1500 + kappa) / 2500),
        .kappa = (int16_t)kappa,
        .low = (int16_t)(kappa - half < -1000 ? -1000 : kappa - half),
        .high = (int16_t)(kappa + half > 1000 ? 1000 : kappa + half)};
}

static void make_pairs(struct scene_likeness *l)
{
    for (uint16_t a = 1; a < l->seats; a++) {
        for (uint16_t b = (uint16_t)(a + 1); b <= l->seats; b++) {
            struct scene_pair *pair = scene_pair(l, a, b);
            if (a == 2 && b == 3) {
                continue; /* not told */
            }
            pair->window = votes(a, b, WINDOW, 10);
            pair->all = votes(a, b, DECISIONS, 20);
            if (a == 1 && b == 3) {
                pair->window = (struct pair_votes){
                    .kappa = MEASURE_NONE, .low = MEASURE_NONE, .high = MEASURE_NONE};
            }
        }
    }
}

/* As conclave-patterns(7) has it: by the lowest seat of each group. */
static void make_order(struct scene_likeness *l)
{
    uint16_t at = 0, group[3] = {0, 0, 0};
    for (uint16_t seat = 1; seat <= l->seats; seat++) {
        uint16_t here = group_of(seat);
        uint16_t members = 0;
        for (uint16_t k = 1; k <= l->seats; k++) {
            members = (uint16_t)(members + (here != 0 && group_of(k) == here));
        }
        if (members < 2) {
            l->order[at++] = seat;
        } else if (group[here] == 0) {
            group[here] = ++l->groups;
            for (uint16_t k = seat; k <= l->seats; k++) {
                if (group_of(k) == here) {
                    l->order[at++] = k;
                    l->group[k - 1] = group[here];
                }
            }
        }
    }
}

static struct vote_tally tally(uint16_t seat, unsigned held, uint64_t salt)
{
    unsigned agreement = 780 + fixture_random(seat, 40 + salt, 200);
    unsigned sure = 690 + fixture_random(seat, 41 + salt, 200);
    if (seat == 5) {
        agreement = 310;
        sure = 930;
    }
    unsigned off = 1000 - sure;
    /* As if it were as sure in every ballot. */
    unsigned brier = (off * off * agreement + sure * sure * (1000 - agreement)) / 100000;
    return (struct vote_tally){.awaited = held,
                               .votes = held * 9 / 10,
                               .participation =
                                   (uint16_t)(950 + fixture_random(seat, 42, 50)),
                               .agreement = (uint16_t)agreement,
                               .approval = (uint16_t)(500 + fixture_random(seat, 43, 300)),
                               .confidence = (uint16_t)sure,
                               .brier = (uint16_t)brier};
}

void fixture_patterns(struct scene *s)
{
    static const unsigned held[PERIODS] = {
        [PERIOD_ALL] = DECISIONS, [PERIOD_WINDOW] = WINDOW, [PERIOD_RECENT] = RECENT};
    struct scene_likeness *l = scene_likeness_new(s->seats);
    struct scene_tallies *t = scene_tallies_new(s->seats);
    l->decisions = t->decisions = DECISIONS - TOLD_BEFORE;
    l->least_kappa = 600;
    for (int p = 0; p < PERIODS; p++) {
        l->held[p] = t->held[p] = held[p];
        for (uint16_t seat = 1; seat <= s->seats; seat++) {
            if (seat != 7) { /* nothing is known of it */
                t->seat[seat - 1].of[p] = tally(seat, held[p], (uint64_t)p);
            }
        }
    }
    make_pairs(l);
    make_order(l);
    s->likeness = l;
    s->tallies = t;
}
