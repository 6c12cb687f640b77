/* SPDX-License-Identifier: ISC */
/* The event `votes`: when who voted for the block at hand is told to those who want it. */
#ifndef CONCLAVE_CONCLAVED_VOTES_TELL_H
#define CONCLAVE_CONCLAVED_VOTES_TELL_H

#include "conclaved/rounds.h"

#include <ev.h>

struct node;

enum { VOTES_EVERY_MS = 100 }; /* it is told no more often */

/* All zero at first. */
struct votes_watch {
    bool touched;   /* there may be something new */
    bool any;       /* something was told: */
    uint64_t at_ms; /* monotonic */
    struct round_state told;
    struct ev_timer timer; /* runs only while something is to be told */
};

/* Something happened that may change what is told. */
void votes_touch(struct node *n);
/* Somebody new may listen: the present state is told, changed or not. */
void votes_tell_anew(struct node *n);
/* At the end of a turn: tells what has changed, or sets the timer for it. */
void votes_tell(struct node *n);
void votes_tell_stop(struct node *n);

#endif
