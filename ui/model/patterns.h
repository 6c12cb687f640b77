/* SPDX-License-Identifier: ISC */
/*
 * Voting patterns from the ledger, as a node told of them, conclave-patterns(7): how each
 * seat voted, and how much alike each pair. They are items of a scene: what is told later
 * is another item. Shares and measures are in thousandths.
 */
#ifndef CONCLAVE_UI_MODEL_PATTERNS_H
#define CONCLAVE_UI_MODEL_PATTERNS_H

#include <stddef.h>
#include <stdint.h>

/* Which decisions something is counted over: all of them, the charter's window of the
 * newest, and the newest of these. */
enum period { PERIOD_ALL, PERIOD_WINDOW, PERIOD_RECENT, PERIODS };

enum {
    SHARE_UNKNOWN = UINT16_MAX, /* of nothing, or not told */
    BRIER_MAX = 10000,          /* always sure, and always against the outcome */
    MEASURE_NONE = INT16_MIN,   /* told that there is none: too little to compare */
    MEASURE_UNKNOWN = INT16_MAX /* not told */
};

struct vote_tally {
    uint32_t awaited, votes; /* ballots for or against that were opened */
    uint16_t participation, agreement, approval, confidence; /* SHARE_UNKNOWN */
    uint16_t brier; /* the mean, to BRIER_MAX; SHARE_UNKNOWN */
};

struct seat_tallies {
    struct vote_tally of[PERIODS];
};

struct scene_tallies {
    size_t references;
    uint64_t decisions;     /* that it is made of: records below this one */
    uint64_t held[PERIODS]; /* decisions of each period */
    uint16_t seats;
    struct seat_tallies seat[]; /* seat[seat - 1] */
};

/* Agreement beyond chance, Cohen's kappa, and where it lies with 95 %. */
struct pair_votes {
    uint32_t votes, agreed; /* both for or against; the same */
    int16_t kappa, low, high;
};

struct scene_pair {
    struct pair_votes window, all;
};

struct scene_likeness {
    size_t references;
    uint64_t decisions;
    uint64_t held[PERIODS];
    int16_t least_kappa; /* of a group, in the mean; MEASURE_UNKNOWN */
    uint16_t seats, groups;
    uint16_t *order; /* every seat once, groups together */
    uint16_t *group; /* group[seat - 1], from 1; 0: none */
    struct scene_pair *pairs;
};

/* New ones in which nothing is known, with one reference. */
struct scene_tallies *scene_tallies_new(uint16_t seats);
struct scene_likeness *scene_likeness_new(uint16_t seats);
/* Bytes of one for so many seats. */
size_t scene_tallies_bytes(uint16_t seats);
size_t scene_likeness_bytes(uint16_t seats);
/* Two seats, in either order; NULL when they are one, or not there. */
struct scene_pair *scene_pair(const struct scene_likeness *l, uint16_t a, uint16_t b);

#endif
