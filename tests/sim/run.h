/* SPDX-License-Identifier: ISC */
/* Carries out a plan, heals, and judges: what must hold of the whole run. */
#ifndef CONCLAVE_TESTS_SIM_RUN_H
#define CONCLAVE_TESTS_SIM_RUN_H

#include "byzantine.h"
#include "plan.h"

enum { RUN_MARKS = 160, RUN_FAULT_BYTES = 512 };

struct run_result {
    bool good;
    char fault[RUN_FAULT_BYTES]; /* why not */
    uint64_t digest;
    uint64_t simulated_ms, rest_ms, blocks, decisions, view_changes, messages, bytes;
    uint64_t byzantine, forgetful, expelled; /* seats, of all runs */
    uint64_t recounted;                      /* proposals counted again */
    uint64_t injected[ITEM_KINDS];
    uint64_t attacks[ATTACKS];
    struct cluster_mark marks[RUN_MARKS];
    size_t mark_count;
};

/* Where loud, a failing run shows its seats. */
void run_plan(const struct plan *p, bool trace, bool loud, struct run_result *out);

#endif
