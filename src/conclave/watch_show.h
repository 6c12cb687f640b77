/* SPDX-License-Identifier: ISC */
/* How `watch` tells what changed: lines, JSON, or bars that are drawn again in place. */
#ifndef CONCLAVE_CONCLAVE_WATCH_SHOW_H
#define CONCLAVE_CONCLAVE_WATCH_SHOW_H

#include "conclave/watch_state.h"

enum watch_style { WATCH_LINES, WATCH_JSON, WATCH_BARS };

struct watch_show {
    enum watch_style style;
    unsigned drawn; /* lines of the bars on the terminal */
};

/* params is the event's, or NULL for none. */
void watch_tell(struct watch_show *s, const struct watched *w, enum watch_change change,
                const json_t *params);
/* Before something else is printed: takes the bars away. */
void watch_lift(struct watch_show *s);
/* The bars of what is still open, as many as the terminal has lines for. */
void watch_draw(struct watch_show *s, struct watched *const *list, size_t count);

#endif
