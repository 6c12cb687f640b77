/* SPDX-License-Identifier: ISC */
/* Forgeries of what is around the record. */
#include "forge.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* --- shape and council --- */

void forge_outside(struct forge *f)
{
    struct buffer longer = {0};
    for (size_t size = 0; size < f->bundle.size; size += 1 + f->bundle.size / 64) {
        struct bytes *cut = bytes_copy(slice_of(f->bundle.data, size));
        forge_judge_bytes(f, bytes_slice(cut), VERIFY_SHAPE, "cut off");
        bytes_unref(cut);
    }
    buffer_append_slice(&longer, f->bundle);
    buffer_append(&longer, "", 1);
    forge_judge_bytes(f, buffer_slice(&longer), VERIFY_SHAPE, "trailing bytes");
    longer.size--;
    longer.data[5] ^= 1; /* in the first item's text */
    forge_judge_bytes(f, buffer_slice(&longer), VERIFY_SHAPE, "another first item");
    buffer_free(&longer);
    for (unsigned i = 0; i < HASH_BYTES; i += 31) {
        f->p.council_id.bytes[i] ^= 1;
        forge_judge(f, VERIFY_COUNCIL, "council_id, byte %u", i);
    }
    f->p.header.version++;
    forge_judge(f, VERIFY_SHAPE, "header version");
    if (f->p.opening_count > 1) {
        f->p.openings[1] = f->p.openings[0];
        forge_judge(f, VERIFY_SHAPE, "an opening twice");
        struct proof_opening first = f->p.openings[0];
        f->p.openings[0] = f->p.openings[1];
        f->p.openings[1] = first;
        forge_judge(f, VERIFY_SHAPE, "openings out of order");
    }
    if (f->p.hand_count > 1) {
        f->p.hands[1] = f->p.hands[0];
        forge_judge(f, VERIFY_SHAPE, "a hand twice");
    }
}

/* --- header and certificate --- */

/* A header that covers itself is none. */
static enum verify_check header_check(const struct forge *f)
{
    return f->p.header.executed_height >= f->p.header.height ? VERIFY_SHAPE
                                                             : VERIFY_CERTIFICATE;
}

static void forge_header_fields(struct forge *f)
{
    uint64_t *const numbers[] = {&f->p.header.height, &f->p.header.view,
                                 &f->p.header.time_ms, &f->p.header.executed_height};
    struct hash *const hashes[] = {&f->p.header.prev_hash, &f->p.header.ops_root,
                                   &f->p.header.state_root};
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ++*numbers[i];
        forge_judge(f, header_check(f), "number %u of the header, one more", i);
        --*numbers[i];
        forge_judge(f, header_check(f), "number %u of the header, one less", i);
    }
    for (unsigned i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        hashes[i]->bytes[17] ^= 4;
        forge_judge(f, VERIFY_CERTIFICATE, "hash %u of the header", i);
    }
    f->p.header.state_root.bytes[0] ^= 1;
    forge_certify(f);
    forge_judge(f, VERIFY_STATE, "another state_root, certified");
}

static void forge_subject(struct forge *f)
{
    struct best *what = &f->p.certificate->what;
    what->kind = CERTIFICATE_PREPARED;
    forge_judge(f, VERIFY_CERTIFICATE, "a prepared certificate");
    what = &f->p.certificate->what;
    what->view++;
    forge_judge(f, VERIFY_CERTIFICATE, "the certificate's view");
    what = &f->p.certificate->what;
    what->height++;
    forge_judge(f, VERIFY_CERTIFICATE, "the certificate's height");
    what = &f->p.certificate->what;
    what->block.bytes[3] ^= 8;
    forge_judge(f, VERIFY_CERTIFICATE, "the certificate's block");
    /* The good certificate of another header. */
    struct hash block = f->p.certificate->what.block;
    struct header h = f->p.header;
    f->p.header.time_ms++;
    forge_certify(f);
    f->p.header = h;
    forge_judge(f, VERIFY_CERTIFICATE, "a certificate of another header");
    f->p.header.time_ms++;
    forge_certify(f);
    f->p.header = h;
    f->p.certificate->what.block = block;
    forge_judge(f, VERIFY_CERTIFICATE, "signatures for another header");
}

static uint16_t absent_seat(const struct forge *f)
{
    for (uint16_t seat = 1; seat <= f->world->charter->seat_count; seat++) {
        bool is_there = false;
        for (uint16_t i = 0; i < f->p.certificate->count; i++) {
            is_there = is_there || f->p.certificate->entries[i].seat == seat;
        }
        if (!is_there) {
            return seat;
        }
    }
    return 0;
}

