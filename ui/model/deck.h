/* SPDX-License-Identifier: ISC */
/*
 * An array of pointers that grows at both ends: the newest first, and pages of older ones
 * behind, without moving all at each.
 */
#ifndef CONCLAVE_UI_MODEL_DECK_H
#define CONCLAVE_UI_MODEL_DECK_H

#include <stddef.h>

/* All zero is an empty one. */
struct deck {
    void **slots;
    size_t first, count, capacity;
};

/* The items, count of them in a row. */
void **deck_items(const struct deck *d);
/* Before item at, or behind the last for at == count. */
void deck_insert(struct deck *d, size_t at, void *item);
void *deck_remove(struct deck *d, size_t at);
/* Forgets the items; they are the caller's. */
void deck_free(struct deck *d);

#endif
