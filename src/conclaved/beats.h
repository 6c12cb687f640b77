/* SPDX-License-Identifier: ISC */
/*
 * The last heartbeats of every seat. A slot is one heartbeat interval of this node's own
 * clock; each holds one number a seat. Pure: times are arguments, monotonic.
 */
#ifndef CONCLAVE_CONCLAVED_BEATS_H
#define CONCLAVE_CONCLAVED_BEATS_H

#include <stddef.h>
#include <stdint.h>

enum { BEATS_SLOTS = 60 };
#define BEATS_MISSED UINT32_MAX

struct beats;
struct beats *beats_new(uint16_t seats, uint16_t self, uint64_t interval_ms,
                        uint64_t now_ms);
void beats_free(struct beats *b);

/* A heartbeat of a seat came. */
void beats_came(struct beats *b, uint16_t seat, uint64_t now_ms);
/*
 * A slot ends. Of each seat is kept how long after the one before it the last heartbeat in
 * the slot came; where none did, the silence at the slot's end, or BEATS_MISSED where that
 * is more than one and a half intervals. The first is counted from beats_new, and the own
 * seat is always at 0.
 */
void beats_turn(struct beats *b, uint64_t now_ms);

/* The number of the newest slot that has ended; 0: none has. */
uint64_t beats_slot(const struct beats *b);
/* The numbers of a seat, oldest first, the last of the newest slot; how many. */
size_t beats_gaps(const struct beats *b, uint16_t seat, uint32_t out[BEATS_SLOTS]);
/* That of the newest slot. */
uint32_t beats_gap(const struct beats *b, uint16_t seat);

#endif
