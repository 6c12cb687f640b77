/* SPDX-License-Identifier: ISC */
/* Envelopes that were decoded before are taken as they are: the same bytes, and no others.
 * Whatever comes, decoding says the same with what is known and without. */
#include "generate.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

enum { KNOWN_MAX = 64, ROUNDS = 300 };

struct memory {
    struct envelope *list[KNOWN_MAX];
    size_t count;
    unsigned asked, found;
};

static struct envelope *find(void *context, struct slice encoding)
{
    struct memory *k = context;
    k->asked++;
    for (size_t i = 0; i < k->count; i++) {
        if (slice_equal(k->list[i]->encoding, encoding)) {
            k->found++;
            return k->list[i];
        }
    }
    return NULL;
}

static void learn(struct memory *k, const struct block *b)
{
    for (uint32_t i = 0; i < b->count && k->count < KNOWN_MAX; i++) {
        k->list[k->count++] = envelope_ref(b->envelopes[i]);
    }
}

static void forget(struct memory *k)
{
    for (size_t i = 0; i < k->count; i++) {
        envelope_unref(k->list[i]);
    }
    *k = (struct memory){.count = 0};
}

static struct bytes *encoded_block(struct rng *r)
{
    struct buffer b = {0};
    do {
        b.size = 0;
        generate_message(r, MESSAGE_BLOCK, &b);
    } while (b.size < 1500);
    struct bytes *bytes = bytes_copy(buffer_slice(&b));
    buffer_free(&b);
    return bytes;
}

static void same_bytes(struct rng *r)
{
    struct memory k = {.count = 0};
    const struct known_envelopes known = {find, &k};
    struct bytes *first = encoded_block(r), *again = bytes_copy(bytes_slice(first));
    struct message a, b;
    is(codec_decode_message_with(first, bytes_slice(first), &known, &a), 0,
       "a block of which nothing is known");
    is(k.found, 0, "nothing is taken");
    learn(&k, a.block);
    is(codec_decode_message_with(again, bytes_slice(again), &known, &b), 0,
       "and once more");
    unsigned shared = 0;
    for (uint32_t i = 0; i < b.block->count; i++) {
        shared += b.block->envelopes[i] == k.list[i];
    }
    is(shared, a.block->count, "every envelope is the one that was known");
    ok(slice_equal(b.block->encoding, bytes_slice(again)) ||
           b.block->encoding.size + 2 == again->size,
       "the block's own bytes are the new ones");
    message_clear(&a);
    bytes_unref(first);
    ok(b.block->envelopes[0]->encoding.size > 0 &&
           b.block->envelopes[0]->owner->references > 0,
       "the bytes of the envelopes stay as long as these do");
    message_clear(&b);
    bytes_unref(again);
    forget(&k);
}

/* Bytes changed, cut and moved about: the same error and, where there is none, the same
 * envelopes. */
static bool agree(struct rng *r, const struct bytes *good, const struct known_envelopes *k)
{
    struct bytes *bad = bytes_copy(slice_of(good->data, good->size));
    size_t changes = rng_below(r, 3), size = bad->size;
    for (size_t i = 0; i < changes; i++) {
        bad->data[rng_below(r, bad->size)] ^= (uint8_t)(1U << rng_below(r, 8));
    }
    if (rng_chance(r, 4)) {
        size = rng_below(r, bad->size);
    }
    struct message plain, with;
    int error = codec_decode_message(bad, slice_of(bad->data, size), &plain);
    int other = codec_decode_message_with(bad, slice_of(bad->data, size), k, &with);
    bool same = error == other;
    if (error == 0 && other == 0 && plain.tag == MESSAGE_BLOCK) {
        same = plain.block->count == with.block->count;
        for (uint32_t i = 0; i < plain.block->count && same; i++) {
            const struct envelope *e = plain.block->envelopes[i];
            const struct envelope *f = with.block->envelopes[i];
            same = slice_equal(e->encoding, f->encoding) && e->seat == f->seat &&
                   e->sort == f->sort && e->count == f->count &&
                   e->has_evidence == f->has_evidence &&
                   memcmp(&e->signature, &f->signature, sizeof(e->signature)) == 0;
        }
    }
    if (error == 0) {
        message_clear(&plain);
    }
    if (other == 0) {
        message_clear(&with);
    }
    bytes_unref(bad);
    return same;
}

static void changed_bytes(struct rng *r)
{
    struct memory k = {.count = 0};
    const struct known_envelopes known = {find, &k};
    unsigned wrong = 0, taken = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct bytes *good = encoded_block(r);
        struct message m;
        if (codec_decode_message(good, bytes_slice(good), &m) == 0) {
            learn(&k, m.block);
            message_clear(&m);
        }
        for (int again = 0; again < 10; again++) {
            wrong += !agree(r, good, &known);
        }
        taken += k.found;
        forget(&k);
        bytes_unref(good);
    }
    is(wrong, 0, "no damaged block is read otherwise for what is known");
    ok(taken > ROUNDS, "%u envelopes were taken meanwhile", taken);
}

int main(void)
{
    struct rng r = rng_begin(20);
    same_bytes(&r);
    changed_bytes(&r);
    return tap_done();
}
