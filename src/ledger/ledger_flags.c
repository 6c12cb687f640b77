/* SPDX-License-Identifier: ISC */
/* The flags this node raised, as bytes: what they say is watch/flag.h's. */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

enum { KEY_BYTES = 8 };
/* So many are never raised; what JSON readers can tell apart. */
static const uint64_t id_max = (uint64_t)1 << 53;

void ledger_put_flag(struct ledger *l, uint64_t id, struct slice encoding)
{
    uint8_t key[KEY_BYTES];
    value_key_number(key, id);
    store_put(ledger_writer(l), STORE_FLAGS, slice_of(key, sizeof(key)), encoding);
}

void ledger_drop_flag(struct ledger *l, uint64_t id)
{
    uint8_t key[KEY_BYTES];
    value_key_number(key, id);
    store_delete(ledger_writer(l), STORE_FLAGS, slice_of(key, sizeof(key)));
}

int ledger_each_flag(struct ledger *l,
                     void (*fn)(void *ctx, uint64_t id, struct slice encoding), void *ctx)
{
    struct store_entry e = {0};
    size_t count = 0;
    uint64_t last = 0;
    if (!store_has(l->store, STORE_FLAGS)) {
        return 0;
    }
    int error = store_hold(l->store);
    if (error == 0) {
        error = store_first(l->store, STORE_FLAGS, SLICE_NONE, &e);
    }
    while (error == 0) {
        uint64_t id = e.key_size == KEY_BYTES ? value_key_read(e.key) : 0;
        if (id <= last || id > id_max) {
            error = CONCLAVE_ECORRUPT;
        } else {
            last = id;
            fn(ctx, id, bytes_slice(e.value));
            count++;
            error = store_next(l->store, STORE_FLAGS, &e);
        }
    }
    store_entry_clear(&e);
    error = ledger_walked(l, STORE_FLAGS, error, count);
    store_release(l->store);
    return error;
}
