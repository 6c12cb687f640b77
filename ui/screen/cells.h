/* SPDX-License-Identifier: ISC */
/*
 * The cell buffer: a screen as views draw it and painters read it. No terminal, no locale:
 * text from anywhere is made safe here, and what is drawn is cut at the edges of its area.
 */
#ifndef CONCLAVE_UI_SCREEN_CELLS_H
#define CONCLAVE_UI_SCREEN_CELLS_H

#include "base/bytes.h"
#include "ui/screen/role.h"

#include <stdbool.h>
#include <stdint.h>

enum { CELL_MARKS = 2, CELLS_SIDE_MAX = 1000 };

struct cell {
    uint32_t ch;                /* a code point; 0: the right half of a wide one */
    uint16_t marks[CELL_MARKS]; /* combining ones upon it, 0: none */
    uint8_t role;               /* enum role */
    bool selected;              /* the operator's row */
    bool dim;                   /* of data that are old */
};

struct cells {
    uint16_t rows, cols;
    bool ascii; /* nothing but ASCII is drawn */
    struct cell *at;
};

/* A rectangle of the buffer. */
struct area {
    uint16_t row, col, rows, cols;
};

/* Blank, of this size, at most CELLS_SIDE_MAX each way. cells_free leaves it empty. */
void cells_init(struct cells *c, uint16_t rows, uint16_t cols, bool ascii);
void cells_free(struct cells *c);
void cells_clear(struct cells *c);
struct area cells_area(const struct cells *c);
/* The cell at a place that must be inside. */
struct cell *cells_at(const struct cells *c, unsigned row, unsigned col);

/* Parts of an area; what is not there is cut. */
struct area area_rows(struct area a, unsigned row, unsigned rows);
struct area area_cols(struct area a, unsigned col, unsigned cols);

/* --- drawing: rows and columns count within the area, and what is outside is cut --- */

/* Text as it may be shown: what base/text.h forbids is escaped, invalid UTF-8 as \xNN; in
 * ASCII other characters as \u{N}. Returns the columns taken. */
unsigned draw_text(struct cells *c, struct area a, unsigned row, unsigned col,
                   enum role role, struct slice text);
unsigned draw_string(struct cells *c, struct area a, unsigned row, unsigned col,
                     enum role role, const char *text);
unsigned draw_format(struct cells *c, struct area a, unsigned row, unsigned col,
                     enum role role, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Exactly width columns: padded, or cut with an ellipsis. */
void draw_fit(struct cells *c, struct area a, unsigned row, unsigned col, unsigned width,
              enum role role, struct slice text);
/* Likewise, but the text stands at the right. */
void draw_right(struct cells *c, struct area a, unsigned row, unsigned col, unsigned width,
                enum role role, const char *text);

enum glyph {
    GLYPH_FULL,   /* a reached cell of a bar */
    GLYPH_REST,   /* one that is not */
    GLYPH_GOAL,   /* where it must come to */
    GLYPH_ACROSS, /* lines */
    GLYPH_DOWN,
    GLYPH_ELLIPSIS,
    GLYPH_BULLET,
    GLYPH_UP, /* arrows: sorted so, or more that way */
    GLYPH_BELOW,
    GLYPH_COUNT
};
void draw_glyph(struct cells *c, struct area a, unsigned row, unsigned col, enum role role,
                enum glyph glyph);
/* An eighth of a cell's height each, 1 to 8; 0 is a blank. In ASCII as _.-:=+*#. */
enum { LEVEL_MAX = 8 };
void draw_level(struct cells *c, struct area a, unsigned row, unsigned col, enum role role,
                unsigned level);
/* value of total in width columns, with a mark where goal is reached (0: none). */
void draw_bar(struct cells *c, struct area a, unsigned row, unsigned col, unsigned width,
              unsigned value, unsigned total, unsigned goal);
void draw_line(struct cells *c, struct area a, unsigned row, enum role role);

/* Marks columns of a row as the operator's. */
void cells_select(struct cells *c, struct area a, unsigned row, unsigned col,
                  unsigned cols);
void cells_dim(struct cells *c, struct area a);

/* How many columns a text takes when drawn. */
unsigned text_columns(struct slice text, bool ascii);

#endif
