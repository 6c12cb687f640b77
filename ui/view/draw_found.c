/* SPDX-License-Identifier: ISC */
#include "ui/view/draw.h"

static uint32_t lower(uint32_t c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool matches(const struct cells *c, unsigned row, unsigned col,
                    const struct cells *words)
{
    for (unsigned i = 0; i < words->cols; i++) {
        if (lower(cells_at(c, row, col + i)->ch) != lower(cells_at(words, 0, i)->ch)) {
            return false;
        }
    }
    return true;
}

/* The words are drawn as the line was, so that what is escaped there is escaped here. */
void draw_found(const struct view_context *ctx, struct cells *c, struct area line)
{
    const char *search = ctx->state->panes[ctx->state->depth].search;
    struct slice text = slice_of_string(search);
    unsigned columns = text_columns(text, c->ascii);
    if (columns == 0 || columns > line.cols || line.rows == 0) {
        return;
    }
    struct cells words;
    cells_init(&words, 1, (uint16_t)columns, c->ascii);
    (void)draw_text(&words, cells_area(&words), 0, 0, ROLE_TEXT, text);
    for (unsigned col = 0; col + columns <= line.cols; col++) {
        if (matches(c, line.row, line.col + col, &words)) {
            for (unsigned i = 0; i < columns; i++) {
                cells_at(c, line.row, line.col + col + i)->role = ROLE_FOUND;
            }
        }
    }
    cells_free(&words);
}
