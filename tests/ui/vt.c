/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "vt.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void blank(struct vt *t, unsigned row, unsigned from, unsigned to)
{
    for (unsigned col = from; col < to && col < VT_SIDE_MAX; col++) {
        t->at[row][col] = (struct vt_cell){.ch = ' '};
    }
}

void vt_init(struct vt *t, unsigned rows, unsigned cols)
{
    memset(t, 0, sizeof(*t));
    for (unsigned row = 0; row < VT_SIDE_MAX; row++) {
        blank(t, row, 0, VT_SIDE_MAX);
    }
    vt_resize(t, rows, cols);
}

void vt_resize(struct vt *t, unsigned rows, unsigned cols)
{
    t->rows = rows;
    t->cols = cols;
    t->row = t->row < rows ? t->row : rows - 1;
    t->col = t->col < cols ? t->col : cols - 1;
    t->top = 0;
    t->bottom = rows;
    t->pending = false;
}

void vt_free(struct vt *t)
{
    buffer_free(&t->clipboard);
}

/* --- characters --- */

/* Moves the lines from one to the end of what scrolls, up by n. */
static void scroll_up(struct vt *t, unsigned from, unsigned n)
{
    unsigned count = t->bottom - from;
    n = n < count ? n : count;
    memmove(t->at[from], t->at[from + n], (count - n) * sizeof(t->at[0]));
    for (unsigned row = t->bottom - n; row < t->bottom; row++) {
        blank(t, row, 0, VT_SIDE_MAX);
    }
}

static void scroll_down(struct vt *t, unsigned from, unsigned n)
{
    unsigned count = t->bottom - from;
    n = n < count ? n : count;
    memmove(t->at[from + n], t->at[from], (count - n) * sizeof(t->at[0]));
    for (unsigned row = from; row < from + n; row++) {
        blank(t, row, 0, VT_SIDE_MAX);
    }
}

static void line_feed(struct vt *t)
{
    if (t->row + 1 == t->bottom) {
        scroll_up(t, t->top, 1);
    } else if (t->row + 1 < t->rows) {
        t->row++;
    }
}

static void show(struct vt *t, uint32_t c)
{
    int width = wcwidth((wchar_t)c);
    if (width == 0) {
        unsigned col = t->pending ? t->col : t->col > 0 ? t->col - 1 : 0;
        col -= t->at[t->row][col].ch == 0 && col > 0;
        t->at[t->row][col].mark = c;
        return;
    }
    if (t->pending || (width == 2 && t->col + 1 >= t->cols)) {
        t->col = 0;
        t->pending = false;
        line_feed(t);
    }
    t->outside += !t->in_frame;
    for (int i = 0; i < width; i++) {
        t->at[t->row][t->col + (unsigned)i] = t->now;
        t->at[t->row][t->col + (unsigned)i].ch = i == 0 ? c : 0;
    }
    t->col += (unsigned)width;
    if (t->col >= t->cols) {
        t->col = t->cols - 1;
        t->pending = true;
    }
    t->last = c;
}

static void control(struct vt *t, uint8_t c)
{
    t->pending = t->pending && c == '\a';
    if (c == '\r') {
        t->col = 0;
    } else if (c == '\n') {
        line_feed(t);
    } else if (c == '\b') {
        t->col -= t->col > 0;
    } else if (c == '\t') {
        t->col = (t->col | 7) + 1 < t->cols ? (t->col | 7) + 1 : t->cols - 1;
    } else if (c == '\a') {
        t->bells++;
    }
}

/* --- sequences --- */

static void set_mode(struct vt *t, unsigned mode, bool on)
{
    switch (mode) {
    case 1049:
        t->alternate = on;
        break;
    case 25:
        t->hidden = !on;
        break;
    case 1000:
        t->mouse = on;
        break;
    case 2004:
        t->pasting = on;
        break;
    case 2026:
        t->frames += t->in_frame && !on;
        t->in_frame = on;
        break;
    default:
        break;
    }
}

