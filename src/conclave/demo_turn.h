/* SPDX-License-Identifier: ISC */
/* The demo in one place, and what happens to it while it waits: signals, processes that
 * end, and the events of the node that is watched. */
#ifndef CONCLAVE_CONCLAVE_DEMO_TURN_H
#define CONCLAVE_CONCLAVE_DEMO_TURN_H

#include "conclave/command.h"
#include "conclave/demo_console.h"
#include "conclave/demo_council.h"
#include "conclave/demo_view.h"

enum { ANSWER_MS = 2000 }; /* a node that needs longer has been stopped, or is drowned */

enum demo_end {
    DEMO_GOES_ON,
    DEMO_QUIT,        /* the operator has seen enough */
    DEMO_INTERRUPTED, /* by a signal, before it was done */
    DEMO_FAILED,      /* after saying why */
};

struct demo {
    const struct command_line *line;
    struct demo_data data;
    struct demo_models models;
    struct demo_council council;
    struct demo_follow follow;
    struct demo_view view;
    int signals;
    bool running;                  /* everything has started: a process that ends is news */
    struct control_client *events; /* a subscription at the node of watched */
    unsigned watched;
    char *program;      /* the console's, where there is a terminal; or NULL */
    pid_t console;      /* 0: it does not run */
    bool console_shown; /* it did */
    enum demo_end end;
};

/* Ends the demo with a message. */
void demo_fail(struct demo *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Waits for something to happen, ms at most, and takes it in. */
void demo_wait(struct demo *d, int ms);
/* Subscribes at the first node from seat first on that answers. */
bool demo_subscribe(struct demo *d, unsigned first);
void demo_unsubscribe(struct demo *d);
/* Takes in what happened to proposals while no node was listened to. */
void demo_catch_up(struct demo *d);

#endif
