/* SPDX-License-Identifier: ISC */
/* The methods `proof` and `log.entries` of a node made by hand. */
#define _GNU_SOURCE
#include "ask.h"

#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/cbor.h"
#include "wire/codec.h"
#include "wire/proof.h"
#include "wire/shared.h"

#include <sodium.h>

/* The bytes of a base64 string; the caller frees. */
static struct buffer decode(const json_t *value)
{
    struct buffer out = {NULL, 0, 0};
    size_t length = json_string_length(value), size = 0;
    buffer_reserve(&out, length + 1);
    if (json_is_string(value) &&
        sodium_base642bin(out.data, length, json_string_value(value), length, NULL, &size,
                          NULL, sodium_base64_VARIANT_ORIGINAL) == 0) {
        out.size = size;
    }
    return out;
}

static struct buffer ask_bundle(unsigned index, const char *more)
{
    char *params = alloc_printf("{\"id\":\"%.10s\"%s}", ids[index], more);
    json_t *a = ask("proof", params);
    struct buffer bundle = decode(at(a, "result.proof"));
    ok(is_text(a, "result.id", ids[index]) && is_number(a, "result.record", index) &&
           is_null(a, "result.next") &&
           is_number(a, "result.bytes", (json_int_t)bundle.size),
       "proof of %s", params);
    json_decref(a);
    free(params);
    return bundle;
}

static struct hash state_of(const struct proof *p, const struct hash *root)
{
    struct buffer b = {NULL, 0, 0};
    cbor_write_array(&b, 3);
    cbor_write_bytes(&b, slice_of(p->effects.bytes, HASH_BYTES));
    cbor_write_uint(&b, p->count);
    cbor_write_bytes(&b, slice_of(root->bytes, HASH_BYTES));
    struct hash state = hash_labelled(LABEL_STATE, buffer_slice(&b));
    buffer_free(&b);
    return state;
}

/* The record leads to the state root of the header that is certified. */
static void leads_up(const struct proof *p)
{
    struct hash path[MERKLE_PATH_MAX], root, leaf = merkle_leaf(p->record_encoding);
    memcpy(path, p->path.data, p->path.size);
    bool climbs = merkle_climb(&leaf, p->index, p->count, path, p->path.size / HASH_BYTES,
                               &root) == 0;
    struct hash state = state_of(p, &root);
    struct hash block = hash_header(&p->header);
    ok(climbs && hash_equal(&state, &p->header.state_root),
       "the record leads to the state root");
    ok(hash_equal(&block, &p->certificate->what.block) && p->certificate->count == 3,
       "of the certified header");
}

static void test_plain(void)
{
    struct buffer bundle = ask_bundle(0, "");
    struct proof p;
    is(codec_decode_proof(buffer_slice(&bundle), &p), 0, "a bundle is decoded");
    leads_up(&p);
    ok(p.opening_count == 4 && !p.is_full && p.propose.seat == 1 && p.record.approve == 3,
       "with the PROPOSE and each opening");
    ok(hash_equal(&p.council_id, &hand.node.charter->council_id), "of this council");
    proof_clear(&p);
    struct buffer again = ask_bundle(0, ",\"full\":false");
    ok(slice_equal(buffer_slice(&again), buffer_slice(&bundle)), "the same each time");
    buffer_free(&again);
    buffer_free(&bundle);
    bundle = ask_bundle(1, "");
    is(codec_decode_proof(buffer_slice(&bundle), &p), 0, "the second one");
    leads_up(&p);
    ok(p.index == 1 && p.count == 2, "which is another leaf");
    proof_clear(&p);
    buffer_free(&bundle);
}

static void test_full(void)
{
    struct buffer bundle = ask_bundle(0, ",\"full\":true");
    struct proof p;
    is(codec_decode_proof(buffer_slice(&bundle), &p), 0, "a full bundle is decoded");
    leads_up(&p);
    ok(p.is_full && p.hand_count == 4 && p.proposer.seat == 1 && p.hands[3].seat == 4,
       "with each hand");
    proof_clear(&p);
    buffer_free(&bundle);
}

