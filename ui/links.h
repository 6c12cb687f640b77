/* SPDX-License-Identifier: ISC */
/* The connections of a console: what comes goes to the models, and into a recording, and
 * what these ask goes out. */
#ifndef CONCLAVE_UI_LINKS_H
#define CONCLAVE_UI_LINKS_H

#include "ui/console/console.h"
#include "ui/model/connection.h"
#include "ui/model/recording.h"

#include <poll.h>

struct link {
    struct connection *connection;
    struct link_state told; /* what the console knows of it */
    bool known;
    struct complaint why; /* it is not there; empty */
};

struct links {
    struct console *console;
    struct recorder *recorder; /* NULL: nothing is kept */
    struct link list[COUNCILS_MAX];
    bool recorder_failed; /* that has been said */
    size_t count;
    bool counting; /* answers, for who waits for all of them */
    uint64_t asked, answered;
};

/* One for each of the console's councils, which already has the number. */
void links_add(struct links *l, const char *path);
void links_free(struct links *l);

/* Takes in what is there, up to a limit: true when there may be more. */
bool links_turn(struct links *l);
/* Sends what the models ask for. */
void links_send(struct links *l);
/* Fills at most COUNCILS_MAX entries; returns how many. quiet: nothing that comes matters
 * now. */
size_t links_poll(const struct links *l, bool quiet, struct pollfd *out);
/* When one of them wants a turn, by the monotonic clock. */
uint64_t links_wake_ms(const struct links *l);

#endif
