/* SPDX-License-Identifier: ISC */
/* The line at the bottom of every view: flags that are not cleared, the gravest first. */
#ifndef CONCLAVE_UI_VIEW_FLAGS_LINE_H
#define CONCLAVE_UI_VIEW_FLAGS_LINE_H

#include "ui/view/draw.h"

void flags_line_draw(const struct view_context *, struct cells *, struct area);
/* "NEW", "ACK", "CLEARED" */
const char *flag_state_word(enum flag_state);
/* Flags by what should be looked at first: new before acknowledged, grave before light;
 * cleared ones come last. 0 is the first. */
enum { FLAG_RANKS = 7 };
unsigned flag_rank(const struct scene_flag *);

#endif
