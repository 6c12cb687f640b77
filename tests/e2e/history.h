/* SPDX-License-Identifier: ISC */
/* What the clients were told: every proposal that a node acknowledged. */
#ifndef CONCLAVE_TESTS_HISTORY_H
#define CONCLAVE_TESTS_HISTORY_H

#include "live.h"

enum { HISTORY_MAX = 4096 };

struct history {
    struct {
        char id[LIVE_ID_BYTES];
        unsigned seat;
    } acknowledged[HISTORY_MAX];
    unsigned count;
    unsigned refused; /* proposals that the node did not take, or did not answer */
};

/* Proposes at a seat; remembers the id when the node acknowledged it. */
bool history_propose(struct history *h, struct live *l, unsigned seat);
/* Waits until each one is final at every running seat, with the same outcome. How many are
 * not. */
unsigned history_missing(const struct history *h, struct live *l, int timeout_ms);

/* Approves; the usual agent where the outcome does not matter. */
bool history_approve(void *context, unsigned seat, const json_t *params,
                     struct live_ballot *out);

#endif
