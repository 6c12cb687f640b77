/* SPDX-License-Identifier: ISC */
#include "net/queue.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_FIRST = 16, QUEUE_KEPT = 256 };

static struct bytes *frame_at(const struct queue *q, size_t i)
{
    return q->ring[(q->head + i) & (q->capacity - 1)];
}

static void grow(struct queue *q)
{
    size_t capacity = q->capacity > 0 ? 2 * q->capacity : QUEUE_FIRST;
    struct bytes **ring = alloc_zero(capacity, sizeof(struct bytes *));
    for (size_t i = 0; i < q->count; i++) {
        ring[i] = frame_at(q, i);
    }
    free(q->ring);
    q->ring = ring;
    q->capacity = capacity;
    q->head = 0;
}

void queue_push(struct queue *q, struct bytes *frame)
{
    if (q->count == q->capacity) {
        grow(q);
    }
    q->ring[(q->head + q->count) & (q->capacity - 1)] = bytes_ref(frame);
    q->count++;
    q->bytes += FRAME_HEADER_BYTES + frame->size;
}

void queue_release(struct queue *q)
{
    q->released = q->count;
}

static void put_length(uint8_t out[FRAME_HEADER_BYTES], size_t size)
{
    out[0] = (uint8_t)(size >> 24);
    out[1] = (uint8_t)(size >> 16);
    out[2] = (uint8_t)(size >> 8);
    out[3] = (uint8_t)size;
}

/* Bytes of the frame from offset on, at most max, into out. */
static size_t gather(const struct bytes *frame, size_t offset, uint8_t *out, size_t max)
{
    size_t done = 0;
    if (offset < FRAME_HEADER_BYTES) {
        uint8_t header[FRAME_HEADER_BYTES];
        put_length(header, frame->size);
        size_t part = FRAME_HEADER_BYTES - offset;
        done = part < max ? part : max;
        memcpy(out, header + offset, done);
        offset += done;
    }
    if (done == max) {
        return done;
    }
    size_t left = FRAME_HEADER_BYTES + frame->size - offset;
    size_t part = left < max - done ? left : max - done;
    memcpy(out + done, frame->data + offset - FRAME_HEADER_BYTES, part);
    return done + part;
}

struct slice queue_next(const struct queue *q, uint8_t *scratch, size_t max)
{
    if (q->released == 0) {
        return SLICE_NONE;
    }
    const struct bytes *first = frame_at(q, 0);
    if (q->offset >= FRAME_HEADER_BYTES) {
        size_t left = FRAME_HEADER_BYTES + first->size - q->offset;
        if (left >= max || q->released == 1) {
            return slice_of(first->data + q->offset - FRAME_HEADER_BYTES,
                            left < max ? left : max);
        }
    }
    size_t done = 0;
    for (size_t i = 0; i < q->released && done < max; i++) {
        done += gather(frame_at(q, i), i == 0 ? q->offset : 0, scratch + done, max - done);
    }
    return slice_of(scratch, done);
}

static void pop(struct queue *q)
{
    bytes_unref(frame_at(q, 0));
    q->head = (q->head + 1) & (q->capacity - 1);
    q->count--;
    q->released--;
    q->offset = 0;
}

void queue_advance(struct queue *q, size_t size)
{
    assert(size <= q->bytes);
    q->bytes -= size;
    while (size > 0) {
        assert(q->released > 0);
        size_t left = FRAME_HEADER_BYTES + frame_at(q, 0)->size - q->offset;
        if (size < left) {
            q->offset += size;
            return;
        }
        size -= left;
        pop(q);
    }
    if (q->count == 0 && q->capacity > QUEUE_KEPT) {
        queue_free(q); /* what a burst needed is not kept for ever */
    }
}

void queue_free(struct queue *q)
{
    for (size_t i = 0; i < q->count; i++) {
        bytes_unref(frame_at(q, i));
    }
    free(q->ring);
    *q = (struct queue){NULL, 0, 0, 0, 0, 0, 0};
}