static void set_looks(struct vt *t, const unsigned *n, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (n[i] == 0) {
            t->now = (struct vt_cell){.ch = ' '};
        } else if (n[i] == 1) {
            t->now.bold = true;
        } else if (n[i] == 7 || n[i] == 27) {
            t->now.reverse = n[i] == 7;
        } else if (n[i] == 39 || n[i] == 49) {
            t->now.coloured = false;
            t->now.back = n[i] == 49 ? 0 : t->now.back;
        } else if ((n[i] >= 30 && n[i] <= 49) || (n[i] >= 90 && n[i] <= 107)) {
            t->now.coloured = true;
            t->colours++;
            if (n[i] == 48 && i + 2 < count) {
                t->now.back = n[i + 2] + 1;
            } else if ((n[i] >= 40 && n[i] < 48) || n[i] >= 100) {
                t->now.back = n[i] >= 100 ? n[i] - 100 + 9 : n[i] - 40 + 1;
            }
            i += n[i] == 38 || n[i] == 48 ? 2 : 0;
        }
    }
}

static void shift(struct vt *t, unsigned n, bool insert)
{
    struct vt_cell *row = t->at[t->row];
    unsigned room = t->cols - t->col;
    n = n < room ? n : room;
    if (insert) {
        memmove(row + t->col + n, row + t->col, (room - n) * sizeof(*row));
        blank(t, t->row, t->col, t->col + n);
    } else {
        memmove(row + t->col, row + t->col + n, (room - n) * sizeof(*row));
        blank(t, t->row, t->cols - n, t->cols);
    }
}

static void erase(struct vt *t, char final, unsigned what)
{
    blank(t, t->row, what == 0 ? t->col : 0, what == 1 ? t->col + 1 : t->cols);
    for (unsigned row = 0; final == 'J' && row < t->rows; row++) {
        if ((row > t->row && what != 1) || (row < t->row && what != 0)) {
            blank(t, row, 0, t->cols);
        }
    }
}

static unsigned within(unsigned n, unsigned limit)
{
    return n < limit ? n : limit - 1;
}

static void move_to(struct vt *t, char final, unsigned n, unsigned m)
{
    switch (final) {
    case 'H':
        t->row = within(n - 1, t->rows);
        t->col = within(m - 1, t->cols);
        break;
    case 'd':
        t->row = within(n - 1, t->rows);
        break;
    case 'G':
        t->col = within(n - 1, t->cols);
        break;
    case 'A':
        t->row -= n < t->row ? n : t->row;
        break;
    case 'B':
        t->row = within(t->row + n, t->rows);
        break;
    case 'C':
        t->col = within(t->col + n, t->cols);
        break;
    case 'D':
        t->col -= n < t->col ? n : t->col;
        break;
    default:
        break;
    }
}

static void sequence(struct vt *t, const char *s, size_t size)
{
    unsigned n[16] = {0}, count = 0;
    char final = s[size - 1];
    bool private = s[2] == '?';
    for (size_t i = private ? 3 : 2; i < size - 1; i++) {
        if (s[i] == ';' && count < 15) {
            count++;
        } else if (s[i] >= '0' && s[i] <= '9') {
            n[count] = n[count] * 10 + (unsigned)(s[i] - '0');
        }
    }
    count++;
    unsigned one = n[0] > 0 ? n[0] : 1;
    t->pending = t->pending && (final == 'm' || final == 'h' || final == 'l');
    if (private && (final == 'h' || final == 'l')) {
        for (unsigned i = 0; i < count; i++) {
            set_mode(t, n[i], final == 'h');
        }
    } else if (final == 'm') {
        set_looks(t, n, count);
    } else if (memchr("HdGABCD", final, 7) != NULL) {
        move_to(t, final, one, n[1] > 0 ? n[1] : 1);
    } else if (final == 'J' || final == 'K') {
        erase(t, final, n[0]);
    } else if (final == 'X') {
        blank(t, t->row, t->col, t->col + one < t->cols ? t->col + one : t->cols);
    } else if (final == 'P' || final == '@') {
        shift(t, one, final == '@');
    } else if (final == 'b') {
        for (unsigned i = 0; i < one; i++) {
            show(t, t->last);
        }
    } else if (final == 'S' || final == 'T') {
        (final == 'S' ? scroll_up : scroll_down)(t, t->top, one);
    } else if ((final == 'M' || final == 'L') && t->row >= t->top && t->row < t->bottom) {
        (final == 'M' ? scroll_up : scroll_down)(t, t->row, one);
    } else if (final == 'r') {
        t->top = within(one - 1, t->rows);
        t->bottom = n[1] > 0 && n[1] <= t->rows ? n[1] : t->rows;
        t->row = t->col = 0;
    } else if (memchr("lhtc", final, 4) == NULL) {
        t->unknown++;
    }
}

