/* SPDX-License-Identifier: ISC */
#include "council/known.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { KNOWN_FIRST_CAPACITY = 64 };

/* The id's entry, or the unused one where it would go. Ids are hashes already. */
static struct known_entry *slot(const struct known *k, const struct hash *id)
{
    uint64_t at;
    memcpy(&at, id->bytes, sizeof at);
    for (;; at++) {
        struct known_entry *e = &k->entries[at & (k->capacity - 1)];
        if (!e->used || hash_equal(&e->id, id)) {
            return e;
        }
    }
}

struct known_entry *known_find(const struct known *k, const struct hash *id)
{
    if (k->capacity == 0) {
        return NULL;
    }
    struct known_entry *e = slot(k, id);
    return e->used ? e : NULL;
}

static void grow(struct known *k)
{
    struct known bigger = {
        .capacity = k->capacity == 0 ? KNOWN_FIRST_CAPACITY : 2 * k->capacity,
        .count = k->count,
    };
    bigger.entries = alloc_zero(bigger.capacity, sizeof *bigger.entries);
    for (size_t i = 0; i < k->capacity; i++) {
        if (k->entries[i].used) {
            *slot(&bigger, &k->entries[i].id) = k->entries[i];
        }
    }
    free(k->entries);
    *k = bigger;
}

void known_add(struct known *k, const struct hash *id, struct live *live)
{
    if (2 * (k->count + 1) > k->capacity) {
        grow(k);
    }
    struct known_entry *e = slot(k, id);
    assert(!e->used);
    *e = (struct known_entry){.id = *id, .used = true, .live = live};
    k->count++;
}

void known_free(struct known *k)
{
    free(k->entries);
    *k = (struct known){0};
}
