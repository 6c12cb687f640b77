/* SPDX-License-Identifier: ISC */
/*
 * Whether a group of seats dissents together, beside the seats outside of it: the test of
 * the findings bloc and fault-bound, in detect_bloc.c.
 */
#ifndef CONCLAVE_PATTERNS_BLOC_H
#define CONCLAVE_PATTERNS_BLOC_H

#include "patterns/inside.h"

struct bloc {
    struct seat_set seats;
    uint16_t lowest, size;
    uint16_t enough;         /* so many members together are it: all, or all but a fifth */
    uint32_t decisions;      /* of the window, in which outsiders had a majority */
    uint32_t together;       /* and enough members were against it */
    uint64_t expected_milli; /* in which chance has them so */
    uint32_t surprise, limit;
    bool met_last; /* they were so in the newest decision */
};

/* Judges the group of b->seats, three or more, by the window, filling the rest. */
void bloc_judge(const struct patterns *p, struct bloc *b);
/* The seats of the bloc, and all those of each vendor and model family of which half or
 * more, and two at least, are in it. */
void bloc_extend(const struct pattern_rules *rules, const struct bloc *b,
                 struct seat_set *out);

#endif
