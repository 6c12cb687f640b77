/* SPDX-License-Identifier: ISC */
/* What became of one attempt to deliver an alert. */
#ifndef CONCLAVE_ALERT_OUTCOME_H
#define CONCLAVE_ALERT_OUTCOME_H

#include <stdint.h>

enum outcome_kind {
    OUTCOME_DELIVERED, /* the receiver has it */
    OUTCOME_FAILED,    /* perhaps not: try again */
    OUTCOME_GONE,      /* the receiver wants no more, ever (410) */
};

enum { OUTCOME_TEXT_BYTES = 256 };

struct outcome {
    enum outcome_kind kind;
    unsigned status;   /* of HTTP; 0: none, or it is a command */
    uint64_t asked_ms; /* how long the receiver asked to wait; 0: it did not */
    uint64_t took_ms;
    char text[OUTCOME_TEXT_BYTES]; /* for people; may hold anything */
};

typedef void outcome_done(void *context, const struct outcome *o);

#endif
