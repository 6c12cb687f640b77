/* SPDX-License-Identifier: ISC */
/*
 * Scenes for tests of views, made without a model and the same at every run: a council of
 * so many seats in one of the states that an operator meets. Seat 2 is the node's own.
 */
#ifndef CONCLAVE_TESTS_UI_FIXTURE_H
#define CONCLAVE_TESTS_UI_FIXTURE_H

#include "ui/model/scene.h"

enum fixture_state {
    FIXTURE_IDLE,     /* nothing to decide, everybody there */
    FIXTURE_BALLOTS,  /* three proposals are open, and wait for ballots, not for blocks */
    FIXTURE_DECIDING, /* prepared, COMMITs still come; three proposals are open */
    FIXTURE_VIEW_CHANGE,  /* the primary is dead, VIEW-CHANGEs come */
    FIXTURE_DEAD,         /* f seats are dead: one more and nothing is decided */
    FIXTURE_STALLED,      /* so many are dead that no quorum is left */
    FIXTURE_EQUIVOCATION, /* a seat signed two things and is expelled */
    FIXTURE_LOST,         /* deciding, but the node was last heard a minute ago */
    FIXTURE_FROZEN,       /* deciding, ten seconds ago */
    FIXTURE_PAST,  /* a decision of long ago, of which the console saw nothing else */
    FIXTURE_EMPTY, /* no node has answered yet */
    FIXTURE_STATES
};

/* 2026-03-14 14:02:07 UTC */
#define FIXTURE_NOW UINT64_C(1773496927000)
enum { FIXTURE_DECISIONS = 120, FIXTURE_OWN = 2 };

/* out is new; fixture_free releases it. 4 to UI_SEATS_MAX seats. */
void fixture_scene(struct scene *out, unsigned seats, enum fixture_state state);
void fixture_free(struct scene *s);
/* What the views' clock shows in this state. */
uint64_t fixture_clock(enum fixture_state state);
/* "deciding" */
const char *fixture_name(enum fixture_state state);
/* Text that wants to harm: names, titles, flags, log lines with escape sequences,
 * bidirectional controls, wide and combining characters, bytes that are not UTF-8, and
 * numbers that are missing or huge. For a scene that fixture_scene made. */
void fixture_hostile(struct scene *s);

/* --- of the fixture's files alone --- */

/* 0 to below - 1, from a place's numbers: the same wherever it is asked. */
unsigned fixture_random(uint64_t a, uint64_t b, unsigned below);
bool fixture_is_dead(const struct scene *s, enum fixture_state state, uint16_t seat);
uint16_t fixture_liar(const struct scene *s);
void fixture_council(struct scene *s, unsigned seats);
void fixture_order(struct scene *s, enum fixture_state state);
void fixture_seat(struct scene *s, enum fixture_state state, uint16_t number);
void fixture_votes(struct scene *s, enum fixture_state state, unsigned prepares,
                   unsigned commits);
void fixture_decisions(struct scene *s, enum fixture_state state);
void fixture_open(struct scene *s, enum fixture_state state);
void fixture_patterns(struct scene *s);
void fixture_flags(struct scene *s, enum fixture_state state);
void fixture_ledger(struct scene *s);
void fixture_log(struct scene *s, enum fixture_state state);

#endif
