/* SPDX-License-Identifier: ISC */
/* The last lines of the log, in memory that is taken once. The oldest make room. */
#ifndef CONCLAVE_CONCLAVED_LOG_RING_H
#define CONCLAVE_CONCLAVED_LOG_RING_H

#include "base/log.h"

enum {
    LOG_RING_LINES = 1024,
    LOG_RING_BYTES = 256 * 1024, /* of events and texts */
    LOG_RING_TEXT_MAX = 4096,    /* of a text; a longer one is cut */
    LOG_RING_EVENT_MAX = 64,
};

struct log_ring;
struct log_ring *log_ring_new(void);
void log_ring_free(struct log_ring *r);
/* A log_tap. */
void log_ring_add(void *ring, const struct log_line *line);

/* Lines are numbered from 1. The number of the newest, 0: there is none yet; of the oldest
 * that is still there. */
uint64_t log_ring_newest(const struct log_ring *r);
uint64_t log_ring_oldest(const struct log_ring *r);

struct log_ring_line {
    uint64_t n;
    uint64_t time_ms;
    enum log_level level;
    uint16_t seat; /* that it names; 0: none */
    struct slice event, text;
};
/* One that is there; borrowed until the next is added. */
struct log_ring_line log_ring_get(const struct log_ring *r, uint64_t n);

#endif
