/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "damage.h"

#include "hash/hash.h"
#include "ledger/values.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

static void key_of(uint8_t key[8], uint64_t number)
{
    value_key_number(key, number);
}

static void put(struct store *s, enum store_table table, uint64_t number,
                struct slice value)
{
    uint8_t key[8];
    key_of(key, number);
    store_put(s, table, slice_of(key, sizeof(key)), value);
}

static struct bytes *get(struct store *s, enum store_table table, uint64_t number)
{
    uint8_t key[8];
    struct bytes *value = NULL;
    key_of(key, number);
    (void)store_get(s, table, slice_of(key, sizeof(key)), &value);
    return value;
}

static void other_block(struct store *s, uint64_t height)
{
    struct bytes *next = get(s, STORE_BLOCKS, height + 1);
    put(s, STORE_BLOCKS, height, bytes_slice(next));
    bytes_unref(next);
}

static void no_block(struct store *s, uint64_t height)
{
    uint8_t key[8];
    key_of(key, height);
    store_delete(s, STORE_BLOCKS, slice_of(key, sizeof(key)));
}

/* The first block from there on with a signed envelope, hashed; NULL: none. */
static struct block *signed_block(struct store *s, uint64_t *height)
{
    struct block *b = NULL;
    for (struct bytes *value; (value = get(s, STORE_BLOCKS, *height)) != NULL; ++*height) {
        int error = codec_decode_block(value, bytes_slice(value), &b);
        bytes_unref(value);
        if (error == 0 && b->count > 0 && b->envelopes[0]->sort == ENVELOPE_SIGNED) {
            (void)hash_block(b);
            return b;
        }
        block_unref(b);
        b = NULL;
    }
    return NULL;
}

static void rebuild(struct store *s, struct block *b)
{
    struct header header = b->header;
    struct block *other = hash_build_block(&header, b->envelopes, b->count);
    put(s, STORE_BLOCKS, header.height, other->encoding);
    block_unref(other);
    block_unref(b);
}

/* The block is whole in itself, with another signature in it. */
static void forged_envelope(struct store *s, uint64_t height)
{
    struct block *b = signed_block(s, &height), *other = NULL;
    struct bytes *copy = bytes_copy(b->encoding);
    const struct signature *good = &b->envelopes[0]->signature;
    uint8_t *at = memmem(copy->data, copy->size, good->bytes, sizeof(good->bytes));
    at[3] ^= 1;
    if (codec_decode_block(copy, bytes_slice(copy), &other) == 0) {
        other->header.ops_root = hash_block(other);
        rebuild(s, other);
    }
    bytes_unref(copy);
    block_unref(b);
}

static void other_root(struct store *s, uint64_t height)
{
    struct block *b = signed_block(s, &height);
    b->header.state_root.bytes[0] ^= 1;
    rebuild(s, b);
}

static void other_parent(struct store *s, uint64_t height)
{
    struct block *b = signed_block(s, &height);
    b->header.prev_hash.bytes[0] ^= 1;
    rebuild(s, b);
}

/* The certificate that covers the height, with its key in *at. */
static struct certificate *certificate_at(struct store *s, uint64_t height, uint64_t *at)
{
    struct store_entry e = {0};
    struct certificate *c = NULL;
    uint8_t key[8];
    key_of(key, height);
    if (store_first(s, STORE_CERTIFICATES, slice_of(key, sizeof(key)), &e) == 0) {
        *at = value_key_read(e.key);
        (void)codec_decode_certificate(bytes_slice(e.value), &c);
    }
    store_entry_clear(&e);
    return c;
}

static void put_certificate(struct store *s, uint64_t at, struct certificate *c)
{
    struct buffer out = {NULL, 0, 0};
    codec_encode_certificate(&out, c);
    put(s, STORE_CERTIFICATES, at, buffer_slice(&out));
    buffer_free(&out);
    certificate_unref(c);
}

static void forged_certificate(struct store *s, uint64_t height)
{
    uint64_t at = 0;
    struct certificate *c = certificate_at(s, height, &at);
    c->entries[1].signature.bytes[7] ^= 1;
    put_certificate(s, at, c);
}

static void other_certificate(struct store *s, uint64_t height)
{
    uint64_t at = 0;
    struct certificate *c = certificate_at(s, height, &at);
    c->what.block.bytes[0] ^= 1;
    put_certificate(s, at, c);
}

static void no_certificates(struct store *s, uint64_t height)
{
    uint64_t at = 0;
    for (struct certificate *c; (c = certificate_at(s, height, &at)) != NULL;) {
        uint8_t key[8];
        key_of(key, at);
        store_delete(s, STORE_CERTIFICATES, slice_of(key, sizeof(key)));
        certificate_unref(c);
    }
}

static void other_record(struct store *s, uint64_t height)
{
    struct bytes *record = get(s, STORE_RECORDS, 1);
    (void)height;
    put(s, STORE_RECORDS, 0, bytes_slice(record));
    bytes_unref(record);
}

static uint64_t last_record(struct store *s)
{
    struct store_entry e = {0};
    uint64_t number = store_last(s, STORE_RECORDS, &e) == 0 ? value_key_read(e.key) : 0;
    store_entry_clear(&e);
    return number;
}

static void one_record_more(struct store *s, uint64_t height)
{
    uint64_t last = last_record(s);
    struct bytes *record = get(s, STORE_RECORDS, last);
    (void)height;
    put(s, STORE_RECORDS, last + 1, bytes_slice(record));
    bytes_unref(record);
}

