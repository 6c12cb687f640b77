/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "ui/term/canvas.h"

#include "ui/screen/paint.h"

#include "base/alloc.h"

#include <assert.h>
#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

enum { PAIRS_MAX = 250, ROWS_DEFAULT = 24, COLS_DEFAULT = 80 };

/* How a cell looks, in ncurses' terms. */
struct look {
    attr_t attributes;
    short pair;
};

struct canvas {
    FILE *memory;
    int fd;
    SCREEN *screen;
    uint16_t rows, cols;             /* that ncurses has */
    uint16_t usual_rows, usual_cols; /* by terminfo */
    unsigned colours;
    bool defaults;                       /* the terminal's own colours can be used */
    struct cells last;                   /* what the screen shows; empty: nobody knows */
    bool whole;                          /* what is drawn goes to a screen nobody knows */
    struct theme theme;                  /* in which it was drawn */
    struct look looks[ROLE_COUNT][2][2]; /* by role, selected, dim */
    struct {
        int16_t foreground, background;
    } pairs[PAIRS_MAX];
    short pair_count;
};

/* --- colours --- */

static unsigned usable_colours(void)
{
    /* Beyond 256, numbers are colours themselves and not places in a table, but for the
     * first eight. */
    return !has_colors()   ? 0
           : COLORS > 256  ? 8
           : COLORS == 256 ? 256
           : COLORS >= 16  ? 16
           : COLORS >= 8   ? 8
                           : 0;
}

static short pair_of(struct canvas *c, int16_t foreground, int16_t background)
{
    if (!c->defaults) {
        foreground = foreground == COLOUR_NONE ? COLOR_WHITE : foreground;
        background = background == COLOUR_NONE ? COLOR_BLACK : background;
    } else if (foreground == COLOUR_NONE && background == COLOUR_NONE) {
        return 0;
    }
    for (short i = 0; i < c->pair_count; i++) {
        if (c->pairs[i].foreground == foreground && c->pairs[i].background == background) {
            return (short)(i + 1);
        }
    }
    bool room = c->pair_count < PAIRS_MAX && c->pair_count + 1 < COLOR_PAIRS;
    if (!room || init_pair((short)(c->pair_count + 1), foreground, background) == ERR) {
        return 0;
    }
    c->pairs[c->pair_count].foreground = foreground;
    c->pairs[c->pair_count].background = background;
    return ++c->pair_count;
}

static struct look look_of(struct canvas *c, const struct cell *cell, const struct theme *t)
{
    struct style s = paint_style(cell, t);
    struct look look = {A_NORMAL, 0};
    if (c->colours > 0 && !t->mono) {
        s.foreground = theme_nearest(s.foreground, c->colours);
        s.background = theme_nearest(s.background, c->colours);
        /* A dark grey that there is not would leave the operator's row like any other. */
        if (cell->selected && c->colours < 256 && s.background == COLOR_BLACK) {
            s.foreground = COLOR_BLACK;
            s.background = COLOR_WHITE;
        }
        look.pair = pair_of(c, s.foreground, s.background);
    }
    look.attributes |= (s.attributes & STYLE_BOLD) != 0 ? A_BOLD : 0;
    look.attributes |= (s.attributes & STYLE_DIM) != 0 ? A_DIM : 0;
    look.attributes |= (s.attributes & STYLE_UNDERLINE) != 0 ? A_UNDERLINE : 0;
    look.attributes |= (s.attributes & STYLE_REVERSE) != 0 ? A_REVERSE : 0;
    return look;
}

/* Makes ready for a theme; nothing of the screen is known when it is another one. */
static void use_theme(struct canvas *c, const struct theme *theme)
{
    const struct theme *t = c->colours > 0 ? theme : theme_find("mono");
    if (memcmp(&c->theme, t, sizeof(*t)) == 0) {
        return;
    }
    memcpy(&c->theme, t, sizeof(*t));
    cells_free(&c->last);
    c->pair_count = 0;
    for (int i = 0; i < ROLE_COUNT * 4; i++) {
        struct cell cell = {
            .role = (uint8_t)(i / 4), .selected = i & 1, .dim = (i & 2) != 0};
        c->looks[cell.role][cell.selected][cell.dim] = look_of(c, &cell, t);
    }
}

