/* SPDX-License-Identifier: ISC */
/*
 * How the C library hands out this process' memory, so that little of it stays resident:
 * settings of glibc's malloc, mallopt(3).
 */
#ifndef CONCLAVE_CONCLAVED_HEAP_H
#define CONCLAVE_CONCLAVED_HEAP_H

#include <stdint.h>

/* At the start of the process. */
void heap_begin(void);

/* Between these two the tables are made that live as long as the process and fill slowly,
 * or never: where no hole in the heap has room, a table gets fresh pages, of which only
 * those are resident that are written to. */
void heap_tables_begin(void);
void heap_tables_end(void);

/* Between these two large buffers come and go in quick succession, as in a replay: the
 * pages of one serve the next. */
void heap_rush_begin(void);
void heap_rush_end(void);

/* With every beat: now and then what a burst has left unused goes back to the system.
 * *last_ms, monotonic, is when it last did; 0 at first. */
void heap_look(uint64_t *last_ms, uint64_t now_ms);

#endif
