/* SPDX-License-Identifier: ISC */
/* Heartbeats, conclave-protocol(7) section 10: unsigned hints, local observation. */
#ifndef CONCLAVE_CONCLAVED_HEARTBEAT_H
#define CONCLAVE_CONCLAVED_HEARTBEAT_H

#include "conclaved/node.h"

/* From now on each seat's silence counts. */
void heartbeat_begin(struct node *n);
/* Sends one to a seat, or to all (0), as far as they are connected, each with the echo of
 * its own last one. */
void heartbeat_send(struct node *n, uint16_t to);
/* Keeps what a peer says of itself. */
void heartbeat_note(struct node *n, uint16_t seat, const struct heartbeat *h);
/* An interval has ended: the history goes on, and those who want it are told of it. */
void heartbeat_turn(struct node *n);
/* The median of the offsets of those heard lately: their clocks minus this one; where f of
 * them could be half of these, the least that w of them say. False: too few are measured.
 */
bool heartbeat_clock_offset(const struct node *n, int64_t *offset_ms);
/* Whether this clock is off by the measure of the others: that is above max-drift. */
bool heartbeat_clock_is_off(const struct node *n, int64_t *offset_ms);

#endif
