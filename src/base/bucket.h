/* SPDX-License-Identifier: ISC */
/*
 * A token bucket: so many units a second, bursts of four seconds' worth. Whoever takes
 * from it may run into debt once, so that one large item is never stuck for ever.
 */
#ifndef CONCLAVE_BASE_BUCKET_H
#define CONCLAVE_BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

enum { BUCKET_BURST_SECONDS = 4 };
#define BUCKET_RATE_MAX ((uint64_t)1 << 40)

struct bucket {
    uint64_t rate;    /* units a second, 1..BUCKET_RATE_MAX */
    int64_t level;    /* thousandths of a unit */
    uint64_t last_ms; /* monotonic: when level was right */
};

/* Starts full. */
void bucket_init(struct bucket *b, uint64_t rate, uint64_t now_ms);
/* Takes amount when anything is left; false, and nothing taken, when it is empty. */
bool bucket_take(struct bucket *b, uint64_t amount, uint64_t now_ms);
/* Takes it in any case, whatever the debt: for what turned out to cost more. */
void bucket_charge(struct bucket *b, uint64_t amount, uint64_t now_ms);
bool bucket_is_empty(struct bucket *b, uint64_t now_ms);
bool bucket_is_full(struct bucket *b, uint64_t now_ms);
/* Until there is again a useful amount, a twentieth of a second's worth; at least 1. */
uint64_t bucket_wait_ms(struct bucket *b, uint64_t now_ms);

#endif
