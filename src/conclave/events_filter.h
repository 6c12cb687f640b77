/* SPDX-License-Identifier: ISC */
/* Which events `events` tells. Pure. */
#ifndef CONCLAVE_CONCLAVE_EVENTS_FILTER_H
#define CONCLAVE_CONCLAVE_EVENTS_FILTER_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

enum { EVENTS_WORDS_MAX = 32, EVENTS_WORD_BYTES = 32 };

/* Beginnings of names. */
struct events_words {
    char list[EVENTS_WORDS_MAX][EVENTS_WORD_BYTES];
    size_t count;
};

struct events_filter {
    struct events_words kinds;            /* none: those that are told by default */
    struct events_words include, exclude; /* more, and fewer */
    unsigned seat;                        /* 0: all */
    char proposal[65];                    /* the first digits of its id; "": all */
};

/* "ballot.,proposal.final": appended. An error with a complaint where no event has a name
 * that begins so. */
int events_words_add(struct events_words *w, const char *text, struct complaint *why);
/* Whether an event of the ledger, or what the node told, is wanted. */
bool events_filter_lets(const struct events_filter *f, const json_t *event);
/* Names of the node's own events that are wanted, an array of strings. */
json_t *events_filter_local(const struct events_filter *f);
bool events_is_local(const char *name);

#endif
