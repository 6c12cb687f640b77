/* SPDX-License-Identifier: ISC */
/* A set of seats, numbered from 1. All zero is the empty set. */
#ifndef CONCLAVE_BASE_SEAT_SET_H
#define CONCLAVE_BASE_SEAT_SET_H

#include <stdbool.h>
#include <stdint.h>

enum { SEAT_SET_MAX = 128 }; /* as many seats as a council may have */

/* Seat 1 is the lowest bit of the first word. */
struct seat_set {
    uint64_t words[SEAT_SET_MAX / 64];
};
void seat_set_add(struct seat_set *s, uint16_t seat);
void seat_set_add_all(struct seat_set *s, const struct seat_set *others);
bool seat_set_has(const struct seat_set *s, uint16_t seat);
unsigned seat_set_count(const struct seat_set *s);
/* How many of a are not in b. */
unsigned seat_set_count_beyond(const struct seat_set *a, const struct seat_set *b);

#endif
