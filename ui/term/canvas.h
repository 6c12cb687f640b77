/* SPDX-License-Identifier: ISC */
/*
 * ncurses, which draws into a file in memory: it works out the bytes that bring a terminal
 * from one buffer of cells to the next, and never meets the terminal itself. There can be
 * one at a time. The locale is that of the process.
 */
#ifndef CONCLAVE_UI_TERM_CANVAS_H
#define CONCLAVE_UI_TERM_CANVAS_H

#include "base/bytes.h"
#include "base/error.h"
#include "ui/screen/cells.h"
#include "ui/screen/theme.h"

struct canvas;

/* For a type of terminal; the complaint says what is wrong with it. Nothing is drawn yet.
 */
int canvas_open(const char *type, struct canvas **out, struct complaint *why);
void canvas_close(struct canvas *c);

/* Draws what changed since the last buffer. */
void canvas_paint(struct canvas *c, const struct cells *cells, const struct theme *theme);
/* The next buffer is painted whole, on a screen of which nothing is known. */
void canvas_forget(struct canvas *c);
/* Gives the screen back; the next buffer takes it again. */
void canvas_leave(struct canvas *c);
/* Appends the bytes drawn since the last call. */
void canvas_take(struct canvas *c, struct buffer *out);

unsigned canvas_colours(const struct canvas *c); /* 256, 16, 8 or 0 */
/* The size that terminfo knows, where the system knows none. */
void canvas_size(const struct canvas *c, uint16_t *rows, uint16_t *cols);
/* A string of this terminal; NULL: it has none. */
const char *canvas_string(const char *capability);

#endif
