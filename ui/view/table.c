/* SPDX-License-Identifier: ISC */
#include "ui/view/table.h"
#include "ui/view/tree.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void table_lay(struct table *t, const struct column *columns, size_t count, unsigned cols)
{
    assert(count <= TABLE_COLUMNS_MAX);
    unsigned fixed = 0;
    *t = (struct table){.columns = columns, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (columns[i].least <= cols) {
            bool wide = cols >= TABLE_WIDE && columns[i].wide > 0;
            t->width[i] = wide ? columns[i].wide : columns[i].width;
            fixed += t->width[i] + 1U;
        }
    }
    /* The column that takes the rest has counted for its blank, and there is none after
     * the last. */
    unsigned rest = cols + 1U > fixed ? cols + 1U - fixed : 0;
    unsigned at = 0;
    for (size_t i = 0; i < count; i++) {
        if (columns[i].least > cols) {
            continue;
        }
        if (columns[i].width == 0) {
            t->width[i] = (uint16_t)rest;
        }
        t->at[i] = (uint16_t)at;
        at += t->width[i] + 1U;
    }
}

struct area table_field(const struct table *t, struct area line, size_t column)
{
    return area_cols(line, t->at[column], t->width[column]);
}

void table_put(const struct table *t, struct cells *c, struct area line, size_t column,
               enum role role, const char *text)
{
    struct area field = table_field(t, line, column);
    if (t->columns[column].right) {
        draw_right(c, field, 0, 0, field.cols, role, text);
    } else {
        draw_fit(c, field, 0, 0, field.cols, role, slice_of_string(text));
    }
}

void table_draw(const struct view_context *ctx, struct cells *c, struct area a,
                const struct column *columns, size_t count, draw_row *row,
                const char *nothing, struct drawn *out)
{
    const struct pane *pane = &ctx->state->panes[ctx->state->depth];
    unsigned head = a.rows > 2 ? 1 : 0;
    struct area body = area_rows(a, head, a.rows);
    /* The arrows' column is nobody else's, so that the head stands over its columns. */
    struct area inner = area_cols(body, 0, body.cols > 1 ? body.cols - 1U : body.cols);
    if (head > 0) {
        struct table t;
        table_lay(&t, columns, count, inner.cols);
        for (size_t i = 0; i < count; i++) {
            draw_head(ctx, c, area_cols(a, 0, inner.cols), 0, t.at[i], t.width[i],
                      columns[i].sort, columns[i].right, columns[i].head);
        }
    }
    draw_list(ctx, c, ctx->rows->count > body.rows ? body : inner, 1, row, out);
    if (ctx->rows->count == 0 && pane->filter[0] == '\0' && !ctx->flagged_only) {
        draw_string(c, body, 0, 0, ROLE_QUIET, nothing);
    }
}

void words_when(char *out, size_t size, uint64_t ms, uint64_t now_ms)
{
    const uint64_t day = UINT64_C(24) * 60 * 60 * 1000;
    char date[32];
    if (ms == UNKNOWN || ms / day == now_ms / day) {
        words_clock(out, size, ms);
        return;
    }
    words_date(date, sizeof(date), ms);
    date[strcspn(date, " ")] = '\0';
    (void)snprintf(out, size, "%s", date);
}

void words_put_seat(struct buffer *out, const struct scene *s, uint16_t seat)
{
    words_format(out, s->seats > 99 ? "%03u " : "%02u ", (unsigned)seat);
    buffer_append_slice(out, seat_name(s, seat));
}

void draw_mark(const struct view_context *ctx, struct cells *c, struct area line,
               unsigned col, uint16_t seat)
{
    if (ctx->marked != NULL && seat > 0 && seat <= UI_SEATS_MAX && ctx->marked[seat - 1]) {
        draw_glyph(c, line, 0, col, ROLE_STRONG, GLYPH_BULLET);
    }
}
