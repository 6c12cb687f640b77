/* SPDX-License-Identifier: ISC */
/* A console in front of a made-up node, driven as an operator would. */
#ifndef CONCLAVE_TESTS_UI_DESK_H
#define CONCLAVE_TESTS_UI_DESK_H

#include "story.h"
#include "tap.h"
#include "ui/console/console.h"

struct desk {
    struct console *console;
    struct story *story;
    struct cells cells;
    struct buffer text; /* of the last screen, with a NUL */
};

/* A council of so many seats with so many decisions behind it, connected; 24 by 80. */
void desk_open(struct desk *s, unsigned seats, unsigned decisions);
void desk_open_with(struct desk *s, unsigned seats, unsigned decisions,
                    const struct console_options *options);
void desk_close(struct desk *s);
void desk_size(struct desk *s, uint16_t rows, uint16_t cols);
/* Keys by their names: "j ^D F4 Enter". */
void desk_press(struct desk *s, const char *keys);
/* Each character is a key. */
void desk_type(struct desk *s, const char *text);
/* What happened in the story reaches the console. */
void desk_feed(struct desk *s);
/* Draws, and gives the screen as text. */
const char *desk_screen(struct desk *s);
/* Whether the screen has these words as it should; shows it where it is otherwise. */
bool desk_has(struct desk *s, const char *words, bool there);
/* The row of the screen that has the words, from 0; -1. */
int desk_row_of(struct desk *s, const char *words);
/* The text of the operator's row. */
const char *desk_selected(struct desk *s);
/* The next effect of a kind, others before it are dropped; false: there is none. */
bool desk_effect(struct desk *s, enum effect_kind kind, struct effect *out);

static inline bool desk_shows(struct desk *s, const char *words, const char *name)
{
    return ok(desk_has(s, words, true), "%s", name);
}

static inline bool desk_hides(struct desk *s, const char *words, const char *name)
{
    return ok(desk_has(s, words, false), "%s", name);
}

#endif
