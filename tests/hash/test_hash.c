/* SPDX-License-Identifier: ISC */
/* Labelled hashes and what is built from them, spelled out byte by byte. */
#include "hash/hash.h"

#include "hash/merkle.h"
#include "tap.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <sodium.h>
#include <string.h>

static struct hash blake(const void *data, size_t size)
{
    struct hash out;
    crypto_generichash(out.bytes, HASH_BYTES, data, size, NULL, 0);
    return out;
}

static struct hash filled(uint8_t byte)
{
    struct hash h;
    memset(h.bytes, byte, HASH_BYTES);
    return h;
}

static bool is_hex(const struct hash *h, const char *hex)
{
    char text[2 * HASH_BYTES + 1];
    hex_encode(text, slice_of(h->bytes, HASH_BYTES));
    if (strcmp(text, hex) != 0) {
        printf("#   got %s\n", text);
    }
    return strcmp(text, hex) == 0;
}

static void test_labelled(void)
{
    /* The empty text, 0x60, under "conclave/1/op", 13 bytes. */
    static const char framed[] = "\x0d"
                                 "conclave/1/op"
                                 "\x60";
    struct hash got = hash_labelled(LABEL_OPERATION, slice_of("\x60", 1));
    struct hash expected = blake(framed, sizeof(framed) - 1);
    ok(hash_equal(&got, &expected), "length, label, item");
    struct hash other = hash_labelled(LABEL_RATIONALE, slice_of("\x60", 1));
    ok(!hash_equal(&got, &other), "another label, another hash");
    got = hash_operation(slice_of("\x60", 1));
    ok(hash_equal(&got, &expected), "an operation's label");
    got = hash_rationale(SLICE_NONE);
    ok(hash_equal(&got, &other), "a rationale is hashed as CBOR text");
}

/* Other programs audit what these name, so they are the contract, and no two are one. */
static void test_labels(void)
{
    static const char *const labels[][2] = {
        {LABEL_CHARTER, "conclave/1/charter"},
        {LABEL_BLOCK, "conclave/1/block"},
        {LABEL_OPERATION, "conclave/1/op"},
        {LABEL_STATE, "conclave/1/state"},
        {LABEL_EFFECTS, "conclave/1/effects"},
        {LABEL_BALLOT, "conclave/1/ballot"},
        {LABEL_RATIONALE, "conclave/1/rationale"},
        {LABEL_VIEW_CHANGES, "conclave/1/view-changes"},
        {LABEL_PREPARE, "conclave/1/prepare"},
        {LABEL_COMMIT, "conclave/1/commit"},
        {LABEL_VIEW_CHANGE, "conclave/1/view-change"},
        {LABEL_NEW_VIEW, "conclave/1/new-view"},
        {LABEL_ENVELOPE, "conclave/1/envelope"},
    };
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        ok(strcmp(labels[i][0], labels[i][1]) == 0, "the label %s", labels[i][1]);
    }
}

static void test_commitment(void)
{
    struct hash council = filled(1), proposal = filled(2);
    uint8_t nonce[BALLOT_NONCE_BYTES];
    memset(nonce, 3, sizeof(nonce));
    struct ballot ballot = {
        .choice = CHOICE_APPROVE, .confidence = 80, .rationale = slice_of_string("yes")};
    uint8_t item[256];
    size_t at = 0;
    item[at++] = 17;
    memcpy(item + at, "conclave/1/ballot", 17);
    at += 17;
    item[at++] = 0x85;
    item[at++] = 0x58;
    item[at++] = 0x20;
    memset(item + at, 1, 32);
    at += 32;
    item[at++] = 0x58;
    item[at++] = 0x20;
    memset(item + at, 2, 32);
    at += 32;
    item[at++] = 7; /* seat */
    item[at++] = 0x83;
    item[at++] = 1; /* approve */
    item[at++] = 0x18;
    item[at++] = 80;
    item[at++] = 0x63;
    memcpy(item + at, "yes", 3);
    at += 3;
    item[at++] = 0x58;
    item[at++] = 0x20;
    memset(item + at, 3, 32);
    at += 32;
    struct hash expected = blake(item, at);
    struct hash got = hash_commitment(&council, &proposal, 7, &ballot, nonce);
    ok(hash_equal(&got, &expected), "a commitment, spelled out");
    got = hash_commitment(&council, &proposal, 8, &ballot, nonce);
    ok(!hash_equal(&got, &expected), "bound to the seat");
    got = hash_commitment(&proposal, &proposal, 7, &ballot, nonce);
    ok(!hash_equal(&got, &expected), "bound to the council");
    got = hash_commitment(&council, &council, 7, &ballot, nonce);
    ok(!hash_equal(&got, &expected), "bound to the proposal");
    ballot.choice = CHOICE_REJECT;
    got = hash_commitment(&council, &proposal, 7, &ballot, nonce);
    ok(!hash_equal(&got, &expected), "bound to the ballot");
    ballot.choice = CHOICE_APPROVE;
    nonce[31] ^= 1;
    got = hash_commitment(&council, &proposal, 7, &ballot, nonce);
    ok(!hash_equal(&got, &expected), "hidden by the nonce");
}

