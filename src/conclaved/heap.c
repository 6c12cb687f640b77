/* SPDX-License-Identifier: ISC */
#include "conclaved/heap.h"

#include <malloc.h>

enum {
    LARGE = 48 * 1024,    /* gets pages of its own */
    TOP_PAD = 128 * 1024, /* glibc's own values: this, */
    TRIM = 128 * 1024,    /* and what may be left over at the heap's end */
    RUSH_LARGE = 8 * 1024 * 1024,
    RUSH_KEEP = 64 * 1024 * 1024,
    GIVE_BACK_MS = 5000
};

/* glibc raises the bound with every large buffer that is freed, and then keeps them all in
 * a heap that never shrinks: a node would have for ever what its largest block needed. */
void heap_begin(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, LARGE);
    /* The few threads of a replay hand what they make to the first one. */
    (void)mallopt(M_ARENA_MAX, 1);
}

/* What was taken in advance of a need is written with zeros when it is used for a table;
 * what is fresh from the system is not. So nothing is left over, and nothing is taken in
 * advance. */
void heap_tables_begin(void)
{
    (void)mallopt(M_TOP_PAD, 0);
    (void)malloc_trim(0);
}

void heap_tables_end(void)
{
    (void)mallopt(M_TOP_PAD, TOP_PAD);
}

void heap_rush_begin(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, RUSH_LARGE);
    (void)mallopt(M_TRIM_THRESHOLD, RUSH_KEEP);
}

void heap_rush_end(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, LARGE);
    (void)mallopt(M_TRIM_THRESHOLD, TRIM);
    (void)malloc_trim(0);
}

/* By itself the heap shrinks at its end alone, and something small is always there. */
void heap_look(uint64_t *last_ms, uint64_t now_ms)
{
    if (now_ms - *last_ms >= GIVE_BACK_MS) {
        *last_ms = now_ms;
        (void)malloc_trim(TOP_PAD);
    }
}
