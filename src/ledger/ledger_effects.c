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
