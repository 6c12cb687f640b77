/* SPDX-License-Identifier: ISC */
/*
 * Items that one thread makes in a row, several work on, and the first takes away in the
 * order in which it made them: a reader of a store whose blocks are decoded and checked on
 * all cores. Nothing of it is seen from outside but the time it takes.
 */
#ifndef CONCLAVE_BASE_CONVEYOR_H
#define CONCLAVE_BASE_CONVEYOR_H

#include <stdbool.h>
#include <stddef.h>

struct conveyor_line {
    void *context;
    size_t item_bytes;
    /* The caller's thread. Fills the next item, all zero before. False: there is none, and
     * it is not asked again. */
    bool (*make)(void *context, void *item);
    /* Any thread, one for each item; worker, below jobs, is nobody else's meanwhile. */
    void (*work)(void *context, unsigned worker, void *item);
    /* The caller's thread. Frees what an item holds, worked on or not. */
    void (*clear)(void *context, void *item);
};

struct conveyor;

/* jobs: threads that work, the caller's among them; at least 1, which makes no thread, as
 * fewer do where the system refuses one. ahead: items made and not taken, at most; at
 * least 1. */
struct conveyor *conveyor_new(const struct conveyor_line *line, unsigned jobs,
                              size_t ahead);
/* The next item, worked on, until the next call; NULL: that was the last. The caller works
 * on later ones while it waits. */
void *conveyor_next(struct conveyor *c);
/* Ends what still runs, and clears what was not taken. */
void conveyor_free(struct conveyor *c);

#endif
