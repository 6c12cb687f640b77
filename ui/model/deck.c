/* SPDX-License-Identifier: ISC */
#include "ui/model/deck.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 32 }; /* at each end, and a quarter more, when it is made anew */

void **deck_items(const struct deck *d)
{
    return d->slots != NULL ? d->slots + d->first : NULL;
}

static void make_room(struct deck *d)
{
    size_t room = ROOM + d->count / 4, capacity = d->count + 2 * room;
    void **slots = alloc(capacity * sizeof(*slots));
    if (d->count > 0) {
        memcpy(slots + room, deck_items(d), d->count * sizeof(*slots));
    }
    free(d->slots);
    *d = (struct deck){slots, room, d->count, capacity};
}

void deck_insert(struct deck *d, size_t at, void *item)
{
    assert(at <= d->count);
    bool front = at < d->count - at;
    if (d->capacity == 0 || (front ? d->first == 0 : d->first + d->count == d->capacity)) {
        make_room(d);
    }
    void **items = deck_items(d);
    if (front) {
        d->first--;
        items--;
        memmove(items, items + 1, at * sizeof(*items));
    } else {
        memmove(items + at + 1, items + at, (d->count - at) * sizeof(*items));
    }
    items[at] = item;
    d->count++;
}

void *deck_remove(struct deck *d, size_t at)
{
    assert(at < d->count);
    void **items = deck_items(d);
    void *item = items[at];
    if (at < d->count - at) {
        memmove(items + 1, items, at * sizeof(*items));
        d->first++;
    } else {
        memmove(items + at, items + at + 1, (d->count - at - 1) * sizeof(*items));
    }
    d->count--;
    return item;
}

void deck_free(struct deck *d)
{
    free(d->slots);
    *d = (struct deck){NULL, 0, 0, 0};
}