/* An envelope of `count` BALLOTs with an arbitrary signature. */
static struct envelope *make_envelope(uint16_t seat, size_t count)
{
    struct buffer ops[8] = {{0}}, encoding = {0};
    struct slice slices[8] = {{0}};
    struct signature signature;
    memset(signature.bytes, seat, SIGNATURE_BYTES);
    for (size_t i = 0; i < count; i++) {
        struct operation op = {.kind = OPERATION_BALLOT, .seat = seat};
        op.ballot.proposal = filled((uint8_t)i);
        codec_encode_operation(&ops[i], &op);
        slices[i] = buffer_slice(&ops[i]);
    }
    codec_encode_envelope(&encoding, seat, slices, count, &signature);
    struct bytes *owner = bytes_copy(buffer_slice(&encoding));
    struct envelope *e = NULL;
    int error = codec_decode_envelope(owner, bytes_slice(owner), &e);
    is(error, 0, "the envelope decodes");
    bytes_unref(owner);
    buffer_free(&encoding);
    for (size_t i = 0; i < count; i++) {
        buffer_free(&ops[i]);
    }
    return e;
}

static void test_envelope_and_block(void)
{
    struct envelope *es[2] = {make_envelope(3, 3), make_envelope(4, 1)};
    hash_envelope(es[0]);
    hash_envelope(es[1]);
    struct hash leaves[3];
    for (size_t i = 0; i < 3; i++) {
        leaves[i] = merkle_leaf(es[0]->operations[i]);
    }
    struct hash root = merkle_root(leaves, 3);
    ok(hash_equal(&es[0]->env_root, &root), "env_root is the MTH of the operations");

    uint8_t leaf[4 + 34 + 66] = {0x84, 3, 3, 0x58, 0x20};
    memcpy(leaf + 5, root.bytes, 32);
    leaf[37] = 0x58;
    leaf[38] = 0x40;
    memset(leaf + 39, 3, 64);
    struct hash id = merkle_leaf(slice_of(leaf, 39 + 64));
    ok(hash_equal(&es[0]->id, &id),
       "the id is the leaf [seat, count, env_root, signature]");

    struct header header = {.version = PROTOCOL_VERSION, .height = 1, .time_ms = 1000};
    struct block *b = hash_build_block(&header, es, 2);
    struct hash ids[2] = {es[0]->id, es[1]->id};
    root = merkle_root(ids, 2);
    ok(hash_equal(&header.ops_root, &root), "ops_root is the MTH of the envelopes");
    ok(hash_equal(&b->header.ops_root, &root), "and it is in the block's header");

    struct buffer encoding = {0};
    codec_encode_header(&encoding, &header);
    struct hash expected = hash_labelled(LABEL_BLOCK, buffer_slice(&encoding));
    ok(hash_equal(&b->hash, &expected), "block_hash is the hash of the header");
    buffer_free(&encoding);

    struct block *read = NULL;
    is(codec_decode_block(b->owner, b->encoding, &read), 0, "the built block decodes");
    ok(hash_is_zero(&read->hash) && hash_is_zero(&read->envelopes[1]->id),
       "a decoded block has no hashes");
    root = hash_block(read);
    ok(hash_equal(&root, &header.ops_root), "hash_block returns the ops_root");
    ok(hash_equal(&read->hash, &expected) &&
           hash_equal(&read->envelopes[1]->id, &es[1]->id) &&
           hash_equal(&read->envelopes[0]->env_root, &es[0]->env_root),
       "and fills the hashes");
    block_unref(read);
    block_unref(b);

    b = hash_build_block(&header, NULL, 0);
    ok(is_hex(&header.ops_root,
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
       "an empty block's ops_root is the hash of nothing");
    block_unref(b);
    envelope_unref(es[0]);
    envelope_unref(es[1]);
}

static void test_view_changes(void)
{
    struct view_change changes[2] = {{.seat = 1, .view = 1}, {.seat = 2, .view = 1}};
    struct buffer encoding = {0};
    codec_view_changes(&encoding, changes, 2);
    struct hash expected = hash_labelled(LABEL_VIEW_CHANGES, buffer_slice(&encoding));
    struct hash got = hash_view_changes(changes, 2);
    ok(hash_equal(&got, &expected), "the hash of VIEW-CHANGEs");
    got = hash_view_changes(changes, 1);
    ok(!hash_equal(&got, &expected), "depends on each of them");
    buffer_free(&encoding);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    test_labelled();
    test_labels();
    test_commitment();
    test_envelope_and_block();
    test_view_changes();
    return tap_done();
}
