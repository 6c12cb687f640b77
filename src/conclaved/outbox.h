/* SPDX-License-Identifier: ISC */
/*
 * Own operations on their way into the ledger: gathered into envelopes, at most
 * `seat-window` unordered of each sort, sent to all peers, repeated every request timer
 * (conclave-protocol(7) section 5).
 */
#ifndef CONCLAVE_CONCLAVED_OUTBOX_H
#define CONCLAVE_CONCLAVED_OUTBOX_H

#include "conclaved/node.h"

struct outbox *outbox_new(uint32_t seat_window);
void outbox_free(struct outbox *o);

/* Takes the own operations that the store kept. */
int outbox_restore(struct node *n);
/* Queues an encoded operation of this seat. Nothing happens when it is queued already.
 * Where durable is set the store keeps it until it is executed. */
void outbox_add(struct node *n, struct slice operation, bool durable);
bool outbox_holds(const struct node *n, const struct hash *op_id);
/* PROPOSEs that are queued and not executed. */
uint32_t outbox_proposals(const struct node *n);
/* Seals what waits into envelopes; at the end of a turn. */
void outbox_progress(struct node *n);
/* A block was executed: what it holds of this seat is done. */
void outbox_on_block(struct node *n, const struct block *b);
/* Sends the unordered envelopes again, to a seat or to all (0). */
void outbox_repeat(struct node *n, uint16_t seat);

#endif
