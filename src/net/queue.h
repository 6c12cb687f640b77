/* SPDX-License-Identifier: ISC */
/*
 * The frames that wait to be sent to one peer. They are shared with other queues and not
 * copied; each leaves as a 4-byte big-endian length and its content. Only what was
 * released may leave, so that nothing goes out before it is durable. Without I/O.
 */
#ifndef CONCLAVE_NET_QUEUE_H
#define CONCLAVE_NET_QUEUE_H

#include "base/bytes.h"

enum { FRAME_HEADER_BYTES = 4 };

/* All zero is an empty one. */
struct queue {
    struct bytes **ring; /* references held */
    size_t capacity;     /* a power of two, or 0 */
    size_t head;
    size_t count;
    size_t released; /* of count */
    size_t offset;   /* bytes of the head frame, header included, that have left */
    size_t bytes;    /* that have not left, headers included */
};

void queue_push(struct queue *q, struct bytes *frame);
/* Everything queued so far may leave. */
void queue_release(struct queue *q);
/* The next released bytes, at most max: in a frame where they lie in one, else gathered in
 * scratch. Empty when there are none. Valid until queue_advance. */
struct slice queue_next(const struct queue *q, uint8_t *scratch, size_t max);
/* The first size bytes of what queue_next gave have left. */
void queue_advance(struct queue *q, size_t size);
void queue_free(struct queue *q);

#endif
