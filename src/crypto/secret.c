/* SPDX-License-Identifier: ISC */
#include "crypto/secret.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void *secret_alloc(size_t size)
{
    void *p = sodium_malloc(size);
    if (p == NULL) {
        alloc_exhausted();
    }
    memset(p, 0, size);
    return p;
}

void secret_free(void *p)
{
    sodium_free(p);
}

/* --- many of one size --- */

/* The secrets lie behind each other in one guarded piece. */
struct secret_slab {
    struct secret_slab *next;
    uint8_t *memory;
    unsigned used; /* a bit for each place */
};

_Static_assert(SECRET_POOL_PLACES < 8 * sizeof(unsigned), "a bit for each place");

enum { ALL_PLACES = (1 << SECRET_POOL_PLACES) - 1 };

static struct secret_slab *slab_with_room(struct secret_pool *p)
{
    struct secret_slab *s = p->slabs;
    while (s != NULL && s->used == ALL_PLACES) {
        s = s->next;
    }
    if (s == NULL) {
        s = alloc_zero(1, sizeof(*s));
        s->memory = secret_alloc(SECRET_POOL_PLACES * p->size);
        s->next = p->slabs;
        p->slabs = s;
    }
    return s;
}

void *secret_pool_take(struct secret_pool *p)
{
    struct secret_slab *s = slab_with_room(p);
    unsigned place = 0;
    while ((s->used >> place & 1) != 0) {
        place++;
    }
    s->used |= 1U << place;
    return s->memory + place * p->size;
}

void secret_pool_give(struct secret_pool *p, void *secret)
{
    uint8_t *at = secret;
    struct secret_slab **from = &p->slabs;
    if (at == NULL) {
        return;
    }
    while (*from != NULL &&
           (at < (*from)->memory || at >= (*from)->memory + SECRET_POOL_PLACES * p->size)) {
        from = &(*from)->next;
    }
    struct secret_slab *s = *from;
    assert(s != NULL && (size_t)(at - s->memory) % p->size == 0);
    sodium_memzero(at, p->size);
    s->used &= ~(1U << (size_t)(at - s->memory) / p->size);
    if (s->used == 0) {
        *from = s->next;
        secret_free(s->memory);
        free(s);
    }
}
