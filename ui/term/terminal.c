/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/term/terminal.h"

#include "ui/term/canvas.h"
#include "ui/term/line.h"

#include "base/alloc.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

/* Frames between these are shown whole. */
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END   "\033[?2026l"
/* Clicks and the wheel, in decimal numbers. */
#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

enum { CLIPBOARD_MAX = 64 * 1024, QUEUE_MAX = 512 * 1024 };

struct terminal {
    struct line line;
    struct canvas *canvas;
    const char *type;
    uint16_t rows, cols;
    bool mouse; /* wanted */
    bool xterm; /* knows the mouse, pasting and the clipboard as xterm does */
    bool synchronised;
    bool entered;        /* the screen is ours */
    struct buffer leave; /* what gives it back */
};

static void send(struct terminal *t, struct slice bytes)
{
    if (t->line.queue.size + bytes.size <= QUEUE_MAX) {
        buffer_append_slice(&t->line.queue, bytes);
    }
}

static void send_string(struct terminal *t, const char *s)
{
    send(t, slice_of_string(s));
}

/* --- what it is --- */

static bool begins(const char *type, const char *with)
{
    return strncmp(type, with, strlen(with)) == 0;
}

static bool knows_frames(const char *type)
{
    static const char *const known[] = {"xterm",  "tmux",    "foot",    "alacritty",
                                        "kitty",  "wezterm", "ghostty", "contour",
                                        "mintty", "iterm"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (begins(type, known[i])) {
            return true;
        }
    }
    return canvas_string("Sync") != NULL;
}

bool terminal_is_utf8(const struct terminal *t)
{
    /* A VT100 has seven bits whatever the locale says, and the fonts of Linux' own terminal
     * lack most of what we draw. */
    bool poor = begins(t->type, "vt1") || strcmp(t->type, "linux") == 0;
    return !poor && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

unsigned terminal_colours(const struct terminal *t)
{
    return canvas_colours(t->canvas);
}

void terminal_keys(const struct terminal *t, struct input *in)
{
    static const struct {
        const char *capability;
        uint32_t key;
    } keys[] = {{"kcuu1", KEYS_UP},     {"kcud1", KEYS_DOWN},    {"kcub1", KEYS_LEFT},
                {"kcuf1", KEYS_RIGHT},  {"khome", KEYS_HOME},    {"kend", KEYS_END},
                {"kpp", KEYS_PAGE_UP},  {"knp", KEYS_PAGE_DOWN}, {"kich1", KEYS_INSERT},
                {"kdch1", KEYS_DELETE}, {"kcbt", KEYS_BACK_TAB}, {"kbs", KEYS_BACKSPACE},
                {"kent", KEYS_ENTER}};
    (void)t;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *bytes = canvas_string(keys[i].capability);
        input_add(in, bytes != NULL ? bytes : "", keys[i].key);
    }
    for (unsigned n = 1; n <= 12; n++) {
        char name[] = {'k', 'f', (char)('0' + n / 10), (char)('0' + n % 10), '\0'};
        if (n < 10) {
            memmove(name + 2, name + 3, 2);
        }
        const char *bytes = canvas_string(name);
        input_add(in, bytes != NULL ? bytes : "", KEYS_F1 + n - 1);
    }
}

/* --- taking it and giving it back --- */

/* A string of terminfo without the delays that only slow hardware wants. */
static void append_capability(struct buffer *out, const char *name)
{
    const char *s = canvas_string(name);
    while (s != NULL && *s != '\0') {
        const char *delay = strstr(s, "$<");
        size_t size = delay != NULL ? (size_t)(delay - s) : strlen(s);
        buffer_append_slice(out, slice_of(s, size));
        s = delay != NULL ? strchr(delay, '>') : s + size;
        s = s != NULL && *s == '>' ? s + 1 : s;
    }
}

static void enter(struct terminal *t)
{
    struct buffer keypad = {NULL, 0, 0};
    if (t->entered) {
        return;
    }
    t->entered = true;
    append_capability(&keypad, "smkx");
    send(t, buffer_slice(&keypad));
    buffer_free(&keypad);
    if (t->xterm) {
        send_string(t, PASTE_ON);
        send_string(t, t->mouse ? MOUSE_ON : "");
    }
}

static void leave(struct terminal *t)
{
    struct buffer nothing = {NULL, 0, 0};
    canvas_leave(t->canvas);
    canvas_take(t->canvas, &nothing);
    buffer_free(&nothing);
    line_drain(&t->line);
    if (t->entered && !t->line.gone) {
        send(t, buffer_slice(&t->leave));
        line_drain(&t->line);
    }
    t->entered = false;
}

/* What gives the screen back is needed when nothing can be worked out any more, so it is
 * taken at once: ncurses takes the screen anew with the first frame. A terminal without a
 * second screen keeps the last frame, but for the row in which the shell goes on. */
static void learn_to_leave(struct terminal *t)
{
    struct buffer begin = {NULL, 0, 0};
    canvas_take(t->canvas, &begin);
    buffer_free(&begin);
    if (t->xterm) {
        buffer_append_slice(&t->leave, slice_of_string(SYNC_END PASTE_OFF MOUSE_OFF));
    }
    canvas_leave(t->canvas);
    canvas_take(t->canvas, &t->leave);
    if (canvas_string("rmcup") == NULL) {
        append_capability(&t->leave, "ed");
    }
}

