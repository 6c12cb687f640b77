/* SPDX-License-Identifier: ISC */
/* The log's lines about views, blocks and decisions, conclave-log(7). */
#ifndef CONCLAVE_CONCLAVED_LOG_EVENTS_H
#define CONCLAVE_CONCLAVED_LOG_EVENTS_H

#include "council/council.h"
#include "pbft/pbft.h"

struct node;

/* The node's way between two views, as the log was told. All zero at first, but for the
 * view it begins in. */
struct views_told {
    uint64_t view;   /* the last one that was named */
    bool is_leaving; /* a view was left and none entered since, */
    uint64_t since_ms;
    enum pbft_cause cause; /* for this reason */
};

void log_notice(struct node *n, const struct pbft_notice *x);
void log_council_event(struct node *n, const struct block *b,
                       const struct council_event *e);

#endif
