/* SPDX-License-Identifier: ISC */
/* The seat's own operations that are not executed yet, and its own ballots. */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct slice hash_key(const struct hash *h)
{
    return slice_of(h->bytes, sizeof(h->bytes));
}

/* --- operations --- */

struct own {
    uint64_t sequence;
    struct hash id;
    struct slice operation; /* in value */
    struct bytes *value;
};

static int collect(struct ledger *l, struct own **list, size_t *count)
{
    struct store_entry e = {0};
    size_t room = 0;
    *list = NULL;
    *count = 0;
    int error = store_hold(l->store);
    if (error == 0) {
        error = store_first(l->store, STORE_OWN, SLICE_NONE, &e);
    }
    while (error == 0) {
        if (*count == room) {
            room = room > 0 ? 2 * room : 16;
            *list = alloc_resize(*list, room, sizeof(**list));
        }
        struct own *own = &(*list)[*count];
        error = value_get_own(bytes_slice(e.value), &own->sequence, &own->operation);
        if (error == 0 && (e.key_size != HASH_BYTES || own->sequence == UINT64_MAX)) {
            error = CONCLAVE_ECORRUPT;
        }
        if (error == 0) {
            memcpy(own->id.bytes, e.key, HASH_BYTES);
            own->value = bytes_ref(e.value);
            ++*count;
            error = store_next(l->store, STORE_OWN, &e);
        }
    }
    store_entry_clear(&e);
    error = ledger_walked(l, STORE_OWN, error, *count);
    store_release(l->store);
    return error;
}

static void free_own(struct own *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bytes_unref(list[i].value);
    }
    free(list);
}

static int compare_own(const void *a, const void *b)
{
    const struct own *x = a;
    const struct own *y = b;
    return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

int ledger_load_own(struct ledger *l)
{
    struct own *list;
    size_t count;
    int error = collect(l, &list, &count);
    l->own_sequence = 0;
    for (size_t i = 0; error == 0 && i < count; i++) {
        if (list[i].sequence >= l->own_sequence) {
            l->own_sequence = list[i].sequence + 1;
        }
    }
    free_own(list, count);
    return error;
}

void ledger_put_own(struct ledger *l, const struct hash *op_id, struct slice operation)
{
    struct store *s = ledger_writer(l);
    struct bytes *old = NULL;
    int error = store_get(s, STORE_OWN, hash_key(op_id), &old);
    if (error == 0) {
        bytes_unref(old); /* its id says that it is the same */
        return;
    }
    if (error != CONCLAVE_ENOENT) {
        store_fail(s, error);
        return;
    }
    struct buffer value = {0};
    value_put_own(&value, l->own_sequence++, operation);
    ledger_put(l, STORE_OWN, hash_key(op_id), &value);
}

void ledger_drop_own(struct ledger *l, const struct hash *op_id)
{
    store_delete(ledger_writer(l), STORE_OWN, hash_key(op_id));
}

int ledger_each_own(struct ledger *l,
                    void (*fn)(void *ctx, const struct hash *op_id, struct slice operation),
                    void *ctx)
{
    struct own *list;
    size_t count;
    int error = collect(l, &list, &count);
    if (error == 0 && count > 0) {
        qsort(list, count, sizeof(*list), compare_own);
        for (size_t i = 0; i < count; i++) {
            fn(ctx, &list[i].id, list[i].operation);
        }
    }
    free_own(list, count);
    return error;
}

/* --- ballots --- */

void ledger_put_ballot(struct ledger *l, const struct own_ballot *b)
{
    struct store *s = ledger_writer(l);
    struct buffer value = {0};
    value_put_ballot(&value, b);
    struct bytes *old = NULL;
    int error = store_get(s, STORE_BALLOTS, hash_key(&b->proposal), &old);
    if (error == 0) {
        /* To replace it after the commitment left would make the seat withhold. */
        assert(slice_equal(bytes_slice(old), buffer_slice(&value)));
        bytes_unref(old);
    } else if (error != CONCLAVE_ENOENT) {
        store_fail(s, error);
    }
    ledger_put(l, STORE_BALLOTS, hash_key(&b->proposal), &value);
}

int ledger_get_ballot(struct ledger *l, const struct hash *proposal, struct own_ballot *out)
{
    struct bytes *value = NULL;
    int error = store_get(l->store, STORE_BALLOTS, hash_key(proposal), &value);
    if (error != 0) {
        return error;
    }
    error = value_get_ballot(bytes_slice(value), out);
    if (error != 0) {
        bytes_unref(value);
        return error;
    }
    out->proposal = *proposal;
    bytes_unref(l->ballot);
    l->ballot = value;
    return 0;
}
