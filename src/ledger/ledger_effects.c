/* SPDX-License-Identifier: ISC */
/* The effects of each executed block: with the tree of decisions they are the state root
 * that a later header carries, and so a part of every proof (conclave-protocol(7) 11). */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include "wire/shared.h"

void ledger_put_effects(struct ledger *l, uint64_t height, const struct hash *effects)
{
    struct store *s = ledger_writer(l);
    struct hash old;
    int error = ledger_effects(l, height, &old);
    if (error == 0 && !hash_equal(&old, effects)) {
        error = CONCLAVE_ECORRUPT;
    }
    if (error == CONCLAVE_ENOENT) {
        uint8_t key[8];
        value_key_number(key, height);
        store_put(s, STORE_EFFECTS, slice_of(key, sizeof(key)),
                  slice_of(effects->bytes, sizeof(effects->bytes)));
    } else if (error != 0) {
        store_fail(s, error);
    }
}

void ledger_put_deeds(struct ledger *l, uint64_t height, struct slice deeds)
{
    struct store *s = ledger_writer(l);
    struct bytes *old = NULL;
    uint8_t key[8];
    int error = ledger_deeds(l, height, &old);
    if (error == 0 && !slice_equal(bytes_slice(old), deeds)) {
        error = CONCLAVE_ECORRUPT;
    }
    bytes_unref(old);
    if (error == CONCLAVE_ENOENT) {
        value_key_number(key, height);
        store_put(s, STORE_DEEDS, slice_of(key, sizeof(key)), deeds);
    } else if (error != 0) {
        store_fail(s, error);
    }
}

int ledger_deeds(struct ledger *l, uint64_t height, struct bytes **out)
{
    uint8_t key[8];
    value_key_number(key, height);
    return store_has(l->store, STORE_DEEDS)
               ? store_get(l->store, STORE_DEEDS, slice_of(key, sizeof(key)), out)
               : CONCLAVE_ENOENT;
}

bool ledger_keeps_deeds(struct ledger *l)
{
    return ledger_has_any(l, STORE_DEEDS);
}

bool ledger_keeps_effects(struct ledger *l)
{
    return ledger_has_any(l, STORE_EFFECTS);
}

int ledger_effects(struct ledger *l, uint64_t height, struct hash *out)
{
    uint8_t key[8];
    value_key_number(key, height);
    return ledger_get_hash(l, STORE_EFFECTS, slice_of(key, sizeof(key)), out);
}
