/* SPDX-License-Identifier: ISC */
/*
 * Refusals that go on: a seat of another council or version, or that runs twice, is met at
 * every attempt to connect, for as long as nobody mends it. Each reason is told once for a
 * seat, and again after an hour with how often it was met; when the seat has been connected
 * in between, it is news again. Pure: times are arguments.
 */
#ifndef CONCLAVE_NET_REFUSAL_H
#define CONCLAVE_NET_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

enum refusal_kind {
    REFUSAL_VERSION,
    REFUSAL_COUNCIL,
    REFUSAL_TWIN,
    REFUSAL_REFUSED,
    REFUSAL_KINDS
};

enum { REFUSAL_AGAIN_MS = 3600 * 1000, REFUSAL_REASON_BYTES = 96 };

/* Of one seat; all zero: nothing was told. */
struct refusals {
    struct {
        char reason[REFUSAL_REASON_BYTES]; /* as it was told; empty: it was not */
        uint64_t told_ms;                  /* monotonic */
        uint64_t count;                    /* met since and not told */
    } of[REFUSAL_KINDS];
};

/* It was met, for this reason. Whether to tell it now, and for how many times, this one
 * among them. */
bool refusal_met(struct refusals *r, enum refusal_kind kind, const char *reason,
                 uint64_t now_ms, uint64_t *count);
/* The seat is connected. */
void refusals_over(struct refusals *r);

#endif
