/* SPDX-License-Identifier: ISC */
#include "conclaved/log_ring.h"

#include "base/alloc.h"
#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Its event and its text lie one after the other at an offset of the bytes. */
struct entry {
    uint64_t time_ms;
    enum log_level level;
    uint16_t seat;
    size_t offset, event_size, text_size;
};

struct log_ring {
    uint64_t newest; /* its number */
    uint64_t count;
    size_t end;                           /* of the newest one's bytes */
    struct entry entries[LOG_RING_LINES]; /* [number % LOG_RING_LINES] */
    uint8_t bytes[LOG_RING_BYTES];
};

struct log_ring *log_ring_new(void)
{
    return alloc_zero(1, sizeof(struct log_ring));
}

void log_ring_free(struct log_ring *r)
{
    free(r);
}

uint64_t log_ring_newest(const struct log_ring *r)
{
    return r->newest;
}

uint64_t log_ring_oldest(const struct log_ring *r)
{
    return r->newest - r->count + 1;
}

static const struct entry *oldest(const struct log_ring *r)
{
    return &r->entries[log_ring_oldest(r) % LOG_RING_LINES];
}

/* Room for so many bytes behind the newest, or else at the beginning; its offset. Lines lie
 * in their order, so those in the way are the oldest. */
static size_t make_room(struct log_ring *r, size_t size)
{
    if (r->end + size > LOG_RING_BYTES) {
        while (r->count > 0 && oldest(r)->offset >= r->end) {
            r->count--;
        }
        r->end = 0;
    }
    while (r->count > 0 && oldest(r)->offset >= r->end &&
           oldest(r)->offset < r->end + size) {
        r->count--;
    }
    if (r->count == LOG_RING_LINES) {
        r->count--;
    }
    return r->end;
}

static uint16_t seat_of(const struct log_field *fields)
{
    for (const struct log_field *f = fields; f->kind != LOG_END; f++) {
        if (f->kind == LOG_NUMBER && strcmp(f->key, "seat") == 0) {
            return f->number <= UINT16_MAX ? (uint16_t)f->number : 0;
        }
    }
    return 0;
}

static size_t cut(struct slice text, size_t most)
{
    return text.size <= most ? text.size : text_whole(slice_of(text.data, most));
}

void log_ring_add(void *ring, const struct log_line *line)
{
    struct log_ring *r = ring;
    struct slice event = slice_of_string(line->event);
    struct entry e = {.time_ms = line->time_ms,
                      .level = line->level,
                      .seat = seat_of(line->fields),
                      .event_size = cut(event, LOG_RING_EVENT_MAX),
                      .text_size = cut(line->text, LOG_RING_TEXT_MAX)};
    e.offset = make_room(r, e.event_size + e.text_size);
    memcpy(r->bytes + e.offset, event.data, e.event_size);
    if (e.text_size > 0) {
        memcpy(r->bytes + e.offset + e.event_size, line->text.data, e.text_size);
    }
    r->end = e.offset + e.event_size + e.text_size;
    r->entries[++r->newest % LOG_RING_LINES] = e;
    r->count++;
}

struct log_ring_line log_ring_get(const struct log_ring *r, uint64_t n)
{
    assert(n >= log_ring_oldest(r) && n <= r->newest);
    const struct entry *e = &r->entries[n % LOG_RING_LINES];
    return (struct log_ring_line){
        .n = n,
        .time_ms = e->time_ms,
        .level = e->level,
        .seat = e->seat,
        .event = slice_of(r->bytes + e->offset, e->event_size),
        .text = slice_of(r->bytes + e->offset + e->event_size, e->text_size),
    };
}
