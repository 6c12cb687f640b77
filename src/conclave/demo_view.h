/* SPDX-License-Identifier: ISC */
/*
 * What the demo shows: lines of progress and events, a status line under them while the
 * view is live, and the results at the end.
 */
#ifndef CONCLAVE_CONCLAVE_DEMO_VIEW_H
#define CONCLAVE_CONCLAVE_DEMO_VIEW_H

#include "conclave/demo_follow.h"

#include <termios.h>

struct demo_view {
    bool live; /* on a terminal, with a status line */
    bool keys; /* standard input is one as well */
    struct termios saved;
    char *status; /* the status line that stands on the screen, or NULL */
};

/* Takes the terminal when live: keys come at once and are not echoed. */
void demo_view_begin(struct demo_view *v, bool live);
/* Gives it back. */
void demo_view_end(struct demo_view *v);
/* Whether the operator has pressed a key that quits; takes what was typed. */
bool demo_view_wants_quit(const struct demo_view *v);

/* A line: standard output when live, else standard error, so that only results go to
 * standard output. Text from outside is made safe. */
void demo_view_say(struct demo_view *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void demo_view_status(struct demo_view *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The line of an event; events that come by the dozen have none. */
void demo_view_event(struct demo_view *v, const struct demo_follow *f, const char *event,
                     const json_t *params);

void demo_view_table(struct demo_view *v, const struct demo_follow *f);
/* An array of the results; a new reference. */
json_t *demo_view_json(const struct demo_follow *f);

#endif
