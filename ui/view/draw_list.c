/* SPDX-License-Identifier: ISC */
#include "ui/view/draw.h"

/* The first row on the screen: where the operator left it, with the cursor in sight and no
 * place left empty at the end. */
static size_t first_row(const struct view_context *ctx, size_t page)
{
    const struct rows *rows = ctx->rows;
    size_t top = ctx->state->panes[ctx->state->depth].top;
    if (page == 0 || rows->count <= page) {
        return 0;
    }
    top = top > rows->cursor ? rows->cursor : top;
    top = rows->cursor - top >= page ? rows->cursor - page + 1 : top;
    return top > rows->count - page ? rows->count - page : top;
}

static void draw_arrows(struct cells *c, struct area a, bool above, bool below)
{
    if (a.cols == 0) {
        return;
    }
    if (above) {
        draw_glyph(c, a, 0, a.cols - 1U, ROLE_STRONG, GLYPH_UP);
    }
    if (below && a.rows > 0) {
        draw_glyph(c, a, a.rows - 1U, a.cols - 1U, ROLE_STRONG, GLYPH_BELOW);
    }
}

static void draw_none(const struct view_context *ctx, struct cells *c, struct area a)
{
    const struct pane *pane = &ctx->state->panes[ctx->state->depth];
    if (pane->filter[0] != '\0') {
        draw_format(c, a, 0, 0, ROLE_QUIET,
                    "nothing here has \"%s\"; Esc clears the filter", pane->filter);
    } else if (ctx->flagged_only) {
        draw_string(c, a, 0, 0, ROLE_QUIET, "nothing here has a flag; ! shows all");
    }
}

void draw_list(const struct view_context *ctx, struct cells *c, struct area a,
               unsigned columns, draw_row *row, struct drawn *out)
{
    size_t count = ctx->rows->count;
    unsigned across = columns > 0 ? columns : 1;
    bool more = count > (size_t)a.rows * across;
    struct area list = more && a.cols > 0 ? area_cols(a, 0, a.cols - 1U) : a;
    size_t lines = (count + across - 1) / across;
    lines = lines < a.rows ? lines : a.rows;
    size_t page = lines * across;
    unsigned width = list.cols / across;
    *out = (struct drawn){list, first_row(ctx, page), (uint16_t)lines, (uint16_t)across};
    if (count == 0) {
        draw_none(ctx, c, a);
    }
    for (size_t i = 0; i < page && out->top + i < count; i++) {
        unsigned at = (unsigned)(i % lines), column = (unsigned)(i / lines);
        /* The last one, too: fields stand alike in all. */
        unsigned gap = across > 1 && width > 0 ? 1 : 0;
        struct area line = area_cols(area_rows(list, at, 1), column * width, width - gap);
        row(ctx, c, line, ctx->rows->at[out->top + i]);
        draw_found(ctx, c, line);
        if (out->top + i == ctx->rows->cursor) {
            cells_select(c, line, 0, 0, line.cols);
        }
    }
    if (more) {
        draw_arrows(c, a, out->top > 0, out->top + page < count);
    }
}

void draw_head(const struct view_context *ctx, struct cells *c, struct area a, unsigned row,
               unsigned col, unsigned width, int sort, bool right, const char *text)
{
    const struct pane *pane = &ctx->state->panes[ctx->state->depth];
    bool sorted = sort >= 0 && (unsigned)sort == pane->sort;
    unsigned left = sorted && width > 0 ? width - 1 : width;
    if (right) {
        draw_right(c, a, row, col, left, ROLE_TITLE, text);
    } else {
        draw_fit(c, a, row, col, left, ROLE_TITLE, slice_of_string(text));
    }
    if (sorted && width > 0) {
        draw_glyph(c, area_cols(a, 0, col + width), row, col + left, ROLE_STRONG,
                   pane->inverted ? GLYPH_BELOW : GLYPH_UP);
    }
}
