/* SPDX-License-Identifier: ISC */
/* Who keeps what alive. A sanitizer sees a use after the last reference, and a leak. */
#include "generate.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

static struct bytes *encoded(struct rng *r, enum message_tag tag, size_t least)
{
    struct buffer b = {0};
    do {
        b.size = 0;
        generate_message(r, tag, &b);
    } while (b.size < least);
    struct bytes *bytes = bytes_copy(buffer_slice(&b));
    buffer_free(&b);
    return bytes;
}

static void owners(struct rng *r)
{
    struct bytes *owner = encoded(r, MESSAGE_BLOCK, 3000);
    struct message m;
    is(codec_decode_message(owner, bytes_slice(owner), &m), 0, "a block arrives");
    struct block *b = block_ref(m.block);
    is((int64_t)owner->references, 2 + b->count, "it and its envelopes keep the bytes");
    bytes_unref(owner);
    message_clear(&m);
    ok(m.block == NULL && m.tag == 0, "a cleared message is empty");
    is((int64_t)b->references, 1, "the block outlives the message");
    struct envelope *e = envelope_ref(b->envelopes[0]);
    is((int64_t)e->references, 2, "an envelope is held twice");
    block_unref(b);
    is((int64_t)e->owner->references, 1, "an envelope outlives its block");
    struct operation op;
    is(codec_decode_operation(e->operations[0], &op), 0, "and still has its bytes");
    envelope_unref(e);
}

static void failures(struct rng *r)
{
    for (int tag = MESSAGE_HEARTBEAT; tag <= MESSAGE_CHECKPOINT; tag++) {
        struct bytes *owner = encoded(r, (enum message_tag)tag, 0);
        struct message m;
        memset(&m, 0x5a, sizeof(m));
        struct message before = m;
        int error = codec_decode_message(owner, slice_of(owner->data, owner->size - 1), &m);
        ok(error != 0 && memcmp(&m, &before, sizeof(m)) == 0 && owner->references == 1,
           "a message %d cut short leaves no trace", tag);
        bytes_unref(owner);
    }
}

static void made(struct rng *r)
{
    struct certificate *c = certificate_new(3);
    ok(c->references == 1 && c->count == 3 && c->what.kind == CERTIFICATE_NONE &&
           c->entries[2].seat == 0,
       "a new certificate is empty, with room");
    ok(certificate_ref(c) == c && c->references == 2, "a reference more");
    certificate_unref(c);
    is(c->references, 1, "and one less");
    certificate_unref(c);

    struct new_view *v = new_view_new(2);
    ok(v->references == 1 && v->count == 2 && v->certificate == NULL &&
           v->changes[1].seat == 0,
       "a new NEW-VIEW is empty, with room");
    v->certificate = generate_certificate(r, CERTIFICATE_COMMIT);
    struct certificate *kept = certificate_ref(v->certificate);
    ok(new_view_ref(v) == v, "a reference more");
    new_view_unref(v);
    new_view_unref(v);
    is(kept->references, 1, "a NEW-VIEW lets its certificate go");
    certificate_unref(kept);
    envelope_unref(NULL);
    block_unref(NULL);
    certificate_unref(NULL);
    new_view_unref(NULL);
}

static void comparisons(void)
{
    struct hash a = {{0}}, b = {{0}};
    ok(hash_is_zero(&a) && hash_equal(&a, &b), "zero hashes are equal and zero");
    b.bytes[31] = 1;
    ok(!hash_is_zero(&b) && !hash_equal(&a, &b), "the last byte counts");
    const struct best ascending[] = {
        {CERTIFICATE_COMMIT, 0, 0, a},          {CERTIFICATE_PREPARED, 0, 1, a},
        {CERTIFICATE_NONE, 0, UINT64_MAX, a},   {CERTIFICATE_COMMIT, 1, 0, a},
        {CERTIFICATE_COMMIT, UINT64_MAX, 0, a}, {CERTIFICATE_COMMIT, UINT64_MAX, 1, a}};
    bool ordered = true;
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            int order = best_compare(&ascending[i], &ascending[j]);
            ordered = ordered && (order < 0) == (i < j) && (order > 0) == (i > j);
        }
    }
    ok(ordered, "the view decides, then the height");
    struct best other = {CERTIFICATE_COMMIT, 0, 1, b};
    is(best_compare(&ascending[1], &other), 0, "kind and hash do not");
}

int main(void)
{
    struct rng r = rng_begin(4);
    owners(&r);
    failures(&r);
    made(&r);
    comparisons();
    return tap_done();
}