int terminal_open(bool mouse, struct terminal **out, struct complaint *why)
{
    const char *type = getenv("TERM");
    struct line line;
    struct canvas *canvas;
    int error = line_open(&line, why);
    if (error != 0) {
        return error;
    }
    if (type == NULL || type[0] == '\0') {
        line_close(&line);
        return complain(why, CONCLAVE_EINVAL,
                        "$TERM is not set: set it to what this terminal is, such as "
                        "xterm-256color");
    }
    error = canvas_open(type, &canvas, why);
    if (error != 0) {
        line_close(&line);
        return error;
    }
    struct terminal *t = alloc_zero(1, sizeof(*t));
    *t = (struct terminal){.line = line, .canvas = canvas, .type = type, .mouse = mouse};
    t->xterm = canvas_string("kmous") != NULL && strcmp(type, "linux") != 0;
    t->synchronised = knows_frames(type);
    learn_to_leave(t);
    line_farewell(&t->line, buffer_slice(&t->leave));
    line_raw(&t->line);
    *out = t;
    return 0;
}

void terminal_close(struct terminal *t)
{
    leave(t);
    line_restore(&t->line);
    line_close(&t->line);
    canvas_close(t->canvas);
    buffer_free(&t->leave);
    free(t);
}

void terminal_suspend(struct terminal *t)
{
    leave(t);
    line_restore(&t->line);
}

void terminal_resume(struct terminal *t)
{
    line_raw(&t->line);
    canvas_forget(t->canvas);
}

bool terminal_measure(struct terminal *t, uint16_t *rows, uint16_t *cols)
{
    if (!line_size(&t->line, rows, cols)) {
        canvas_size(t->canvas, rows, cols);
    }
    *rows = *rows < CELLS_SIDE_MAX ? *rows : CELLS_SIDE_MAX;
    *cols = *cols < CELLS_SIDE_MAX ? *cols : CELLS_SIDE_MAX;
    bool changed = *rows != t->rows || *cols != t->cols;
    t->rows = *rows;
    t->cols = *cols;
    return changed;
}

/* --- painting --- */

bool terminal_paint(struct terminal *t, const struct cells *c, const struct theme *theme)
{
    struct buffer frame = {NULL, 0, 0};
    if (line_waits(&t->line)) {
        return false;
    }
    enter(t);
    canvas_paint(t->canvas, c, theme);
    canvas_take(t->canvas, &frame);
    if (frame.size > 0) {
        /* Not through send: a frame that was drawn must be shown. */
        struct buffer *queue = &t->line.queue;
        buffer_append_slice(queue, slice_of_string(t->synchronised ? SYNC_BEGIN : ""));
        buffer_append_slice(queue, buffer_slice(&frame));
        buffer_append_slice(queue, slice_of_string(t->synchronised ? SYNC_END : ""));
    }
    buffer_free(&frame);
    return true;
}

void terminal_redraw(struct terminal *t)
{
    canvas_forget(t->canvas);
}

void terminal_bell(struct terminal *t)
{
    send_string(t, "\a");
}

void terminal_mouse(struct terminal *t, bool on)
{
    t->mouse = on;
    if (t->entered && t->xterm) {
        send_string(t, on ? MOUSE_ON : MOUSE_OFF);
    }
}

static void append_base64(struct buffer *out, struct slice s)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.size; i += 3) {
        size_t left = s.size - i;
        uint32_t bits = (uint32_t)s.data[i] << 16;
        bits |= left > 1 ? (uint32_t)s.data[i + 1] << 8 : 0;
        bits |= left > 2 ? s.data[i + 2] : 0;
        char group[4] = {digits[bits >> 18], digits[bits >> 12 & 63], '=', '='};
        group[2] = left > 1 ? digits[bits >> 6 & 63] : '=';
        group[3] = left > 2 ? digits[bits & 63] : '=';
        buffer_append(out, group, sizeof(group));
    }
}

void terminal_clipboard(struct terminal *t, struct slice text)
{
    struct buffer sequence = {NULL, 0, 0};
    text.size = text.size < CLIPBOARD_MAX ? text.size : CLIPBOARD_MAX;
    if (t->xterm) {
        buffer_append_slice(&sequence, slice_of_string("\033]52;c;"));
        append_base64(&sequence, text);
        buffer_append_slice(&sequence, slice_of_string("\a"));
        send(t, buffer_slice(&sequence));
    }
    buffer_free(&sequence);
}

/* --- the line --- */

int terminal_input_fd(const struct terminal *t)
{
    return t->line.in;
}

int terminal_output_fd(const struct terminal *t)
{
    return t->line.out;
}

bool terminal_wants_write(const struct terminal *t)
{
    return line_waits(&t->line);
}

int terminal_flush(struct terminal *t)
{
    return line_flush(&t->line);
}

int terminal_read(struct terminal *t, struct buffer *out)
{
    return line_read(&t->line, out);
}

uint64_t terminal_written(const struct terminal *t)
{
    return t->line.written;
}
