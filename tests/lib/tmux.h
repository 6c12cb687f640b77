/* SPDX-License-Identifier: ISC */
/*
 * A program on a real terminal: tmux, with a server of its own that ends with the test.
 * Every wait has a limit.
 */
#ifndef CONCLAVE_TESTS_TMUX_H
#define CONCLAVE_TESTS_TMUX_H

#include <stdbool.h>

struct tmux;

struct tmux_options {
    unsigned cols, rows;
    const char *term;        /* what the program finds in TERM; NULL: tmux's own */
    const char *environment; /* "NO_COLOR=1 LANG=C.UTF-8", or NULL */
};

/* False where there is no tmux. */
bool tmux_exists(void);
/* Runs a shell command in a new terminal. `pump` is called while waiting, NULL: not. */
struct tmux *tmux_open(const struct tmux_options *o, const char *command,
                       void (*pump)(void *context), void *context);
/* Ends the program, the terminal and the server. */
void tmux_close(struct tmux *t);
/* Keys by tmux's names: "j", "C-d", "F10", "Enter", "Escape". */
void tmux_keys(struct tmux *t, const char *keys);
/* As typed. */
void tmux_type(struct tmux *t, const char *text);
void tmux_resize(struct tmux *t, unsigned cols, unsigned rows);
/* The screen; valid until the next call. */
const char *tmux_screen(struct tmux *t);
/* Likewise with the escape sequences of colours and attributes. */
const char *tmux_styled(struct tmux *t);
/* Waits for words to come, or to go; shows the screen as TAP comments when they do not. */
bool tmux_shows(struct tmux *t, const char *words, int timeout_ms);
bool tmux_hides(struct tmux *t, const char *words, int timeout_ms);
/* The program's exit status, waiting for its end; -1: it has not ended, or was killed. */
int tmux_status(struct tmux *t, int timeout_ms);
/* The screen as TAP comments. */
void tmux_show(struct tmux *t);

#endif
