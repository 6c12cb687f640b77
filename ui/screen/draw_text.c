/* SPDX-License-Identifier: ISC */
#include "ui/screen/cells.h"
#include "ui/screen/glyph.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where text goes: columns from col to end of one row, which is inside the area. */
struct pen {
    struct cells *cells;
    unsigned row, col, end;
    enum role role;
    struct cell *last; /* the character that marks go upon, or NULL */
    unsigned marks;
};

/* A character over half a wide one leaves no other half behind. */
static void put_cell(struct cells *c, unsigned row, unsigned col, uint32_t ch,
                     enum role role)
{
    struct cell *cell = cells_at(c, row, col);
    if (cell->ch == 0 && col > 0 && ch != 0) {
        cells_at(c, row, col - 1)->ch = ' ';
    }
    if (col + 1 < c->cols && cells_at(c, row, col + 1)->ch == 0) {
        cells_at(c, row, col + 1)->ch = ' ';
    }
    *cell = (struct cell){.ch = ch, .role = (uint8_t)role};
}

/* Draws the piece; false when it does not fit any more. */
static bool put_piece(struct pen *pen, const struct piece *p)
{
    if (p->ch == 0) {
        for (const char *s = p->escape; *s != '\0'; s++) {
            if (pen->col >= pen->end) {
                return false;
            }
            put_cell(pen->cells, pen->row, pen->col++, (uint8_t)*s, pen->role);
        }
        pen->last = NULL;
        return true;
    }
    if (p->columns == 0) {
        if (pen->last != NULL && pen->marks < CELL_MARKS) {
            pen->last->marks[pen->marks++] = (uint16_t)p->ch;
        }
        return true;
    }
    if (pen->col + p->columns > pen->end) {
        return false;
    }
    put_cell(pen->cells, pen->row, pen->col, p->ch, pen->role);
    pen->last = cells_at(pen->cells, pen->row, pen->col);
    pen->marks = 0;
    if (p->columns == 2) {
        put_cell(pen->cells, pen->row, pen->col + 1, 0, pen->role);
    }
    pen->col += p->columns;
    return true;
}

unsigned draw_text(struct cells *c, struct area a, unsigned row, unsigned col,
                   enum role role, struct slice text)
{
    if (row >= a.rows || col >= a.cols) {
        return 0;
    }
    struct pen pen = {.cells = c,
                      .row = a.row + row,
                      .col = a.col + col,
                      .end = (unsigned)a.col + a.cols,
                      .role = role};
    struct piece p;
    for (size_t at = 0; at < text.size; at += p.bytes) {
        piece_next(&p, text, at, c->ascii, pen.last != NULL ? pen.marks : CELL_MARKS);
        if (!put_piece(&pen, &p)) {
            break;
        }
    }
    return pen.col - a.col - col;
}

unsigned draw_string(struct cells *c, struct area a, unsigned row, unsigned col,
                     enum role role, const char *text)
{
    return draw_text(c, a, row, col, role, slice_of_string(text));
}

unsigned draw_format(struct cells *c, struct area a, unsigned row, unsigned col,
                     enum role role, const char *format, ...)
{
    char words[512];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    assert(size >= 0);
    size_t length = (size_t)size < sizeof(words) ? (size_t)size : sizeof(words) - 1;
    return draw_text(c, a, row, col, role, slice_of(words, length));
}

void draw_fit(struct cells *c, struct area a, unsigned row, unsigned col, unsigned width,
              enum role role, struct slice text)
{
    struct area field = area_cols(a, col, width);
    bool whole = text_columns(text, c->ascii) <= field.cols;
    struct area shown =
        whole || field.cols == 0 ? field : area_cols(field, 0, field.cols - 1U);
    unsigned at = draw_text(c, shown, row, 0, role, text);
    for (; at < shown.cols && row < a.rows; at++) {
        put_cell(c, a.row + row, shown.col + at, ' ', role);
    }
    if (!whole) {
        draw_glyph(c, field, row, shown.cols, role, GLYPH_ELLIPSIS);
    }
}

void draw_right(struct cells *c, struct area a, unsigned row, unsigned col, unsigned width,
                enum role role, const char *text)
{
    unsigned columns = text_columns(slice_of_string(text), c->ascii);
    unsigned pad = columns < width ? width - columns : 0;
    struct area field = area_cols(a, col, width);
    for (unsigned i = 0; i < pad && i < field.cols && row < a.rows; i++) {
        put_cell(c, a.row + row, field.col + i, ' ', role);
    }
    if (pad > 0 || columns == width) {
        (void)draw_string(c, field, row, pad, role, text);
    } else {
        draw_fit(c, a, row, col, width, role, slice_of_string(text));
    }
}

void draw_glyph(struct cells *c, struct area a, unsigned row, unsigned col, enum role role,
                enum glyph glyph)
{
    static const struct {
        uint16_t fine;
        char plain;
    } glyphs[GLYPH_COUNT] = {
        [GLYPH_FULL] = {0x2588, '#'},   [GLYPH_REST] = {0x2591, '.'},
        [GLYPH_GOAL] = {0x2503, '|'},   [GLYPH_ACROSS] = {0x2500, '-'},
        [GLYPH_DOWN] = {0x2502, '|'},   [GLYPH_ELLIPSIS] = {0x2026, '~'},
        [GLYPH_BULLET] = {0x2022, '*'}, [GLYPH_UP] = {0x25b2, '^'},
        [GLYPH_BELOW] = {0x25bc, 'v'},
    };
    if (row < a.rows && col < a.cols) {
        uint32_t ch = c->ascii ? (uint32_t)glyphs[glyph].plain : glyphs[glyph].fine;
        put_cell(c, a.row + row, a.col + col, ch, role);
    }
}

void draw_level(struct cells *c, struct area a, unsigned row, unsigned col, enum role role,
                unsigned level)
{
    static const char plain[LEVEL_MAX + 2] = " _.-:=+*#";
    unsigned shown = level < LEVEL_MAX ? level : LEVEL_MAX;
    if (row < a.rows && col < a.cols) {
        uint32_t fine = shown == 0 ? ' ' : 0x2580 + shown;
        put_cell(c, a.row + row, a.col + col, c->ascii ? (uint32_t)plain[shown] : fine,
                 role);
    }
}

void draw_bar(struct cells *c, struct area a, unsigned row, unsigned col, unsigned width,
              unsigned value, unsigned total, unsigned goal)
{
    unsigned whole = total > 0 ? total : 1;
    bool marked = goal > 0 && goal < whole && width > 1;
    unsigned steps = marked ? width - 1 : width;
    unsigned reached = (value < whole ? value : whole) * steps / whole;
    /* The mark has a cell of its own, after the last that must be reached. */
    unsigned mark = marked ? goal * steps / whole : width;
    for (unsigned i = 0; i < width; i++) {
        unsigned step = i > mark ? i - 1 : i;
        if (i == mark) {
            draw_glyph(c, a, row, col + i, ROLE_BAR_MARK, GLYPH_GOAL);
        } else {
            draw_glyph(c, a, row, col + i, step < reached ? ROLE_BAR : ROLE_BAR_REST,
                       step < reached ? GLYPH_FULL : GLYPH_REST);
        }
    }
}

void draw_line(struct cells *c, struct area a, unsigned row, enum role role)
{
    for (unsigned col = 0; col < a.cols; col++) {
        draw_glyph(c, a, row, col, role, GLYPH_ACROSS);
    }
}
