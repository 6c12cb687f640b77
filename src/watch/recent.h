/* SPDX-License-Identifier: ISC */
/* How often something happened lately: a sliding window of ten slots. Pure; all zero is an
 * empty one. */
#ifndef CONCLAVE_WATCH_RECENT_H
#define CONCLAVE_WATCH_RECENT_H

#include <stdint.h>

enum { RECENT_SLOTS = 10 };

struct recent {
    uint32_t slots[RECENT_SLOTS]; /* a ring by time */
    uint64_t newest;              /* the number of the newest slot */
};

/* It happened so many times more; slot_ms is the length of a slot, always the same. */
void recent_add(struct recent *w, uint64_t slot_ms, uint64_t now_ms, uint64_t times);
/* In the slot of now and those before it. */
uint64_t recent_sum(struct recent *w, uint64_t slot_ms, uint64_t now_ms);
/* In how many of them it happened. */
unsigned recent_busy(struct recent *w, uint64_t slot_ms, uint64_t now_ms);

#endif
