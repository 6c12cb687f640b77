/* SPDX-License-Identifier: ISC */
#include "council/roots.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 1024, TRIM_MIN = 512 };

void roots_add(struct roots *r, const struct hash *root)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity > 0 ? 2 * r->capacity : CAPACITY;
        r->list = alloc_resize(r->list, r->capacity, sizeof(*r->list));
    }
    r->list[r->count++] = *root;
}

void roots_trim(struct roots *r, uint64_t height)
{
    assert(height >= r->first && height - r->first < r->count);
    size_t gone = height - r->first;
    if (gone > r->count / 2 && gone > TRIM_MIN) {
        r->count -= gone;
        memmove(r->list, r->list + gone, r->count * sizeof(*r->list));
        r->first = height;
    }
}

bool roots_fit(const struct roots *r, const struct header *h)
{
    return h->executed_height >= r->first && h->executed_height - r->first < r->count &&
           hash_equal(&r->list[h->executed_height - r->first], &h->state_root);
}

void roots_free(struct roots *r)
{
    free(r->list);
    *r = (struct roots){0};
}