/* --- opening and closing --- */

static const int caught[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
enum { CAUGHT = sizeof(caught) / sizeof(caught[0]) };

/* newterm without the signal handlers that it installs: signals are the program's. */
static SCREEN *new_screen(const char *type, FILE *memory)
{
    struct sigaction before[CAUGHT];
    for (size_t i = 0; i < CAUGHT; i++) {
        (void)sigaction(caught[i], NULL, &before[i]);
    }
    SCREEN *screen = newterm(type, memory, memory);
    for (size_t i = 0; i < CAUGHT; i++) {
        (void)sigaction(caught[i], &before[i], NULL);
    }
    return screen;
}

static void set_up(struct canvas *c)
{
    (void)nonl();
    (void)typeahead(-1); /* a frame is never left half painted for a key */
    (void)leaveok(stdscr, TRUE);
    (void)curs_set(0);
    if (has_colors() && start_color() == OK) {
        c->defaults = use_default_colors() == OK;
        c->colours = usable_colours();
    }
    getmaxyx(stdscr, c->usual_rows, c->usual_cols);
    c->rows = c->usual_rows;
    c->cols = c->usual_cols;
}

static int unheard_of(const char *type, struct complaint *why)
{
    return complain(
        why, CONCLAVE_ENOENT,
        "terminfo does not know the terminal type \"%.40s\": set $TERM to what "
        "this terminal is (xterm-256color, linux, vt100), or install the package "
        "ncurses-term",
        type);
}

static int too_poor(const char *type, struct complaint *why)
{
    return complain(
        why, CONCLAVE_EINVAL,
        "a terminal of type \"%.40s\" cannot show a screen: set $TERM to what it "
        "really is, or use --plain",
        type);
}

int canvas_open(const char *type, struct canvas **out, struct complaint *why)
{
    int fd = memfd_create("conclave-console", MFD_CLOEXEC);
    FILE *memory = fd >= 0 ? fdopen(fd, "w+e") : NULL;
    if (memory == NULL) {
        int error = complain(why, CONCLAVE_EIO, "cannot make a file in memory: %s",
                             strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return error;
    }
    SCREEN *screen = new_screen(type, memory);
    if (screen == NULL) {
        int known = 0;
        (void)setupterm(type, fd, &known);
        (void)fclose(memory);
        return known == 1 ? too_poor(type, why) : unheard_of(type, why);
    }
    struct canvas *c = alloc_zero(1, sizeof(*c));
    *c = (struct canvas){.memory = memory, .fd = fd, .screen = screen};
    if (canvas_string("cup") == NULL) {
        canvas_close(c);
        return too_poor(type, why);
    }
    set_up(c);
    *out = c;
    return 0;
}

void canvas_close(struct canvas *c)
{
    if (!isendwin()) {
        (void)endwin();
    }
    delscreen(c->screen);
    (void)fclose(c->memory);
    cells_free(&c->last);
    free(c);
}

/* --- painting --- */

static bool looks_alike(const struct cell *a, const struct cell *b)
{
    return a->ch == b->ch && a->role == b->role && a->selected == b->selected &&
           a->dim == b->dim && memcmp(a->marks, b->marks, sizeof(a->marks)) == 0;
}

/* Hands one character to ncurses, as wide as the buffer says: where the C library thinks
 * otherwise, all that follows would be out of place. */
static void put(const struct canvas *c, int row, int col, const struct cell *cell,
                int width)
{
    const struct look *look = &c->looks[cell->role][cell->selected][cell->dim];
    wchar_t text[1 + CELL_MARKS + 1] = {(wchar_t)cell->ch};
    size_t size = 1;
    cchar_t complex;
    bool known = wcwidth(text[0]) == width;
    for (size_t i = 0; i < CELL_MARKS && known; i++) {
        wchar_t mark = (wchar_t)cell->marks[i];
        if (mark != 0 && wcwidth(mark) == 0) {
            text[size++] = mark;
        }
    }
    text[0] = known ? text[0] : L'?';
    for (int i = 0; i < (known ? 1 : width); i++) {
        if (setcchar(&complex, text, look->attributes, look->pair, NULL) == OK) {
            (void)mvadd_wchnstr(row, col + i, &complex, 1);
        }
    }
}

static bool put_changes_of(struct canvas *c, const struct cells *cells, unsigned row,
                           bool all)
{
    const struct cell *now = cells_at(cells, row, 0), *end = now + cells->cols;
    const struct cell *before = all ? now : cells_at(&c->last, row, 0);
    /* Most rows of most frames are the same byte by byte. */
    if (!all && memcmp(now, before, cells->cols * sizeof(*now)) == 0) {
        return false;
    }
    bool any = false;
    for (int col = 0; now < end; now++, before++, col++) {
        bool changed = all || !looks_alike(now, before);
        if (changed && now->ch != 0) {
            put(c, (int)row, col, now, now + 1 < end && now[1].ch == 0 ? 2 : 1);
        }
        any = any || changed;
    }
    return any;
}

static bool put_changes(struct canvas *c, const struct cells *cells, bool all)
{
    bool any = false;
    for (unsigned row = 0; row < cells->rows; row++) {
        any = put_changes_of(c, cells, row, all) || any;
    }
    return any;
}

static void fit(struct canvas *c, const struct cells *cells)
{
    if (cells->rows == c->rows && cells->cols == c->cols) {
        return;
    }
    (void)resize_term(cells->rows, cells->cols);
    c->rows = cells->rows;
    c->cols = cells->cols;
    canvas_forget(c);
}

void canvas_paint(struct canvas *c, const struct cells *cells, const struct theme *theme)
{
    if (cells->rows == 0 || cells->cols == 0) {
        return;
    }
    use_theme(c, theme);
    fit(c, cells);
    bool all = c->last.rows != cells->rows || c->last.cols != cells->cols;
    if (!put_changes(c, cells, all)) {
        return;
    }
    c->whole = c->whole || all;
    (void)wnoutrefresh(stdscr);
    (void)doupdate();
    if (all) {
        cells_free(&c->last);
        cells_init(&c->last, cells->rows, cells->cols, cells->ascii);
    }
    memcpy(c->last.at, cells->at, (size_t)cells->rows * cells->cols * sizeof(struct cell));
}

void canvas_forget(struct canvas *c)
{
    cells_free(&c->last);
    c->whole = true; /* and what gives it back */
    (void)clearok(curscr, TRUE);
}

void canvas_leave(struct canvas *c)
{
    if (!isendwin()) {
        (void)endwin();
    }
    canvas_forget(c);
}

static bool begins(const struct buffer *b, size_t at, const char *with)
{
    size_t size = strlen(with);
    return b->size - at >= size && memcmp(b->data + at, with, size) == 0;
}

/* ncurses selects ASCII with every change of attributes, where nothing else is ever
 * selected, and sets colours back right before it resets all: a seventh of the bytes. */
static void drop_idle(struct buffer *out, size_t from)
{
    size_t to = from;
    for (size_t at = from; at < out->size;) {
        if (begins(out, at, "\033(B")) {
            at += 3;
        } else if (begins(out, at, "\033[39m\033(B\033[m")) {
            at += 5;
        } else {
            out->data[to++] = out->data[at++];
        }
    }
    out->size = to;
}

void canvas_take(struct canvas *c, struct buffer *out)
{
    off_t size = lseek(c->fd, 0, SEEK_CUR);
    assert(size >= 0);
    if (size == 0) {
        return;
    }
    buffer_reserve(out, (size_t)size);
    ssize_t got = pread(c->fd, out->data + out->size, (size_t)size, 0);
    assert(got == size);
    out->size += (size_t)got;
    (void)lseek(c->fd, 0, SEEK_SET);
    if (!c->whole) {
        drop_idle(out, out->size - (size_t)got);
    }
    c->whole = false;
}

unsigned canvas_colours(const struct canvas *c)
{
    return c->colours;
}

void canvas_size(const struct canvas *c, uint16_t *rows, uint16_t *cols)
{
    *rows = c->usual_rows > 0 ? c->usual_rows : ROWS_DEFAULT;
    *cols = c->usual_cols > 0 ? c->usual_cols : COLS_DEFAULT;
}

const char *canvas_string(const char *capability)
{
    const char *s = tigetstr(capability);
    return s == NULL || s == (const char *)-1 || s[0] == '\0' ? NULL : s;
}
