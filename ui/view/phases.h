/* SPDX-License-Identifier: ISC */
/*
 * The lines on top of every view: how far the block at hand is, how many are missing, who
 * they are, and what happens without them.
 */
#ifndef CONCLAVE_UI_VIEW_PHASES_H
#define CONCLAVE_UI_VIEW_PHASES_H

#include "ui/view/draw.h"

/* What is waited for at this moment: as the node said it, or, where the council has gone on
 * since, as votes and ballots tell it. */
struct awaited {
    char what[24], text[400]; /* text is empty where nothing is known to be missing */
    uint32_t have, need;
    bool reachable;
    bool missing[UI_SEATS_MAX];
};
void awaited_now(const struct scene *, struct awaited *out);

enum { PHASES_ROWS = 3 };
void council_phases_draw(const struct view_context *, struct cells *, struct area);

/* Columns that a phase's label takes, before the bar. */
enum { PHASE_LABEL = 9 };
/* One phase: label, a bar of width columns with the mark at a quorum, "27/33 need 3" or
 * "QUORUM +41ms". have: UNKNOWN, or how many. Returns the columns taken. */
unsigned phase_draw(const struct view_context *, struct cells *, struct area line,
                    const char *label, unsigned width, uint64_t have, uint64_t after_ms);
/* A bar's width for the council that leaves room for so many columns of words at its right:
 * for the numbers alone, or for a countdown, too. */
enum { PHASE_NUMBERS = 17, PHASE_COUNTDOWN = 37 };
unsigned phase_width(const struct scene *, unsigned cols, unsigned words);
/* Who is missing: with names where all fit, else by numbers, and "+3" for those that do not
 * fit. Returns the columns taken. */
unsigned missing_draw(const struct view_context *, struct cells *, struct area line,
                      unsigned col, const bool *missing);
/* How many of a council are in a set. */
unsigned seats_in(const struct scene *, const bool *set);
/* The clock by which seats are alive: when the node itself is not heard any more, nothing
 * is known of the others since then. */
uint64_t scene_moment(const struct scene *, uint64_t now_ms);
/* Whether a seat was heard, but not for too long; one that was never heard is not known to
 * be silent while it is connected. */
bool seat_is_silent(const struct view_context *, uint16_t seat);
/* Whether it asks for the view that this node is changing to, or for one above. */
bool seat_asks(const struct scene *, const struct scene_seat *);
/* What happens when a timer ends: "view change in 4.2s"; empty where none runs. */
void words_next(char *out, size_t size, const struct scene *, uint64_t now_ms);

#endif
