/* SPDX-License-Identifier: ISC */
#include "ui/view/draw.h"

#include "base/text.h"

/* One line of a wrapped text: bytes to show, and where the next one begins. */
struct wrapped {
    struct slice shown;
    size_t next;
};

/* The bytes of a character with the marks upon it, and its columns. */
static size_t cluster(struct slice text, size_t at, bool ascii, unsigned *columns)
{
    size_t size = 0;
    *columns = 0;
    while (at + size < text.size && text.data[at + size] != '\n') {
        uint32_t character;
        size_t length = text_decode(text, at + size, &character);
        length = length > 0 ? length : 1;
        unsigned with = text_columns(slice_of(text.data + at, size + length), ascii);
        if (size > 0 && with != *columns) {
            break;
        }
        size += length;
        *columns = with;
    }
    return size;
}

/* The line from an offset on, at most width columns: to the last blank that fits, or cut
 * within a word that is longer than the line. */
static struct wrapped wrap(struct slice text, size_t from, unsigned width, bool ascii)
{
    size_t at = from, blank = from;
    unsigned columns = 0;
    while (at < text.size && text.data[at] != '\n') {
        unsigned more;
        size_t size = cluster(text, at, ascii, &more);
        if (text.data[at] == ' ') {
            blank = at;
        }
        if (columns + more > width && (at > from || text.data[at] == ' ')) {
            size_t end = blank > from ? blank : at;
            size_t next = blank > from ? blank + 1 : at;
            return (struct wrapped){slice_of(text.data + from, end - from), next};
        }
        columns += more;
        at += size;
    }
    size_t next = at < text.size ? at + 1 : at;
    return (struct wrapped){slice_of(text.data + from, at - from), next};
}

static size_t count_lines(struct slice text, unsigned width, bool ascii)
{
    size_t lines = 0;
    for (size_t at = 0; at < text.size; lines++) {
        at = wrap(text, at, width, ascii).next;
    }
    return lines;
}

unsigned draw_wrapped(struct cells *c, struct area a, enum role role, struct slice text)
{
    unsigned row = 0;
    size_t at = 0;
    for (; row < a.rows && a.cols > 0 && at < text.size; row++) {
        struct wrapped w = wrap(text, at, a.cols, c->ascii);
        at = w.next;
        (void)draw_text(c, a, row, 0, role, w.shown);
    }
    if (row > 0 && at < text.size) {
        draw_glyph(c, a, row - 1, a.cols - 1U, role, GLYPH_ELLIPSIS);
    }
    return row;
}

void draw_pager(const struct view_context *ctx, struct cells *c, struct area a,
                struct slice text, struct drawn *out)
{
    /* The last column is the arrows'. */
    struct area page = a.cols > 1 ? area_cols(a, 0, a.cols - 1U) : a;
    unsigned width = page.cols > 0 ? page.cols : 1;
    size_t lines = count_lines(text, width, c->ascii);
    size_t top = ctx->state->panes[ctx->state->depth].top;
    size_t last = lines > page.rows ? lines - page.rows : 0;
    *out = (struct drawn){page, top < last ? top : last, page.rows, 0};
    size_t at = 0;
    for (size_t line = 0; line < out->top + page.rows && at < text.size; line++) {
        struct wrapped w = wrap(text, at, width, c->ascii);
        at = w.next;
        if (line >= out->top) {
            struct area row = area_rows(page, (unsigned)(line - out->top), 1);
            (void)draw_text(c, row, 0, 0, ROLE_TEXT, w.shown);
            draw_found(ctx, c, row);
        }
    }
    if (out->top > 0) {
        draw_glyph(c, a, 0, a.cols - 1U, ROLE_STRONG, GLYPH_UP);
    }
    if (out->top < last && a.rows > 0) {
        draw_glyph(c, a, a.rows - 1U, a.cols - 1U, ROLE_STRONG, GLYPH_BELOW);
    }
}
