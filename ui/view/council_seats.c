/* SPDX-License-Identifier: ISC */
/*
 * All seats. The widest rows in which every seat can be seen are taken; what is left beside
 * and below them is for what an operator wants next to them.
 */
#include "ui/view/blocks.h"
#include "ui/view/council.h"
#include "ui/view/seat_row.h"

enum { SIDE = 46, WIDE = 160, TWO_PARTS = 110, PARTS_ROWS = 12, HEAD_LEAST = 28 };

/* Columns of seats, rows of the screen for them, and whether they have a head. */
struct shape {
    unsigned columns, lines;
    bool head;
};

static struct shape shape_of(const struct view_context *ctx, struct area a)
{
    size_t count = ctx->rows->count > 0 ? ctx->rows->count : 1; /* or why there is none */
    unsigned least = seat_columns_least(ctx->scene) + 1;
    unsigned most = a.cols / least > 0 ? a.cols / least : 1;
    for (unsigned columns = 1; columns <= most; columns++) {
        size_t lines = (count + columns - 1) / columns;
        unsigned width = a.cols / columns - (columns > 1);
        bool head = width >= HEAD_LEAST && (columns < 3 || lines < a.rows);
        if (lines + head <= a.rows) {
            return (struct shape){columns, (unsigned)lines, head};
        }
    }
    /* They are scrolled, and the last column is the arrows'. */
    most = a.cols > least ? (a.cols - 1U) / least : 1;
    return (struct shape){most, a.rows, false};
}

static void draw_heads(const struct view_context *ctx, struct cells *c, struct area a,
                       unsigned columns)
{
    unsigned width = a.cols / columns;
    for (unsigned i = 0; i < columns; i++) {
        seat_head_draw(ctx, c, area_cols(a, i * width, width - (columns > 1)));
    }
}

/* Blocks one below the other, with a blank line between them. */
static struct area below(struct area a, unsigned taken)
{
    return taken > 0 ? area_rows(a, taken + 1, a.rows) : a;
}

static void draw_order(const struct view_context *ctx, struct cells *c, struct area a)
{
    a = below(a, awaiting_block(ctx, c, a));
    (void)missing_block(ctx, c, a);
}

static void draw_watch(const struct view_context *ctx, struct cells *c, struct area a,
                       bool small)
{
    a = below(a, flags_block(ctx, c, area_rows(a, 0, a.rows / 2U)));
    (void)open_block(ctx, c, a, small);
}

/* Beside all seats, when they take the whole height. */
static void draw_side(const struct view_context *ctx, struct cells *c, struct area a)
{
    a = below(a, awaiting_block(ctx, c, a));
    a = below(a, missing_block(ctx, c, area_rows(a, 0, a.rows * 2U / 3)));
    draw_watch(ctx, c, a, false);
}

static void draw_below(const struct view_context *ctx, struct cells *c, struct area a)
{
    a = area_rows(a, compare_block(ctx, c, a), a.rows);
    if (a.rows < PARTS_ROWS || a.cols < TWO_PARTS) {
        a = area_rows(a, open_block(ctx, c, a, true), a.rows);
        (void)log_block(ctx, c, a);
        return;
    }
    unsigned parts = a.cols >= WIDE ? 3 : 2, width = a.cols / parts;
    struct area last = area_cols(a, (parts - 1) * width, a.cols);
    (void)log_block(ctx, c, area_cols(a, 0, width - 1));
    if (parts == 3) {
        draw_order(ctx, c, area_cols(a, width, width - 1));
        draw_watch(ctx, c, last, false);
    } else {
        draw_watch(ctx, c, below(last, awaiting_block(ctx, c, last)), true);
    }
}

void council_seats_draw(const struct view_context *ctx, struct cells *c, struct area a,
                        struct drawn *out)
{
    /* Rows as wide as the screen where enough is left below them, else a column beside. */
    bool beside = a.cols >= WIDE && ctx->rows->count + 1 + PARTS_ROWS > a.rows;
    struct area seats = beside ? area_cols(a, 0, a.cols - SIDE - 2U) : a;
    struct shape shape = shape_of(ctx, seats);
    if (shape.head) {
        draw_heads(ctx, c, area_rows(seats, 0, 1), shape.columns);
    }
    draw_list(ctx, c, area_rows(seats, shape.head, shape.lines), shape.columns,
              seat_row_draw, out);
    unsigned used = shape.lines + shape.head;
    draw_below(ctx, c, area_rows(seats, used, a.rows));
    if (beside) {
        draw_side(ctx, c, area_cols(a, a.cols - SIDE, SIDE));
    }
}
