/* SPDX-License-Identifier: ISC */
/*
 * A peer's clock, measured by echoes as NTP does, and its clock filter (RFC 5905, section
 * 10): of the last samples the one with the least round trip counts, whose error is at most
 * half of that. So one heartbeat that was delayed says nothing about a clock. Pure.
 */
#ifndef CONCLAVE_WATCH_OFFSET_H
#define CONCLAVE_WATCH_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

enum {
    OFFSET_SAMPLES = 8,
    OFFSET_JUMP_MS = 128, /* NTP steps a clock that is off by more, and slews it below */
};

/* What each clock said; the peer's monotonic one may have any zero. */
struct offset_sample {
    int64_t offset_ms; /* its wall clock minus this node's */
    uint32_t round_trip_ms;
    uint64_t own_wall_ms, own_monotonic_ms;
    uint64_t its_wall_ms, its_monotonic_ms;
};

/* All zero at first. */
struct offset {
    struct {
        int64_t offset_ms;
        uint32_t round_trip_ms;
    } samples[OFFSET_SAMPLES]; /* a ring */
    uint32_t count, next;
    uint64_t own_zero_ms, its_zero_ms; /* wall minus monotonic clock, modulo 2^64 */
};

/* A wall clock that jumped, either of the two, makes what was measured before worthless. */
void offset_add(struct offset *o, const struct offset_sample *s);
/* False: nothing is measured. */
bool offset_best(const struct offset *o, int64_t *offset_ms, uint32_t *round_trip_ms);

#endif
