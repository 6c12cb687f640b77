/* SPDX-License-Identifier: ISC */
/* What `verify` says of blocks that are as they should be, and of those that are not. The
 * blocks of the history made by hand are good, their certificates are not signed. */
#define _GNU_SOURCE
#include "../council/build.h"
#include "ask.h"

#include "crypto/sign.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

static json_t *verify(unsigned height)
{
    char params[64];
    (void)snprintf(params, sizeof(params), "{\"height\":%u}", height);
    return ask("verify", params);
}

/* The check is there, says so, and has these words. */
static void says(const json_t *answer, const char *what, bool good, const char *words)
{
    const json_t *checks = at(answer, "result.checks");
    const char *text = NULL;
    bool same = false;
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *row = json_array_get(checks, i);
        if (strcmp(json_string_value(json_object_get(row, "what")), what) == 0) {
            text = json_string_value(json_object_get(row, "text"));
            same = json_is_true(json_object_get(row, "ok")) == good;
        }
    }
    if (!ok(same && strstr(text, words) != NULL, "%s: %s", what,
            text != NULL ? text : "absent")) {
        printf("#   expected %s, %s\n", good ? "ok" : "not ok", words);
    }
}

static void test_good(void)
{
    json_t *a = verify(0);
    ok(is_number(a, "result.height", 0) && is_json(a, "result.ok", "true") &&
           json_array_size(at(a, "result.checks")) == 1,
       "block 0 is good");
    says(a, "genesis", true, "the charter's tree gives");
    json_decref(a);
    a = verify(1);
    says(a, "header", true, "as the block after it says");
    says(a, "operations", true, "its envelopes (1) give");
    says(a, "parent", true, "that of block 0");
    says(a, "certificate", false, "that of height 1, view 0: a signature is not good");
    ok(is_json(a, "result.ok", "false"), "one bad thing makes it bad");
    json_decref(a);
    a = verify(HAND_HEIGHT);
    says(a, "header", true, "as this node says");
    says(a, "parent", true, "that of the block before it");
    json_decref(a);
    a = verify(2);
    says(a, "certificate", false, "that of height 3");
    json_decref(a);
    refuses("verify", "{}", CONTROL_INVALID_PARAMS, "height is missing");
    refuses("verify", "{\"height\":-1}", CONTROL_INVALID_PARAMS, "height");
    refuses("verify", "{\"height\":\"1\"}", CONTROL_INVALID_PARAMS, "height");
    refuses("verify", "{\"height\":1,\"all\":true}", CONTROL_INVALID_PARAMS, "all");
    refuses("verify", "{\"height\":10}", CONTROL_NOT_FOUND, "no block 10 yet");
    refuses("verify", "{\"height\":9223372036854775807}", CONTROL_NOT_FOUND, "no block");
}

/* --- a store with other bytes in it --- */

static struct hash last;
static struct secret_key *keys[4];

/* Appends a block; in the bytes that are stored each of these is another one. */
static void append(uint64_t height, bool ops_root, bool prev_hash)
{
    struct batch batch = {0};
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = 1};
    op.propose.title = slice_of_string("more");
    op.propose.nonce = slice_of(&height, sizeof(height));
    codec_encode_operation(batch_next(&batch), &op);
    struct header header = {.height = height,
                            .prev_hash = last,
                            .time_ms = hand.rules.created_ms + 1000 * height,
                            .executed_height = height - 1};
    struct block *b = batch_build(&batch, header, PACKING_JOINED);
    const struct hash *changed[] = {ops_root ? &b->header.ops_root : NULL,
                                    prev_hash ? &b->header.prev_hash : NULL};
    for (size_t i = 0; i < 2; i++) {
        uint8_t *place = changed[i] != NULL ? memmem(b->encoding.data, b->encoding.size,
                                                     changed[i]->bytes, HASH_BYTES)
                                            : NULL;
        if (place != NULL) {
            place[3] ^= 1;
        }
    }
    ledger_append(hand.node.ledger, b);
    last = b->hash;
    block_unref(b);
    batch_free(&batch);
}

static void append_garbage(uint64_t height)
{
    static const uint8_t garbage[] = {0x82, 0x01, 0xff, 0x00};
    struct block *b = alloc_zero(1, sizeof(*b));
    b->header.height = height;
    b->header.prev_hash = last;
    b->hash = last;
    b->encoding = slice_of(garbage, sizeof(garbage));
    ledger_append(hand.node.ledger, b);
    free(b);
}

