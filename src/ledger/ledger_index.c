/* SPDX-License-Identifier: ISC */
/* The index of proposals and the final records. Replaying the blocks writes it again: what
 * is there already must be the same, and then costs nothing. */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include "wire/shared.h"

#include <assert.h>
#include <string.h>

static struct slice hash_key(const struct hash *h)
{
    return slice_of(h->bytes, sizeof(h->bytes));
}

int ledger_load_index(struct ledger *l)
{
    struct store_entry e = {0};
    int error = store_last(l->store, STORE_RECORDS, &e);
    l->record_count = 0;
    if (error == 0) {
        if (e.key_size == 8 && value_key_read(e.key) < UINT64_MAX) {
            l->record_count = value_key_read(e.key) + 1;
        } else {
            error = CONCLAVE_ECORRUPT;
        }
        store_entry_clear(&e);
    }
    return error == CONCLAVE_ENOENT ? 0 : error;
}

static void put_proposal(struct ledger *l, const struct ledger_proposal *p)
{
    struct buffer value = {0};
    value_put_proposal(&value, p);
    ledger_put(l, STORE_PROPOSALS, hash_key(&p->id), &value);
}

int ledger_proposal(struct ledger *l, const struct hash *id, struct ledger_proposal *out)
{
    struct bytes *value = NULL;
    int error = store_get(l->store, STORE_PROPOSALS, hash_key(id), &value);
    if (error != 0) {
        return error;
    }
    error = value_get_proposal(bytes_slice(value), out);
    out->id = *id;
    bytes_unref(value);
    return error;
}

void ledger_put_proposal(struct ledger *l, const struct hash *id, uint64_t propose_height)
{
    struct store *s = ledger_writer(l);
    struct ledger_proposal p;
    int error = ledger_proposal(l, id, &p);
    if (error == CONCLAVE_ENOENT) {
        put_proposal(
            l, &(struct ledger_proposal){.id = *id, .propose_height = propose_height});
    } else if (error != 0) {
        store_fail(s, error);
    } else if (p.propose_height != propose_height) {
        store_fail(s, CONCLAVE_ECORRUPT);
    }
}

void ledger_put_record(struct ledger *l, uint64_t index, const struct hash *id,
                       uint64_t final_height, struct slice encoding)
{
    struct store *s = ledger_writer(l);
    assert(index <= l->record_count);
    struct ledger_proposal p;
    int error = ledger_proposal(l, id, &p);
    assert(error != CONCLAVE_ENOENT); /* its PROPOSE was executed before */
    uint8_t key[8];
    value_key_number(key, index);
    if (error == 0 && index < l->record_count) {
        struct bytes *old = NULL;
        error = store_get(s, STORE_RECORDS, slice_of(key, sizeof(key)), &old);
        if (error == 0 && (!slice_equal(bytes_slice(old), encoding) ||
                           p.final_height != final_height || p.record_index != index)) {
            error = CONCLAVE_ECORRUPT;
        }
        bytes_unref(old);
    }
    if (error != 0) {
        store_fail(s, error == CONCLAVE_ENOENT ? CONCLAVE_ECORRUPT : error);
        return;
    }
    store_put(s, STORE_RECORDS, slice_of(key, sizeof(key)), encoding);
    ledger_tree_append(l, index, encoding);
    p.final_height = final_height;
    p.record_index = index;
    put_proposal(l, &p);
    if (index == l->record_count) {
        l->record_count++;
    }
}

/* --- finding by the beginning of an id --- */

static int digit_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    if (c >= 'A' && c <= 'F') {
        c = (char)(c - 'A' + 'a');
    }
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

static bool begins_with(const struct hash *id, const struct hash *prefix, size_t digits)
{
    if (memcmp(id->bytes, prefix->bytes, digits / 2) != 0) {
        return false;
    }
    return digits % 2 == 0 || id->bytes[digits / 2] >> 4 == prefix->bytes[digits / 2] >> 4;
}

int ledger_proposal_by_prefix(struct ledger *l, const char *hex, size_t digits,
                              struct hash *out)
{
    if (digits > 2 * (size_t)HASH_BYTES) {
        return CONCLAVE_EINVAL;
    }
    struct hash prefix = {{0}};
    for (size_t i = 0; i < digits; i++) {
        int value = digit_value(hex[i]);
        if (value < 0) {
            return CONCLAVE_EINVAL;
        }
        prefix.bytes[i / 2] |= (uint8_t)(i % 2 == 0 ? value << 4 : value);
    }
    struct store_entry e = {0};
    struct hash found;
    size_t matches = 0;
    int error = store_first_key(l->store, STORE_PROPOSALS, hash_key(&prefix), &e);
    while (error == 0 && matches < 2) {
        struct hash id;
        if (e.key_size != sizeof(id.bytes)) {
            error = CONCLAVE_ECORRUPT;
            break;
        }
        memcpy(id.bytes, e.key, sizeof(id.bytes));
        if (!begins_with(&id, &prefix, digits)) {
            break;
        }
        found = id;
        matches++;
        error = store_next_key(l->store, STORE_PROPOSALS, &e);
    }
    store_entry_clear(&e);
    if (error != 0 && error != CONCLAVE_ENOENT) {
        return error;
    }
    if (matches == 1) {
        *out = found;
        return 0;
    }
    return matches == 0 ? CONCLAVE_ENOENT : CONCLAVE_EEXIST;
}

int ledger_record(struct ledger *l, uint64_t index, struct bytes **out)
{
    uint8_t key[8];
    value_key_number(key, index);
    return store_get(l->store, STORE_RECORDS, slice_of(key, sizeof(key)), out);
}

int ledger_read_record(struct ledger *l, uint64_t index, struct record *out)
{
    struct bytes *encoding = NULL;
    int error = ledger_record(l, index, &encoding);
    error = error == 0 ? codec_decode_record(bytes_slice(encoding), out) : error;
    bytes_unref(encoding);
    return error;
}

int ledger_each_proposal(struct ledger *l,
                         bool (*fn)(void *ctx, const struct ledger_proposal *p), void *ctx)
{
    struct store_entry e = {0};
    bool goes_on = true;
    int error = store_first(l->store, STORE_PROPOSALS, SLICE_NONE, &e);
    while (error == 0 && goes_on) {
        struct ledger_proposal p;
        error = e.key_size == HASH_BYTES ? value_get_proposal(bytes_slice(e.value), &p)
                                         : CONCLAVE_ECORRUPT;
        if (error == 0) {
            memcpy(p.id.bytes, e.key, HASH_BYTES);
            goes_on = fn(ctx, &p);
            error = store_next(l->store, STORE_PROPOSALS, &e);
        }
    }
    store_entry_clear(&e);
    return error == CONCLAVE_ENOENT ? 0 : error;
}

uint64_t ledger_record_count(const struct ledger *l)
{
    return l->record_count;
}
