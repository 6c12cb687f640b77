/* SPDX-License-Identifier: ISC */
/* The painters that need no terminal: what is in the buffer, for files, pipes and tests. */
#ifndef CONCLAVE_UI_SCREEN_PAINT_H
#define CONCLAVE_UI_SCREEN_PAINT_H

#include "ui/screen/cells.h"
#include "ui/screen/theme.h"

/* A line for each row, without trailing blanks. Appends. */
void paint_text(struct buffer *out, const struct cells *c);
/*
 * One JSON object: rows, cols, theme; lines, an array of {text, spans}, where each span is
 * {col, cols, role, and of fg, bg, bold, dim, underline, reverse what the theme gives it},
 * "selected" and "dim" where they apply. Plain text has no span. Appends, with a newline.
 */
void paint_json(struct buffer *out, const struct cells *c, const struct theme *theme);
/* How a cell looks: its role's style, with selection and dimming. */
struct style paint_style(const struct cell *cell, const struct theme *theme);

#endif
