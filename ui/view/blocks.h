/* SPDX-License-Identifier: ISC */
/*
 * Parts that a view puts beside or below its list where there is room. Each draws from the
 * top of its area, at most its rows, and returns the rows taken; 0 where there is nothing
 * to say.
 */
#ifndef CONCLAVE_UI_VIEW_BLOCKS_H
#define CONCLAVE_UI_VIEW_BLOCKS_H

#include "ui/view/draw.h"

/* A title with a line to the area's right edge. */
void block_title(struct cells *, struct area, unsigned row, const char *title);
/* What is waited for and what happens next, in the node's words. */
unsigned awaiting_block(const struct view_context *, struct cells *, struct area);
/* Each phase and by name who has not voted in it. */
unsigned missing_block(const struct view_context *, struct cells *, struct area);
/* Open proposals with their bars; small: a line each. */
unsigned open_block(const struct view_context *, struct cells *, struct area, bool small);
/* Flags that are not cleared, with their texts. */
unsigned flags_block(const struct view_context *, struct cells *, struct area);
/* The newest lines of the log, the newest last; as many as there are rows. */
unsigned log_block(const struct view_context *, struct cells *, struct area);
/* The ballots of the seats that are marked, side by side. */
unsigned compare_block(const struct view_context *, struct cells *, struct area);

/* "07 cherry, 11 fir": all of a set, to be wrapped. Appends. */
void words_seats(struct buffer *out, const struct scene *, const bool *set);

#endif