/* The entry of the first proposal of the index, changed, or under another id. */
static void change_index(struct store *s, bool other_id, uint64_t opened, uint64_t final)
{
    struct store_entry e = {0};
    struct ledger_proposal p;
    struct buffer out = {NULL, 0, 0};
    if (store_first(s, STORE_PROPOSALS, SLICE_NONE, &e) == 0 &&
        value_get_proposal(bytes_slice(e.value), &p) == 0) {
        p.propose_height += opened;
        p.final_height += final;
        e.key[0] ^= other_id;
        value_put_proposal(&out, &p);
        store_put(s, STORE_PROPOSALS, slice_of(e.key, e.key_size), buffer_slice(&out));
    }
    buffer_free(&out);
    store_entry_clear(&e);
}

static void other_height(struct store *s, uint64_t height)
{
    (void)height;
    change_index(s, false, 1, 0);
}

static void other_final(struct store *s, uint64_t height)
{
    (void)height;
    change_index(s, false, 0, 1);
}

static void unknown_proposal(struct store *s, uint64_t height)
{
    (void)height;
    change_index(s, true, 0, 0);
}

static uint16_t seat_of(struct store *s)
{
    struct bytes *value = NULL;
    struct ledger_identity id = {.seat = 0};
    if (store_get(s, STORE_META, slice_of_string("identity"), &value) == 0) {
        (void)value_get_identity(bytes_slice(value), &id);
    }
    bytes_unref(value);
    return id.seat;
}

static void foreign_vote(struct store *s, uint64_t height)
{
    struct vote v = {
        .seat = seat_of(s), .view = 1, .height = height, .phase = PHASE_COMMIT};
    struct buffer out = {NULL, 0, 0};
    uint8_t key[VOTE_KEY_BYTES];
    value_key_vote(key, &v);
    value_put_vote(&out, &v);
    store_put(s, STORE_VOTES, slice_of(key, sizeof(key)), buffer_slice(&out));
    buffer_free(&out);
}

/* A certificate that lacks a seat. */
static void small_certificate(struct store *s, uint64_t height)
{
    uint64_t at = 0;
    struct certificate *c = certificate_at(s, height, &at);
    c->count--;
    put_certificate(s, at, c);
}

/* The last block says that it is of a height that no council reaches. */
static void huge_height(struct store *s, uint64_t height)
{
    struct block *b = signed_block(s, &height);
    b->header.height = UINT64_MAX - 1;
    rebuild(s, b);
}

static void other_effects(struct store *s, uint64_t height)
{
    struct bytes *next = get(s, STORE_EFFECTS, height + 1);
    put(s, STORE_EFFECTS, height, bytes_slice(next));
    bytes_unref(next);
}

static void no_effects(struct store *s, uint64_t height)
{
    uint8_t key[8];
    key_of(key, height);
    store_delete(s, STORE_EFFECTS, slice_of(key, sizeof(key)));
}

static void other_deeds(struct store *s, uint64_t height)
{
    struct bytes *next = get(s, STORE_DEEDS, height + 1);
    put(s, STORE_DEEDS, height, bytes_slice(next));
    bytes_unref(next);
}

static void no_deeds(struct store *s, uint64_t height)
{
    uint8_t key[8];
    key_of(key, height);
    store_delete(s, STORE_DEEDS, slice_of(key, sizeof(key)));
}

/* The leaf of the first decision. */
static struct slice leaf_key(uint8_t key[9])
{
    key[0] = 0;
    key_of(key + 1, 0);
    return slice_of(key, 9);
}

static void other_leaf(struct store *s, uint64_t height)
{
    uint8_t key[9], hash[HASH_BYTES] = {1};
    (void)height;
    store_put(s, STORE_TREE, leaf_key(key), slice_of(hash, sizeof(hash)));
}

static void no_leaf(struct store *s, uint64_t height)
{
    uint8_t key[9];
    (void)height;
    store_delete(s, STORE_TREE, leaf_key(key));
}

static void unreadable_candidate(struct store *s, uint64_t height)
{
    (void)height;
    put(s, STORE_CANDIDATES, 7, slice_of_string("what no store has"));
}

const struct damage damages[] = {
    {"another block in its place", other_block, "block", true, 0},
    {"a block that is missing", no_block, "block", true, 0},
    {"an envelope with a bad signature", forged_envelope, "signatures", true, -1},
    {"a state root that is not so", other_root, "state", true, -1},
    {"a block that follows another one", other_parent, "parent", true, -1},
    {"a certificate with a bad signature", forged_certificate, "certificate", false, -1},
    {"a certificate of another block", other_certificate, "certificate", true, -1},
    {"no certificates from there on", no_certificates, "certificate", true, -1},
    {"another record", other_record, "record", true, -1},
    {"a record too many", one_record_more, "record", true, -1},
    {"an index that looks elsewhere", other_height, "index", true, -1},
    {"an index with another end", other_final, "index", true, -1},
    {"a proposal that was never put", unknown_proposal, "index", true, -1},
    {"a vote that the seat did not sign", foreign_vote, "own", false, -1},
    {"a certificate of too few seats", small_certificate, "certificate", true, -1},
    {"a height that is out of reach", huge_height, "block", true, -1},
    {"effects of another block", other_effects, "index", true, 0},
    {"effects that are missing", no_effects, "index", true, 0},
    {"deeds of another block", other_deeds, "index", true, 0},
    {"deeds that are missing", no_deeds, "index", true, 0},
    {"another leaf in the tree of decisions", other_leaf, "tree", true, -1},
    {"a leaf that is missing", no_leaf, "tree", true, -1},
    {"a candidate that cannot be read", unreadable_candidate, "own", true, -1},
    {NULL, NULL, NULL, false, 0},
};
