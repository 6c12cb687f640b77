/* SPDX-License-Identifier: ISC */
/* What `watch` knows of a proposal: a snapshot of the node's, and the events after it. */
#ifndef CONCLAVE_CONCLAVE_WATCH_STATE_H
#define CONCLAVE_CONCLAVE_WATCH_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { WATCH_SEATS_MAX = 128 };

enum watch_phase {
    WATCH_WAITING /* for a block */,
    WATCH_SEALED,
    WATCH_OPENING,
    WATCH_DECIDED,
    WATCH_FINAL
};

enum watch_change {
    WATCH_NOTHING, /* it was known, or is about something else */
    WATCH_BEGUN,   /* it is looked at from now on */
    WATCH_OPENED,  /* it is in a block now */
    WATCH_BALLOT,
    WATCH_OPENS, /* ballots are opened from now on */
    WATCH_REVEAL,
    WATCH_OUTCOME, /* it is certain */
    WATCH_RECORD,  /* and the record final */
};
const char *watch_change_name(enum watch_change change); /* "begun", "ballot", ... */

struct watched {
    char *id, *title;
    unsigned seats, threshold;
    unsigned committed, revealed, approve, reject, abstain;
    bool has_committed[WATCH_SEATS_MAX], has_revealed[WATCH_SEATS_MAX];
    enum watch_phase phase;
    char *outcome, *reason; /* "" while there is none */
    uint64_t begun_ms;      /* monotonic */
};

/* From the result of the method proposal. */
struct watched *watched_new(const json_t *proposal);
void watched_free(struct watched *w);
/* Takes an event's params into account; what changed by it. */
enum watch_change watched_event(struct watched *w, const json_t *params);
/* Anew from the result of the method proposal, once a block has opened it. */
void watched_refresh(struct watched *w, const json_t *proposal);
/* "waiting", "sealed", "opening", "approved" or "rejected". */
const char *watched_state(const struct watched *w);

#endif
