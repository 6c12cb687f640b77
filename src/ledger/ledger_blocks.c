/* SPDX-License-Identifier: ISC */
/* Committed blocks and the commit certificates that cover them. */
#include "ledger/ledger_private.h"
#include "ledger/values.h"

#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>

/* The header of an encoded block, hashed. */
static int read_header(struct slice encoding, struct header *header, struct hash *hash)
{
    struct cbor_reader r;
    cbor_read_begin(&r, encoding);
    cbor_read_array_of(&r, 2);
    struct slice item = cbor_read_item(&r);
    if (r.error != 0 || codec_decode_header(item, header) != 0) {
        return CONCLAVE_ECORRUPT;
    }
    *hash = hash_header(header);
    return 0;
}

int ledger_load_blocks(struct ledger *l)
{
    struct store_entry e = {0};
    l->height = 0;
    l->tip = l->id.council_id;
    int error = store_last(l->store, STORE_BLOCKS, &e);
    if (error == 0) {
        struct header header;
        error = read_header(bytes_slice(e.value), &header, &l->tip);
        if (error == 0 && (e.key_size != 8 || header.height != value_key_read(e.key))) {
            error = CONCLAVE_ECORRUPT;
        }
        l->height = error == 0 ? header.height : 0;
        store_entry_clear(&e);
    }
    if (error != 0 && error != CONCLAVE_ENOENT) {
        return error;
    }
    error = store_last(l->store, STORE_CERTIFICATES, &e);
    l->certified = 0;
    if (error == 0) {
        l->certified = e.key_size == 8 ? value_key_read(e.key) : 0;
        store_entry_clear(&e);
        if (l->certified == 0 || l->height == 0) {
            return CONCLAVE_ECORRUPT;
        }
    }
    return error == CONCLAVE_ENOENT ? 0 : error;
}

void ledger_append(struct ledger *l, const struct block *b)
{
    struct store *s = ledger_writer(l);
    assert(b->header.height == l->height + 1);
    assert(hash_equal(&b->header.prev_hash, &l->tip));
    uint8_t key[8];
    value_key_number(key, b->header.height);
    store_put(s, STORE_BLOCKS, slice_of(key, sizeof(key)), b->encoding);
    l->height = b->header.height;
    l->tip = b->hash;
}

int ledger_encoding(struct ledger *l, uint64_t height, struct bytes **out)
{
    uint8_t key[8];
    value_key_number(key, height);
    return store_get(l->store, STORE_BLOCKS, slice_of(key, sizeof(key)), out);
}

int ledger_header(struct ledger *l, uint64_t height, struct header *out, struct hash *hash)
{
    struct bytes *value = NULL;
    int error = ledger_encoding(l, height, &value);
    if (error == 0) {
        error = read_header(bytes_slice(value), out, hash);
    }
    bytes_unref(value);
    return error;
}

static int hash_at(struct ledger *l, uint64_t height, struct hash *out)
{
    if (height == l->height) {
        *out = l->tip;
        return 0;
    }
    struct header header;
    return ledger_header(l, height, &header, out);
}

void ledger_put_commit(struct ledger *l, const struct certificate *c)
{
    struct store *s = ledger_writer(l);
    assert(c->what.kind == CERTIFICATE_COMMIT);
    assert(c->what.height > 0 && l->height > 0);
    if (c->what.height <= l->certified) {
        return; /* covers nothing that is not covered */
    }
    if (c->what.height <= l->height) {
        struct hash hash;
        int error = hash_at(l, c->what.height, &hash);
        if (error != 0) {
            store_fail(s, error);
            return;
        }
        assert(hash_equal(&hash, &c->what.block));
    }
    uint8_t key[8];
    value_key_number(key, c->what.height);
    struct buffer value = {0};
    codec_encode_certificate(&value, c);
    ledger_put(l, STORE_CERTIFICATES, slice_of(key, sizeof(key)), &value);
    l->certified = c->what.height;
}

uint64_t ledger_height(const struct ledger *l)
{
    return l->height;
}

int ledger_block(struct ledger *l, uint64_t height, struct block **out)
{
    struct bytes *value = NULL;
    int error = ledger_encoding(l, height, &value);
    if (error == 0) {
        error = hash_read_block(value, height, out);
        bytes_unref(value);
    }
    return error;
}

int ledger_commit_of(struct ledger *l, uint64_t height, struct certificate **out)
{
    uint8_t key[8];
    value_key_number(key, height);
    struct store_entry e = {0};
    int error = store_first(l->store, STORE_CERTIFICATES, slice_of(key, sizeof(key)), &e);
    if (error != 0) {
        return error;
    }
    struct certificate *c = NULL;
    if (codec_decode_certificate(bytes_slice(e.value), &c) != 0 ||
        e.key_size != sizeof(key) || c->what.kind != CERTIFICATE_COMMIT ||
        c->what.height != value_key_read(e.key)) {
        error = CONCLAVE_ECORRUPT;
        certificate_unref(c);
    } else {
        *out = c;
    }
    store_entry_clear(&e);
    return error;
}
