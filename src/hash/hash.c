/* SPDX-License-Identifier: ISC */
#include "hash/hash.h"

#include "base/alloc.h"
#include "base/error.h"
#include "hash/merkle.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct hash hash_labelled(const char *label, struct slice item)
{
    struct hash out;
    crypto_generichash_state state;
    size_t length = strlen(label);
    assert(length < 32);
    uint8_t byte = (uint8_t)length;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&state, &byte, 1);
    crypto_generichash_update(&state, (const uint8_t *)label, length);
    crypto_generichash_update(&state, item.data, item.size);
    crypto_generichash_final(&state, out.bytes, HASH_BYTES);
    return out;
}

/* Hashes what was written to b and frees it. */
static struct hash consume(const char *label, struct buffer *b)
{
    struct hash out = hash_labelled(label, buffer_slice(b));
    buffer_free(b);
    return out;
}

struct hash hash_header(const struct header *header)
{
    struct buffer b = {0};
    codec_encode_header(&b, header);
    return consume(LABEL_BLOCK, &b);
}

struct hash hash_operation(struct slice encoding)
{
    return hash_labelled(LABEL_OPERATION, encoding);
}

struct hash hash_commitment(const struct hash *council_id, const struct hash *proposal,
                            uint16_t seat, const struct ballot *ballot,
                            const uint8_t nonce[BALLOT_NONCE_BYTES])
{
    struct buffer b = {0};
    codec_commitment(&b, council_id, proposal, seat, ballot, nonce);
    struct hash out = hash_labelled(LABEL_BALLOT, buffer_slice(&b));
    /* The nonce is what keeps a sealed ballot sealed. */
    sodium_memzero(b.data, b.size);
    buffer_free(&b);
    return out;
}

struct hash hash_rationale(struct slice rationale)
{
    struct buffer b = {0};
    cbor_write_text(&b, rationale);
    return consume(LABEL_RATIONALE, &b);
}

struct hash hash_view_changes(const struct view_change *changes, size_t count)
{
    struct buffer b = {0};
    codec_view_changes(&b, changes, count);
    return consume(LABEL_VIEW_CHANGES, &b);
}

struct hash hash_operations(const struct slice *operations, size_t count)
{
    struct merkle_tree tree;
    merkle_tree_init(&tree);
    for (size_t i = 0; i < count; i++) {
        struct hash leaf = merkle_leaf(operations[i]);
        merkle_tree_append(&tree, &leaf);
    }
    return merkle_tree_root(&tree);
}

static void hash_proposals(struct envelope *e)
{
    for (uint32_t i = 0; i < e->count; i++) {
        if (e->briefs[i].kind == OPERATION_PROPOSE) {
            e->briefs[i].proposal = hash_operation(e->operations[i]);
        }
    }
}

void hash_envelope(struct envelope *e)
{
    hash_proposals(e);
    e->env_root = hash_operations(e->operations, e->count);
    struct buffer b = {0};
    codec_envelope_leaf(&b, e);
    e->id = merkle_leaf(buffer_slice(&b));
    buffer_free(&b);
}

static struct hash ops_root(struct envelope *const *envelopes, size_t count)
{
    struct merkle_tree tree;
    merkle_tree_init(&tree);
    for (size_t i = 0; i < count; i++) {
        merkle_tree_append(&tree, &envelopes[i]->id);
    }
    return merkle_tree_root(&tree);
}

struct hash hash_block(struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (!b->envelopes[i]->authentic) {
            hash_envelope(b->envelopes[i]);
        }
    }
    b->hash = hash_header(&b->header);
    return ops_root(b->envelopes, b->count);
}

int hash_read_block(struct bytes *encoding, uint64_t height, struct block **out)
{
    struct block *b = NULL;
    if (codec_decode_block(encoding, bytes_slice(encoding), &b) != 0) {
        return CONCLAVE_ECORRUPT;
    }
    struct hash found = hash_block(b);
    if (b->header.height != height || !hash_equal(&found, &b->header.ops_root)) {
        block_unref(b);
        return CONCLAVE_ECORRUPT;
    }
    *out = b;
    return 0;
}

struct block *hash_build_block(struct header *header, struct envelope *const *envelopes,
                               size_t count)
{
    assert(count <= UINT32_MAX);
    header->ops_root = ops_root(envelopes, count);

    struct buffer encoding = {0};
    codec_encode_block(&encoding, header, envelopes, count);
    struct block *b = alloc_zero(1, sizeof(*b) + count * sizeof(struct envelope *));
    b->references = 1;
    b->owner = bytes_copy(buffer_slice(&encoding));
    b->encoding = bytes_slice(b->owner);
    b->header = *header;
    b->hash = hash_header(header);
    b->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        b->envelopes[i] = envelope_ref(envelopes[i]);
    }
    buffer_free(&encoding);
    return b;
}
