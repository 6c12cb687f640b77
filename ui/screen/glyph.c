/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/screen/glyph.h"

#include "base/text.h"
#include "ui/screen/cells.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* Columns of a character by the C library's tables, whatever the process's locale: 0 for a
 * mark, -1 for what no terminal shows. */
static int columns_of(uint32_t c)
{
    static locale_t utf8;
    if (c < 0x300) {
        return c == 0xad ? -1 : 1; /* a soft hyphen shows or not, as the terminal likes */
    }
    if (utf8 == (locale_t)0) {
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    }
    if (utf8 == (locale_t)0) {
        return -1;
    }
    locale_t before = uselocale(utf8);
    int columns = wcwidth((wchar_t)c);
    (void)uselocale(before);
    return columns;
}

/* Characters of no width that are no marks: they join, part or select, and are not seen. */
static bool is_invisible(uint32_t c)
{
    return c == 0x034f || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe0fff) || c == 0x115f || c == 0x1160 || c == 0x3164 ||
           c == 0xffa0;
}

static void escape(struct piece *p, uint32_t c)
{
    p->ch = 0;
    if (c == '\n' || c == '\t') {
        (void)snprintf(p->escape, sizeof(p->escape), "\\%c", c == '\n' ? 'n' : 't');
    } else {
        (void)snprintf(p->escape, sizeof(p->escape), "\\u{%x}", (unsigned)(c & 0x1fffff));
    }
    p->columns = (unsigned)strlen(p->escape);
}

void piece_next(struct piece *out, struct slice text, size_t at, bool ascii, unsigned marks)
{
    uint32_t c = 0;
    size_t length = text_decode(text, at, &c);
    if (length == 0) {
        out->bytes = 1;
        out->ch = 0;
        (void)snprintf(out->escape, sizeof(out->escape), "\\x%02x", text.data[at]);
        out->columns = 4;
        return;
    }
    out->bytes = length;
    out->ch = c;
    out->columns = 1;
    if (c >= 0x20 && c < 0x7f) {
        return;
    }
    int columns = ascii || text_is_harmful(c) || is_invisible(c) ? -1 : columns_of(c);
    bool is_mark = columns == 0 && c <= UINT16_MAX;
    if (columns < 0 || (columns == 0 && (!is_mark || marks >= CELL_MARKS))) {
        escape(out, c);
    } else {
        out->columns = (unsigned)columns;
    }
}

unsigned text_columns(struct slice text, bool ascii)
{
    unsigned columns = 0, marks = CELL_MARKS;
    struct piece p;
    for (size_t at = 0; at < text.size; at += p.bytes) {
        piece_next(&p, text, at, ascii, marks);
        marks = p.ch == 0 ? CELL_MARKS : p.columns == 0 ? marks + 1 : 0;
        columns += p.columns;
    }
    return columns;
}