/* The certificate with another number of entries, of which the seats are 1, 2, ... */
static void resize_certificate(struct forge *f, uint16_t count)
{
    struct certificate *c = certificate_new(count);
    for (uint16_t i = 0; i < count; i++) {
        c->entries[i].seat = (uint16_t)(i + 1);
    }
    certificate_unref(f->p.certificate);
    f->p.certificate = c;
    forge_certify(f);
}

static void forge_signatures(struct forge *f)
{
    struct certificate *c = f->p.certificate;
    for (uint16_t i = 0; i < f->p.certificate->count; i++) {
        f->p.certificate->entries[i].signature.bytes[0] ^= 1;
        forge_judge(f, VERIFY_CERTIFICATE, "R of signature %u", i);
        f->p.certificate->entries[i].signature.bytes[32] ^= 1;
        forge_judge(f, VERIFY_CERTIFICATE, "S of signature %u", i);
        memset(&f->p.certificate->entries[i].signature, 0, SIGNATURE_BYTES);
        forge_judge(f, VERIFY_CERTIFICATE, "no signature %u", i);
    }
    c = f->p.certificate;
    struct signature first = c->entries[0].signature;
    c->entries[0].signature = c->entries[1].signature;
    c->entries[1].signature = first;
    forge_judge(f, VERIFY_CERTIFICATE, "two seats' signatures swapped");
    c = f->p.certificate;
    c->entries[1] = c->entries[0];
    forge_judge(f, VERIFY_SHAPE, "a seat twice");
    c = f->p.certificate;
    struct certificate_entry entry = c->entries[0];
    c->entries[0] = c->entries[1];
    c->entries[1] = entry;
    forge_judge(f, VERIFY_SHAPE, "seats out of order");
    c = f->p.certificate;
    c->entries[c->count - 1].seat = (uint16_t)(f->world->charter->seat_count + 1);
    forge_judge(f, VERIFY_CERTIFICATE, "a seat that is not of the charter");
    uint16_t absent = absent_seat(f);
    c = f->p.certificate;
    for (uint16_t i = 0; i < c->count; i++) {
        bool fits = (i == 0 || c->entries[i - 1].seat < absent) &&
                    (i + 1 == c->count || c->entries[i + 1].seat > absent);
        if (fits) {
            c->entries[i].seat = absent;
            forge_judge(f, VERIFY_CERTIFICATE, "a seat's signature in another's name");
            break;
        }
    }
    uint16_t quorum = (uint16_t)quorum_size(f->world->charter->seat_count);
    resize_certificate(f, (uint16_t)(quorum - 1));
    forge_judge(f, VERIFY_CERTIFICATE, "a signature too few");
    resize_certificate(f, (uint16_t)(quorum + 1));
    forge_judge(f, VERIFY_CERTIFICATE, "a signature too many");
}

/* Signed, but for something else. */
static void forge_labels(struct forge *f)
{
    struct certificate *c = f->p.certificate;
    struct buffer body = {0};
    codec_body_vote(&body, c->what.view, c->what.height, &c->what.block);
    world_sign(f->world, c->entries[0].seat, LABEL_PREPARE, buffer_slice(&body),
               &c->entries[0].signature);
    forge_judge(f, VERIFY_CERTIFICATE, "a PREPARE for a COMMIT");
    buffer_free(&body);
}

void forge_header(struct forge *f)
{
    forge_header_fields(f);
    forge_subject(f);
    forge_signatures(f);
    forge_labels(f);
}

/* --- state --- */

void forge_state(struct forge *f)
{
    f->p.effects.bytes[9] ^= 1;
    forge_judge(f, VERIFY_STATE, "effects");
    f->p.count++;
    forge_judge(f, VERIFY_STATE, "one decision more");
    f->p.count--;
    forge_judge(f, VERIFY_STATE, "one decision less");
    f->p.count = UINT64_MAX;
    forge_judge(f, VERIFY_STATE, "as many decisions as can be");
    f->p.index++;
    forge_judge(f, VERIFY_STATE, "the next index");
    f->p.index = UINT64_MAX;
    forge_judge(f, VERIFY_STATE, "the last index");
    for (size_t i = 0; i < f->p.path.size; i += 13) {
        forge_path(f, &f->p.path)[i] ^= 1;
        forge_judge(f, VERIFY_STATE, "byte %zu of the path", i);
    }
    (void)forge_path(f, &f->p.path);
    f->p.path.size += HASH_BYTES;
    forge_judge(f, VERIFY_STATE, "a path too long");
    if (f->p.path.size > 0) {
        f->p.path.size -= HASH_BYTES;
        forge_judge(f, VERIFY_STATE, "a path too short");
    }
}

void forge_all(struct forge *f)
{
    forge_outside(f);
    forge_header(f);
    forge_state(f);
    forge_record(f);
    forge_seats(f);
    forge_proposal(f);
    forge_hands(f);
}
