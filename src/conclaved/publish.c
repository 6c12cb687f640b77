/* SPDX-License-Identifier: ISC */
#include "conclaved/publish.h"

#include "base/alloc.h"

#include <stdlib.h>

struct notice {
    const char *name;
    json_t *params;
};

struct published {
    struct notice *notices;
    size_t count, capacity;
};

struct published *published_new(void)
{
    return alloc_zero(1, sizeof(struct published));
}

void published_free(struct published *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->count; i++) {
        json_decref(p->notices[i].params);
    }
    free(p->notices);
    free(p);
}

void publish(struct node *n, const char *name, json_t *params)
{
    struct published *p = n->published;
    if (p->count == p->capacity) {
        p->capacity = p->capacity > 0 ? 2 * p->capacity : 16;
        p->notices = alloc_resize(p->notices, p->capacity, sizeof(*p->notices));
    }
    p->notices[p->count++] = (struct notice){name, params};
}

void publish_all(struct node *n)
{
    struct published *p = n->published;
    for (size_t i = 0; i < p->count; i++) {
        control_publish(n->control, p->notices[i].name, p->notices[i].params);
    }
    p->count = 0;
}
