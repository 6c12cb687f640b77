/* SPDX-License-Identifier: ISC */
/*
 * What a node sees of its own seat: how long its disk takes, and its evaluator. Pure.
 * Robust statistics, so that one bad moment of the machine is none of the disk's, nor one
 * hard question the evaluator's.
 */
#ifndef CONCLAVE_WATCH_OWN_H
#define CONCLAVE_WATCH_OWN_H

#include "watch/judge.h"
#include "watch/samples.h"

/* Thresholds; 0: never. */
struct own_rules {
    uint64_t slow_store_ms;  /* the median time to make the store durable */
    unsigned slow_evaluator; /* per cent of the commit window, the 95th percentile */
};

/* Measurements that are needed to judge by: of 20 the 95th percentile leaves one out. */
enum { OWN_LEAST = 20, OWN_DISK_PERCENT = 50, OWN_EVALUATOR_PERCENT = 95 };

/* All zero at first. */
struct own {
    struct samples synced_us; /* the store, */
    struct samples answered;  /* answers, per cent of the commit window */
    uint64_t abandoned;       /* questions that had none in time, among them */
};

/* With every beat. A flag is cleared at half of its threshold. */
void own_look(const struct own *o, const struct own_rules *rules, uint16_t seat,
              const struct judge *j);

#endif
