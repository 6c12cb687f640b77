/* SPDX-License-Identifier: ISC */
/*
 * What the node counts since it was started, for the method `metrics`: plain integers that
 * are bumped where things happen. Nothing here is read by anything that decides.
 */
#ifndef CONCLAVE_CONCLAVED_METRICS_H
#define CONCLAVE_CONCLAVED_METRICS_H

#include "base/histogram.h"
#include "conclaved/rounds.h"
#include "council/council.h"

enum {
    METRICS_CAUSES = PBFT_CAUSE_RECOVER + 1,
    METRICS_VERDICTS = VERDICT_TOO_SOON + 1,
    METRICS_OUTCOMES = OUTCOME_APPROVED + 1,
};

/* All zero at first. */
struct metrics {
    uint64_t started_ms; /* monotonic */

    uint64_t view_changes[METRICS_CAUSES], new_views;
    uint64_t refused[METRICS_CAUSES];
    uint64_t catch_ups;
    struct histogram prepared, committed; /* from a block's acceptance */

    uint64_t blocks, block_bytes, envelopes;
    uint64_t operations[METRICS_VERDICTS];
    uint64_t decisions[CLASSES_MAX][METRICS_OUTCOMES];
    struct histogram decided; /* from the block that opens a proposal to the one that ends
                                 it, by their times */

    struct histogram synced;
    uint64_t commits_seen; /* of the ledger's */

    uint64_t asked, answered, refused_answers, failed; /* agents, about a proposal */
    struct histogram evaluated; /* from the question to the first answer, or failure */
};

void metrics_notice(struct metrics *m, const struct pbft_notice *x);
void metrics_committed(struct metrics *m, const struct round_times *t);
void metrics_executed(struct metrics *m, const struct block *b,
                      const struct council_result *r);
/* The ledger was made durable for the commits-th time, which took so long; the same one
 * again counts once. */
void metrics_synced(struct metrics *m, uint64_t commits, uint64_t last_us);

#endif
