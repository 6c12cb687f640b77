/* SPDX-License-Identifier: ISC */
/*
 * What the demo says: lines of progress and events, and the results at the end. While the
 * console has the terminal, what is said is kept for later, and the console shows events.
 */
#ifndef CONCLAVE_CONCLAVE_DEMO_VIEW_H
#define CONCLAVE_CONCLAVE_DEMO_VIEW_H

#include "conclave/demo_follow.h"

struct demo_view {
    bool live;           /* on a terminal, with a console */
    bool covered;        /* which has it now */
    struct buffer later; /* what is said then */
};

void demo_view_cover(struct demo_view *v);
/* Says what was kept. */
void demo_view_uncover(struct demo_view *v);

/* A line: standard output when live, else standard error, so that only results go to
 * standard output. Text from outside is made safe. */
void demo_view_say(struct demo_view *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The line of an event; events that come by the dozen have none. */
void demo_view_event(struct demo_view *v, const struct demo_follow *f, const char *event,
                     const json_t *params);

void demo_view_table(const struct demo_follow *f);
/* An array of the results; a new reference. */
json_t *demo_view_json(const struct demo_follow *f);

#endif
