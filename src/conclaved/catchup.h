/* SPDX-License-Identifier: ISC */
/*
 * What the log says while the node catches up: that it begins and that it ends, and the
 * first decisions. The others are old news, and may be many.
 */
#ifndef CONCLAVE_CONCLAVED_CATCHUP_H
#define CONCLAVE_CONCLAVED_CATCHUP_H

#include "pbft/pbft.h"

struct node;

enum { CATCHUP_TOLD = 20 }; /* decisions */

/* All zero at first. */
struct catchup {
    bool is_open;
    uint64_t since_ms; /* monotonic */
    uint64_t from;     /* the first height that was missing */
    uint64_t decisions;
};

/* Blocks are missing, and a seat is asked for them. */
void catchup_begin(struct node *n, const struct pbft_notice *x);
/* A decision became final. */
void catchup_count(struct node *n);
/* Whether decisions are told at level debug alone. */
bool catchup_is_quiet(const struct node *n);
/* With every beat. */
void catchup_look(struct node *n);

#endif