static void test_pages(void)
{
    struct buffer bundle = ask_bundle(0, "");
    char *params = alloc_printf("{\"id\":\"%s\",\"from\":100}", ids[0]);
    json_t *a = ask("proof", params);
    struct buffer rest = decode(at(a, "result.proof"));
    ok(is_number(a, "result.bytes", (json_int_t)bundle.size) &&
           slice_equal(buffer_slice(&rest), slice_of(bundle.data + 100, bundle.size - 100)),
       "the rest of a bundle");
    json_decref(a);
    free(params);
    params = alloc_printf("{\"id\":\"%s\",\"from\":%zu}", ids[0], bundle.size + 1);
    refuses("proof", params, CONTROL_INVALID_PARAMS, "the parameter from is");
    free(params);
    buffer_free(&rest);
    buffer_free(&bundle);
}

static void test_heights(void)
{
    char *params = alloc_printf("{\"id\":\"%s\"}", ids[0]);
    json_t *a = ask("proof", params);
    ok(is_number(a, "result.final_height", 4) && is_number(a, "result.covered_height", 5) &&
           is_json(a, "result.full", "false"),
       "when it was final, and what covers it");
    json_decref(a);
    free(params);
}

static void test_refusals(void)
{
    char *params = alloc_printf("{\"id\":\"%s\"}", ids[2]);
    refuses("proof", params, CONTROL_NOT_NOW, "not final yet: wait");
    free(params);
    refuses("proof", "{\"id\":\"0123456789\"}", CONTROL_NOT_FOUND, "no proposal whose id");
    refuses("proof", "{\"id\":\"x\"}", CONTROL_INVALID_PARAMS, "hexadecimal");
    refuses("proof", NULL, CONTROL_INVALID_PARAMS, "id is missing");
    params = alloc_printf("{\"id\":\"%s\",\"full\":1}", ids[0]);
    refuses("proof", params, CONTROL_INVALID_PARAMS, "full must be true or false");
    free(params);
}

/* What is final only since the newest block no header covers. */
static void test_not_covered(void)
{
    struct bytes *encoding = NULL;
    struct record r;
    struct buffer changed = {NULL, 0, 0};
    struct hash id = {{7}};
    (void)ledger_record(hand.node.ledger, 1, &encoding);
    (void)codec_decode_record(bytes_slice(encoding), &r);
    r.proposal = id;
    r.final.height = HAND_HEIGHT;
    codec_encode_record(&changed, &r);
    ledger_put_proposal(hand.node.ledger, &id, HAND_HEIGHT);
    ledger_put_record(hand.node.ledger, 2, &id, HAND_HEIGHT, buffer_slice(&changed));
    refuses("proof", "{\"id\":\"07000000\"}", CONTROL_NOT_NOW,
            "no certificate covers the decision of block 9 yet: try again");
    struct buffer bundle = ask_bundle(1, "");
    struct proof p;
    is(codec_decode_proof(buffer_slice(&bundle), &p), 0, "an older decision still has one");
    leads_up(&p);
    proof_clear(&p);
    buffer_free(&bundle);
    buffer_free(&changed);
    bytes_unref(encoding);
}

static void test_entries(void)
{
    json_t *a = ask("log.entries", NULL);
    is((int64_t)json_array_size(at(a, "result.entries")), 2, "log.entries gives all");
    ok(is_number(a, "result.size", 2), "and says how many there are");
    for (uint64_t i = 0; i < 2; i++) {
        struct bytes *encoding = NULL;
        struct buffer entry = decode(json_array_get(at(a, "result.entries"), i));
        ok(ledger_record(hand.node.ledger, i, &encoding) == 0 &&
               slice_equal(buffer_slice(&entry), bytes_slice(encoding)),
           "record %d as it is stored", (int)i);
        bytes_unref(encoding);
        buffer_free(&entry);
    }
    json_decref(a);
    a = ask("log.entries", "{\"from\":1,\"limit\":1}");
    is((int64_t)json_array_size(at(a, "result.entries")), 1, "or one of them");
    json_decref(a);
    a = ask("log.entries", "{\"from\":2}");
    ok(is_json(a, "result", "{\"size\":2,\"entries\":[]}"), "past the end there is none");
    json_decref(a);
    refuses("log.entries", "{\"limit\":0}", CONTROL_INVALID_PARAMS, "limit");
    refuses("log.entries", "{\"from\":-1}", CONTROL_INVALID_PARAMS, "from");
}

int main(void)
{
    ask_begin();
    test_plain();
    test_full();
    test_pages();
    test_heights();
    test_refusals();
    test_entries();
    test_not_covered();
    ask_end();
    return tap_done();
}