/* Signed by the first seats with the keys that the charter now names. */
static void put_certificate(uint64_t height, const struct hash *block, uint16_t seats)
{
    struct certificate *c = certificate_new(seats);
    struct buffer body = {NULL, 0, 0};
    c->what = (struct best){CERTIFICATE_COMMIT, 0, height, *block};
    codec_body_vote(&body, 0, height, block);
    for (uint16_t i = 0; i < seats; i++) {
        c->entries[i].seat = i + 1;
        sign_body(keys[i], LABEL_COMMIT, &hand.node.charter->council_id,
                  buffer_slice(&body), &c->entries[i].signature);
    }
    ledger_put_commit(hand.node.ledger, c);
    buffer_free(&body);
    certificate_unref(c);
}

static void test_certificates(void)
{
    const struct hash other = {{1}};
    for (uint16_t i = 0; i < 4; i++) {
        keys[i] = key_generate();
        key_public(keys[i], &hand.node.charter->seats[i].key);
    }
    last = *replica_tip(hand.node.replica);
    append(HAND_HEIGHT + 1, false, false);
    append(HAND_HEIGHT + 2, false, false);
    put_certificate(HAND_HEIGHT + 2, &last, 3);
    append(HAND_HEIGHT + 3, false, false);
    put_certificate(HAND_HEIGHT + 3, &last, 2);
    append(HAND_HEIGHT + 4, false, false);
    put_certificate(HAND_HEIGHT + 5, &other, 3);
    json_t *a = verify(HAND_HEIGHT + 1);
    says(a, "certificate", true,
         "3 different seats, 3 needed, committed height 11 in view 0, which follows");
    ok(is_json(a, "result.ok", "true"), "all is good");
    json_decref(a);
    a = verify(HAND_HEIGHT + 2);
    says(a, "certificate", true, "3 different seats, 3 needed, committed height 11");
    json_decref(a);
    a = verify(HAND_HEIGHT + 3);
    says(a, "certificate", false, "it is not of a quorum of different seats");
    json_decref(a);
    a = verify(HAND_HEIGHT + 4);
    says(a, "certificate", false, "is of a block that is not here yet");
    json_decref(a);
    append(HAND_HEIGHT + 5, false, false);
    a = verify(HAND_HEIGHT + 5);
    says(a, "certificate", false, "is of another block");
    json_decref(a);
    a = verify(HAND_HEIGHT + 4);
    says(a, "certificate", false, "is of another block");
    json_decref(a);
}

static void test_bad(void)
{
    enum { FIRST = HAND_HEIGHT + 6 };
    append(FIRST, true, false);
    append(FIRST + 1, false, true);
    append_garbage(FIRST + 2);
    append(FIRST + 3, false, false);
    put_certificate(FIRST + 3, &last, 3);
    json_t *a = verify(FIRST);
    says(a, "operations", false, "but the header's ops_root is");
    says(a, "header", false, "but the block after it says");
    says(a, "parent", true, "the block before it");
    json_decref(a);
    a = verify(FIRST + 1);
    says(a, "operations", true, "its envelopes (1)");
    says(a, "parent", false, "but the block before it is");
    says(a, "header", false, "block 17 after it cannot be read");
    says(a, "certificate", false, "is of a block that does not follow from this one");
    json_decref(a);
    a = verify(FIRST + 2);
    says(a, "header", false, "what is stored is no block");
    ok(json_array_size(at(a, "result.checks")) == 1 && is_json(a, "result.ok", "false"),
       "and that is all there is to say");
    json_decref(a);
    a = verify(FIRST + 3);
    says(a, "header", false, "but this node says");
    says(a, "parent", false, "block 17 cannot be read");
    says(a, "certificate", true, "committed height 18");
    json_decref(a);
    append(FIRST + 4, false, false);
    a = verify(FIRST + 4);
    says(a, "certificate", false, "there is none that covers it");
    json_decref(a);
}

int main(void)
{
    ask_begin();
    test_good();
    test_certificates();
    test_bad();
    for (size_t i = 0; i < 4; i++) {
        key_free(keys[i]);
    }
    ask_end();
    return tap_done();
}