static bool ends(const struct vt *t)
{
    const uint8_t *h = t->held;
    size_t n = t->held_count;
    if (n < 2) {
        return false;
    }
    if (h[1] == '[') {
        return n > 2 && h[n - 1] >= 0x40 && h[n - 1] <= 0x7e;
    }
    if (n == 3 && h[1] == ']' && h[2] == 'R') {
        return true; /* Linux' own: the usual palette */
    }
    if (h[1] == ']') {
        return h[n - 1] == '\a' || n == sizeof(t->held);
    }
    return h[1] == '(' || h[1] == ')' ? n == 3 : true;
}

static void take_escape(struct vt *t)
{
    if (!ends(t)) {
        return;
    }
    if (t->held[1] == '[') {
        sequence(t, (const char *)t->held, t->held_count);
    } else if (t->held[1] == ']') {
        buffer_free(&t->clipboard);
        if (t->held[2] != 'R') {
            buffer_append(&t->clipboard, t->held + 2, t->held_count - 3);
        }
    } else if (t->held[1] == '=' || t->held[1] == '>') {
        t->keypad = t->held[1] == '=';
    } else if (t->held[1] == 'M' && t->row == t->top) {
        scroll_down(t, t->top, 1);
    } else if (t->held[1] == 'M') {
        t->row -= t->row > 0;
    } else if (memchr("()78", t->held[1], 4) == NULL) {
        t->unknown++;
    }
    t->held_count = 0;
}

void vt_feed(struct vt *t, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t byte = bytes.data[i];
        uint32_t c = 0;
        if (byte == 0x18) {
            t->held_count = 0;
            continue;
        }
        if (t->held_count == 0 && byte < 0x20 && byte != 27) {
            control(t, byte);
            continue;
        }
        t->held[t->held_count++] = byte;
        if (t->held[0] == 27) {
            take_escape(t);
        } else if (text_decode(slice_of(t->held, t->held_count), 0, &c) > 0) {
            show(t, c);
            t->held_count = 0;
        } else if (t->held_count == 4) {
            t->unknown++;
            t->held_count = 0;
        }
    }
}

/* --- looking at it --- */

static size_t put(char *out, uint32_t c)
{
    mbstate_t state = {0};
    size_t size = wcrtomb(out, (wchar_t)c, &state);
    return size == (size_t)-1 ? 0 : size;
}

const char *vt_row(const struct vt *t, unsigned row)
{
    static char out[2 * VT_ROW_BYTES + 1];
    size_t size = 0, end = 0;
    for (unsigned col = 0; col < t->cols; col++) {
        const struct vt_cell *cell = &t->at[row][col];
        if (cell->ch != 0) {
            size += put(out + size, cell->ch);
        }
        if (cell->mark != 0) {
            size += put(out + size, cell->mark);
        }
        end = cell->ch == ' ' && cell->mark == 0 ? end : size;
    }
    out[end] = '\0';
    return out;
}
