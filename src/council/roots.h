/* SPDX-License-Identifier: ISC */
/*
 * The state roots that a replay of the ledger gives: each block names that of an earlier
 * height (conclave-protocol(7), Headers and blocks), which never goes back between blocks.
 */
#ifndef CONCLAVE_COUNCIL_ROOTS_H
#define CONCLAVE_COUNCIL_ROOTS_H

#include "wire/message.h"

/* Of heights first..first + count - 1. All zero is empty and starts at height 0. */
struct roots {
    struct hash *list;
    size_t count, capacity;
    uint64_t first;
};

/* That of the height after the last. */
void roots_add(struct roots *r, const struct hash *root);
/* No later header names a height below this one, which is among those kept. Moves only when
 * half can go. */
void roots_trim(struct roots *r, uint64_t height);
/* Whether the header's state root is that of its executed height; false, too, where that is
 * not among those kept. */
bool roots_fit(const struct roots *r, const struct header *h);
void roots_free(struct roots *r);

#endif
