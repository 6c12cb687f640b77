/* SPDX-License-Identifier: ISC */
#include "patterns/vocabulary.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4096 }; /* at least twice the words there are, and a power of two */

struct known {
    const char *bytes;
    uint8_t size; /* 0: the slot is free */
    meanings means;
};

struct vocabulary {
    struct known slots[SLOTS];
};

/* FNV-1a. */
uint32_t vocabulary_hash(uint32_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (uint8_t)bytes[i]) * UINT32_C(16777619);
    }
    return hash;
}

/* Where it is, or would be. */
static size_t find_slot(const struct vocabulary *v, uint32_t hash, const char *bytes,
                        size_t size)
{
    size_t at = (hash ^ hash >> 16) % SLOTS;
    const struct known *k = &v->slots[at];
    while (k->size != 0 && (k->size != size || memcmp(k->bytes, bytes, size) != 0)) {
        at = (at + 1) % SLOTS;
        k = &v->slots[at];
    }
    return at;
}

struct vocabulary *vocabulary_new(void)
{
    struct vocabulary *v = alloc_zero(1, sizeof(*v));
    size_t count = 0;
    for (size_t i = 0; i < word_list_count; i++) {
        for (const char *at = word_lists[i].words; *at != '\0';) {
            size_t size = strcspn(at, " ");
            assert(size <= KNOWN_MAX);
            uint32_t hash = vocabulary_hash(VOCABULARY_HASH, at, size);
            struct known *k = &v->slots[find_slot(v, hash, at, size)];
            count += k->size == 0;
            *k = (struct known){at, (uint8_t)size, k->means | MEANS(word_lists[i].meaning)};
            at += size + strspn(at + size, " ");
        }
    }
    assert(count <= SLOTS / 2);
    return v;
}

void vocabulary_free(struct vocabulary *v)
{
    free(v);
}

meanings vocabulary_find(const struct vocabulary *v, uint32_t hash, const char *bytes,
                         size_t size)
{
    return v->slots[find_slot(v, hash, bytes, size)].means;
}
