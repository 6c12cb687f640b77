/* SPDX-License-Identifier: ISC */
/* The full subtrees of the tree of decisions, so that a path costs a few reads however many
 * decisions there are. */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include "wire/shared.h"

enum { KEY_BYTES = 9 };

/* level, index */
static struct slice tree_key(uint8_t key[KEY_BYTES], unsigned level, uint64_t index)
{
    key[0] = (uint8_t)level;
    value_key_number(key + 1, index);
    return slice_of(key, KEY_BYTES);
}

int ledger_tree_node(void *context, unsigned level, uint64_t index, struct hash *out)
{
    uint8_t key[KEY_BYTES];
    return ledger_get_hash(context, STORE_TREE, tree_key(key, level, index), out);
}

static void put_node(struct ledger *l, unsigned level, uint64_t index, const struct hash *h)
{
    uint8_t key[KEY_BYTES];
    store_put(l->store, STORE_TREE, tree_key(key, level, index),
              slice_of(h->bytes, sizeof(h->bytes)));
}

void ledger_tree_append(struct ledger *l, uint64_t index, struct slice record)
{
    struct hash node = merkle_leaf(record), left;
    unsigned level = 0;
    put_node(l, level, index, &node);
    while ((index & 1) != 0) {
        int error = ledger_tree_node(l, level, index - 1, &left);
        if (error != 0) {
            store_fail(l->store, error == CONCLAVE_ENOENT ? CONCLAVE_ECORRUPT : error);
            return;
        }
        node = merkle_node(&left, &node);
        index >>= 1;
        put_node(l, ++level, index, &node);
    }
}

bool ledger_keeps_tree(struct ledger *l)
{
    return ledger_has_any(l, STORE_TREE);
}

int ledger_tree_complete(struct ledger *l)
{
    struct hash first;
    int error = l->record_count > 0 ? ledger_tree_node(l, 0, 0, &first) : 0;
    if (error != CONCLAVE_ENOENT) {
        return error;
    }
    error = 0;
    for (uint64_t i = 0; i < l->record_count && error == 0; i++) {
        struct bytes *record = NULL;
        error = ledger_record(l, i, &record);
        if (error == 0) {
            ledger_tree_append(l, i, bytes_slice(record));
        }
        bytes_unref(record);
    }
    return error == CONCLAVE_ENOENT ? CONCLAVE_ECORRUPT : error;
}
