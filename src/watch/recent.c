/* SPDX-License-Identifier: ISC */
#include "watch/recent.h"

#include <string.h>

static void advance(struct recent *w, uint64_t slot)
{
    if (slot >= w->newest + RECENT_SLOTS) {
        memset(w->slots, 0, sizeof(w->slots));
        w->newest = slot;
    }
    while (w->newest < slot) {
        w->slots[++w->newest % RECENT_SLOTS] = 0;
    }
}

void recent_add(struct recent *w, uint64_t slot_ms, uint64_t now_ms, uint64_t times)
{
    advance(w, now_ms / slot_ms);
    uint32_t *slot = &w->slots[w->newest % RECENT_SLOTS];
    *slot = times < UINT32_MAX - *slot ? *slot + (uint32_t)times : UINT32_MAX;
}

uint64_t recent_sum(struct recent *w, uint64_t slot_ms, uint64_t now_ms)
{
    uint64_t sum = 0;
    advance(w, now_ms / slot_ms);
    for (int i = 0; i < RECENT_SLOTS; i++) {
        sum += w->slots[i];
    }
    return sum;
}

unsigned recent_busy(struct recent *w, uint64_t slot_ms, uint64_t now_ms)
{
    unsigned busy = 0;
    advance(w, now_ms / slot_ms);
    for (int i = 0; i < RECENT_SLOTS; i++) {
        busy += w->slots[i] > 0;
    }
    return busy;
}
