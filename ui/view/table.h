/* SPDX-License-Identifier: ISC */
/* Tables: lists with a head, whose columns give way where there is little room. */
#ifndef CONCLAVE_UI_VIEW_TABLE_H
#define CONCLAVE_UI_VIEW_TABLE_H

#include "ui/view/draw.h"

enum { TABLE_COLUMNS_MAX = 16, TABLE_WIDE = 140 };

struct column {
    const char *head;
    uint16_t width; /* 0: what the others leave; one column at most */
    uint16_t least; /* how wide the table must be for this column to be there */
    int8_t sort;    /* as draw_head's */
    bool right;     /* its text stands at the right */
    uint16_t wide;  /* its width in a table of TABLE_WIDE columns and more; 0: the same */
};

/* A table laid out for a width; columns that are not there have width 0. */
struct table {
    const struct column *columns;
    size_t count;
    uint16_t at[TABLE_COLUMNS_MAX], width[TABLE_COLUMNS_MAX];
};

void table_lay(struct table *t, const struct column *columns, size_t count, unsigned cols);
/* The part of a row that a column has; without columns where it is not there. */
struct area table_field(const struct table *t, struct area line, size_t column);
void table_put(const struct table *t, struct cells *c, struct area line, size_t column,
               enum role role, const char *text);
/* Head and list; nothing where there are no rows: what to say then. */
void table_draw(const struct view_context *ctx, struct cells *c, struct area a,
                const struct column *columns, size_t count, draw_row *row,
                const char *nothing, struct drawn *out);

/* The clock's time of today, the date of another day. At least 11 bytes. */
void words_when(char *out, size_t size, uint64_t ms, uint64_t now_ms);
/* "14 fir", as draw_seat has it. */
void words_put_seat(struct buffer *out, const struct scene *s, uint16_t seat);
/* A mark before a seat that the operator marked to compare. */
void draw_mark(const struct view_context *ctx, struct cells *c, struct area line,
               unsigned col, uint16_t seat);

#endif
