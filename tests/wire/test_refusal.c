/* SPDX-License-Identifier: ISC */
/*
 * What is not exactly one valid encoding is refused: every truncation, every extension by
 * a byte, and damage of every kind, unless the damaged bytes are themselves the one
 * encoding of another value (reencode_* aborts where they are not; that is the test).
 */
#include "base/error.h"
#include "generate.h"
#include "reencode.h"
#include "tap.h"
#include "wire/shared.h"

#include <string.h>

typedef int (*reencode_fn)(struct slice input);

static bool cuts_refused(struct slice whole, reencode_fn reencode)
{
    bool refused = true;
    for (size_t size = 0; size < whole.size; size++) {
        refused = refused && reencode(slice_of(whole.data, size)) != 0;
    }
    return refused;
}

static bool extensions_refused(struct buffer *whole, reencode_fn reencode)
{
    bool refused = true;
    for (unsigned extra = 0; extra < 256; extra++) {
        uint8_t byte = (uint8_t)extra;
        buffer_append(whole, &byte, 1);
        refused = refused && reencode(buffer_slice(whole)) == CONCLAVE_ETRAILING;
        whole->size--;
    }
    return refused;
}

/* Every bit of short ones, and of long ones every bit of the first bytes and a sample of
 * the others. Returns how many damaged encodings were still accepted. */
static size_t flip_bits(struct rng *r, const struct buffer *whole, reencode_fn reencode,
                        size_t *tries)
{
    size_t accepted = 0;
    size_t bits = whole->size * 8;
    *tries = bits < 4000 ? bits : 4000;
    for (size_t i = 0; i < *tries; i++) {
        size_t bit = i < 1000 || bits < 4000 ? i : rng_below(r, bits);
        whole->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        accepted += reencode(buffer_slice(whole)) == 0;
        whole->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    return accepted;
}

/* Bytes replaced, inserted and removed at random. */
static int damage(struct rng *r, const struct buffer *whole, reencode_fn reencode)
{
    int accepted = 0;
    for (int i = 0; i < 1000; i++) {
        struct buffer b = {0};
        size_t at = rng_below(r, whole->size);
        size_t removed = rng_below(r, 3);
        uint8_t inserted[2];
        rng_fill(r, inserted, sizeof(inserted));
        removed = removed > whole->size - at ? whole->size - at : removed;
        buffer_append(&b, whole->data, at);
        buffer_append(&b, inserted, rng_below(r, 3));
        buffer_append(&b, whole->data + at + removed, whole->size - at - removed);
        accepted += reencode(buffer_slice(&b)) == 0;
        buffer_free(&b);
    }
    return accepted;
}

static void abuse(struct rng *r, struct buffer *whole, reencode_fn reencode,
                  const char *name)
{
    ok(reencode(buffer_slice(whole)) == 0, "%s: valid", name);
    ok(cuts_refused(buffer_slice(whole), reencode), "%s: every cut is refused", name);
    ok(extensions_refused(whole, reencode), "%s: every longer one is refused", name);
    size_t tries;
    size_t flips = flip_bits(r, whole, reencode, &tries);
    ok(flips > 0 && flips < tries,
       "%s: %zu of %zu with a bit flipped are another's encoding", name, flips, tries);
    int damages = damage(r, whole, reencode);
    ok(damages < 900, "%s: %d of 1000 damaged ones are another's encoding", name, damages);
    buffer_free(whole);
}

/* One message of each kind, small enough to be cut at every byte. */
static void messages(struct rng *r)
{
    static const char *const names[] = {"",
                                        "HEARTBEAT",
                                        "ENVELOPE",
                                        "PRE-PREPARE",
                                        "PREPARE",
                                        "COMMIT",
                                        "VIEW-CHANGE",
                                        "NEW-VIEW",
                                        "FETCH-BLOCK",
                                        "BLOCK",
                                        "FETCH-RANGE",
                                        "RANGE",
                                        "FETCH-NEW-VIEW",
                                        "ASK",
                                        "REPORT",
                                        "CHECKPOINT"};
    for (int tag = MESSAGE_HEARTBEAT; tag <= MESSAGE_CHECKPOINT; tag++) {
        if (tag == MESSAGE_ASK) {
            continue; /* nothing in it can be another's */
        }
        struct buffer b = {0};
        size_t least = tag == MESSAGE_RANGE || tag == MESSAGE_PRE_PREPARE ? 1000 : 0;
        do {
            b.size = 0;
            generate_message(r, (enum message_tag)tag, &b);
        } while (b.size > 9000 || b.size < least);
        abuse(r, &b, reencode_message, names[tag]);
    }
}

static void operations(struct rng *r)
{
    static const char *const names[] = {"",       "PROPOSE",  "BALLOT",
                                        "REVEAL", "EVIDENCE", "RETURN"};
    for (int kind = OPERATION_PROPOSE; kind <= OPERATION_RETURN; kind++) {
        struct buffer b = {0};
        do {
            b.size = 0;
            generate_operation(r, (enum operation_kind)kind, 128, &b);
        } while (b.size > 4000);
        abuse(r, &b, reencode_operation, names[kind]);
    }
}

static void parts(struct rng *r)
{
    struct buffer b = {0};
    struct header header;
    struct certificate *c = generate_certificate(r, CERTIFICATE_COMMIT);
    struct new_view *v = generate_new_view(r);
    codec_encode_certificate(&b, c);
    abuse(r, &b, reencode_certificate, "certificate");
    codec_encode_new_view(&b, v);
    abuse(r, &b, reencode_new_view, "stored NEW-VIEW");
    generate_header(r, &header);
    codec_encode_header(&b, &header);
    abuse(r, &b, reencode_header, "header");
    certificate_unref(c);
    new_view_unref(v);
}

/* Nothing but noise, with the head of a message before it. */
static void noise(struct rng *r)
{
    int accepted = 0;
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[64];
        size_t size = rng_below(r, sizeof(bytes));
        rng_fill(r, bytes, sizeof(bytes));
        bytes[0] = (uint8_t)(0x80 | rng_below(r, 12));
        bytes[1] = (uint8_t)(1 + rng_below(r, 12));
        accepted += reencode_message(slice_of(bytes, size)) == 0;
    }
    ok(accepted < 10000, "noise is refused (%d short messages in it are valid)", accepted);
}

int main(void)
{
    struct rng r = rng_begin(2);
    messages(&r);
    operations(&r);
    parts(&r);
    noise(&r);
    return tap_done();
}
