/* SPDX-License-Identifier: ISC */
/* A line on standard error, drawn over and over, that says how far something is. */
#ifndef CONCLAVE_CONCLAVE_PACE_H
#define CONCLAVE_CONCLAVE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    bool wanted; /* standard error is a terminal that can show it */
    bool drawn;
    uint64_t begun_ms, shown_ms;
};

struct pace_line {
    double fraction, rate; /* done so far; a second */
    char left[32];         /* "?" where nobody knows */
};

void pace_begin(struct pace *p);
/* Whether a line is due, with what there is to say: the caller writes it, after "\r\033[K".
 */
bool pace_due(struct pace *p, uint64_t done, uint64_t total, struct pace_line *out);
/* Takes it off the terminal, on which something else is to be written. */
void pace_clear(struct pace *p);

#endif
