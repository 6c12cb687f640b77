/* SPDX-License-Identifier: ISC */
/*
 * Every PROPOSE id that ever took effect, remembered for ever (conclave-protocol(7)
 * section 5), with its proposal while that lives. A hash table that only grows; it is
 * never walked, so its order decides nothing.
 */
#ifndef CONCLAVE_COUNCIL_KNOWN_H
#define CONCLAVE_COUNCIL_KNOWN_H

#include "wire/types.h"

struct live;

struct known_entry {
    struct hash id;
    bool used;
    struct live *live; /* NULL once the proposal is final */
};

/* All zero is an empty table. */
struct known {
    struct known_entry *entries;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* NULL where the id is not known; valid until the next known_add. */
struct known_entry *known_find(const struct known *k, const struct hash *id);
/* The id must not be known yet. */
void known_add(struct known *k, const struct hash *id, struct live *live);
void known_free(struct known *k);

#endif
