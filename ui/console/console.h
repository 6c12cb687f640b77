/* SPDX-License-Identifier: ISC */
/*
 * The console without its terminal: what is on the screen, what a key does to it, and what
 * it asks of the world. Pure: time, input and lines are given to it, and effects taken from
 * it, so that tests drive it as an operator would.
 */
#ifndef CONCLAVE_UI_CONSOLE_CONSOLE_H
#define CONCLAVE_UI_CONSOLE_CONSOLE_H

#include "ui/console/action.h"
#include "ui/screen/key.h"
#include "ui/screen/theme.h"
#include "ui/view/view.h"

enum { COUNCILS_MAX = 16 };

struct console_options {
    bool ascii, readonly, clock;
    bool mouse;
    bool replay;         /* of a recording: nothing is sent */
    const char *theme;   /* a name; NULL: default */
    struct theme custom; /* from the settings; its name is empty when there is none */
    struct keymap keymap;
};
void console_options_defaults(struct console_options *o);

/* What the link to a node is at, as the driver knows it. */
struct link_state {
    bool up;
    unsigned attempt;
    const char *why; /* there is none, in words, copied; NULL: not known */
};

struct console;
/* councils: how many models it has, from 0 on; names: their sockets' paths, copied. */
struct console *console_new(const struct console_options *options, size_t councils,
                            const char *const *names);
void console_free(struct console *c);

struct model *console_model(struct console *c, size_t council);
size_t console_councils(const struct console *c);
size_t console_shown(const struct console *c);
size_t console_add_council(struct console *c, const char *name);
/* A council's model begins anew: a replay that goes back. */
void console_renew(struct console *c, size_t council);
void console_link(struct console *c, size_t council, struct link_state link,
                  uint64_t now_ms);
/* Something came from a node: the console looks at what follows from it. */
void console_news(struct console *c, size_t council, uint64_t now_ms);

void console_input(struct console *c, const struct input_event *e, uint64_t now_ms);
/* The whole screen. It also asks the models for what is looked at. */
void console_draw(struct console *c, struct cells *out, uint64_t now_ms);
const struct theme *console_theme(const struct console *c);
/* Whether the operator wants nothing but ASCII. */
bool console_ascii(const struct console *c);
const char *console_view_name(const struct console *c);
void console_show(struct console *c, enum view_id view);
/* Pattern, and which of its pages. */
void console_alike(struct console *c, bool alike);
/* Council, and the other of its pages. */
void console_groups(struct console *c);
/* The view of that name, or Pattern's second page, "alike". */
bool console_view_named(const char *name, enum view_id *view, bool *alike);

/* Goes up when the screen may look different. */
uint64_t console_version(const struct console *c);
/* When it looks different by itself: the clock, countdowns, a message that goes.
 * UINT64_MAX: never. */
uint64_t console_wake_ms(const struct console *c, uint64_t now_ms);

/* --- what it asks of the world --- */

enum effect_kind {
    EFFECT_QUIT,
    EFFECT_BELL,
    EFFECT_REDRAW,    /* paint everything anew */
    EFFECT_CLIPBOARD, /* text */
    EFFECT_WRITE,   /* text to the file path; path empty: a new name like conclave-...txt */
    EFFECT_MOUSE,   /* on */
    EFFECT_CONNECT, /* path: one more council */
    EFFECT_REPLAY,  /* seek to time_ms in the recording, or play on: on */
    EFFECT_SAVE,    /* text: the settings */
};
struct effect {
    enum effect_kind kind;
    bool on;
    char *path, *text; /* owned by the effect */
    uint64_t time_ms;
};
/* The next one, to be released with effect_free; false: none. */
bool console_next_effect(struct console *c, struct effect *out);
void effect_free(struct effect *e);
/* Shows a line to the operator for some seconds: how an effect went. */
void console_say(struct console *c, bool good, uint64_t now_ms, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
