/* SPDX-License-Identifier: ISC */
#include "base/error.h"
#include "wire/codec_parts.h"
#include "wire/proof.h"
#include "wire/shared.h"

#include <string.h>

enum { BUNDLE_FIELDS = 12, OPENING_BYTES_MIN = 39, HAND_BYTES_MIN = 71 };

static const char first_item[] = "conclave/1/proof";

/* --- encoding --- */

static void write_hand(struct buffer *out, const struct proof_hand *h)
{
    cbor_write_array(out, 5);
    cbor_write_uint(out, h->seat);
    cbor_write_uint(out, h->index);
    cbor_write_uint(out, h->count);
    cbor_write_bytes(out, h->path);
    write_signature(out, &h->signature);
}

static void write_hands(struct buffer *out, const struct proof *p)
{
    if (!p->is_full) {
        cbor_write_array(out, 0);
        return;
    }
    cbor_write_array(out, 2);
    write_hand(out, &p->proposer);
    cbor_write_array(out, p->hand_count);
    for (uint16_t i = 0; i < p->hand_count; i++) {
        write_hand(out, &p->hands[i]);
    }
}

void codec_encode_proof(struct buffer *out, const struct proof *p)
{
    cbor_write_array(out, BUNDLE_FIELDS);
    cbor_write_text(out, slice_of_string(first_item));
    write_hash(out, &p->council_id);
    codec_encode_header(out, &p->header);
    codec_encode_certificate(out, p->certificate);
    write_hash(out, &p->effects);
    cbor_write_uint(out, p->count);
    cbor_write_uint(out, p->index);
    cbor_write_bytes(out, p->path);
    buffer_append_slice(out, p->record_encoding);
    buffer_append_slice(out, p->propose_encoding);
    cbor_write_array(out, p->opening_count);
    for (uint16_t i = 0; i < p->opening_count; i++) {
        const struct proof_opening *o = &p->openings[i];
        cbor_write_array(out, 3);
        cbor_write_uint(out, o->seat);
        codec_encode_ballot(out, &o->ballot);
        write_blob(out, o->nonce, BALLOT_NONCE_BYTES);
    }
    write_hands(out, p);
}

/* --- decoding --- */

static struct slice read_path(struct cbor_reader *r)
{
    struct slice path = cbor_read_bytes(r, (size_t)PROOF_PATH_MAX * HASH_BYTES);
    if (path.size % HASH_BYTES != 0) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    return path;
}

/* Seats ascend; returns the one read. */
static uint16_t read_next_seat(struct cbor_reader *r, uint16_t last)
{
    uint16_t seat = read_seat(r);
    if (seat <= last) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    return seat;
}

static void read_openings(struct cbor_reader *r, struct proof *out)
{
    uint16_t last = 0;
    size_t count = read_list(r, SEATS_MAX, OPENING_BYTES_MIN);
    for (size_t i = 0; i < count && r->error == 0; i++) {
        struct proof_opening *o = &out->openings[i];
        cbor_read_array_of(r, 3);
        last = o->seat = read_next_seat(r, last);
        read_ballot(r, &o->ballot);
        cbor_read_bytes_into(r, o->nonce, BALLOT_NONCE_BYTES);
    }
    out->opening_count = (uint16_t)count;
}

static uint16_t read_hand(struct cbor_reader *r, uint16_t last, struct proof_hand *out)
{
    cbor_read_array_of(r, 5);
    out->seat = read_next_seat(r, last);
    out->index = (uint32_t)cbor_read_uint(r, ENVELOPE_OPERATIONS_MAX - 1);
    out->count = (uint32_t)cbor_read_uint(r, ENVELOPE_OPERATIONS_MAX);
    out->path = read_path(r);
    read_signature(r, &out->signature);
    if (out->index >= out->count) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    return out->seat;
}

static void read_hands(struct cbor_reader *r, struct proof *out)
{
    if (read_absent(r)) {
        return;
    }
    uint16_t last = 0;
    out->is_full = true;
    cbor_read_array_of(r, 2);
    (void)read_hand(r, 0, &out->proposer);
    size_t count = read_list(r, SEATS_MAX, HAND_BYTES_MIN);
    for (size_t i = 0; i < count && r->error == 0; i++) {
        last = read_hand(r, last, &out->hands[i]);
    }
    out->hand_count = (uint16_t)count;
}

static void read_record(struct cbor_reader *r, struct proof *out)
{
    out->record_encoding = cbor_read_item(r);
    int error = r->error == 0 ? codec_decode_record(out->record_encoding, &out->record) : 0;
    if (error != 0) {
        cbor_read_fail(r, error);
    }
}

static void read_proposal(struct cbor_reader *r, struct proof *out)
{
    size_t start = r->at;
    read_operation(r, &out->propose);
    if (r->error == 0 && out->propose.kind != OPERATION_PROPOSE) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    out->propose_encoding = slice_of(r->input.data + start, r->at - start);
}

int codec_decode_proof(struct slice input, struct proof *out)
{
    struct cbor_reader r;
    memset(out, 0, sizeof(*out));
    if (input.size > PROOF_MAX) {
        return CONCLAVE_ELIMIT;
    }
    cbor_read_begin(&r, input);
    cbor_read_array_of(&r, BUNDLE_FIELDS);
    struct slice first = cbor_read_text(&r, sizeof(first_item), false);
    if (!slice_equal(first, slice_of_string(first_item))) {
        cbor_read_fail(&r, CONCLAVE_EFORMAT);
    }
    read_hash(&r, &out->council_id);
    read_header(&r, &out->header);
    out->certificate = read_certificate(&r);
    read_hash(&r, &out->effects);
    out->count = cbor_read_uint(&r, UINT64_MAX);
    out->index = cbor_read_uint(&r, UINT64_MAX);
    out->path = read_path(&r);
    read_record(&r, out);
    read_proposal(&r, out);
    read_openings(&r, out);
    read_hands(&r, out);
    int error = cbor_read_end(&r);
    if (error != 0) {
        proof_clear(out);
    }
    return error;
}

void proof_clear(struct proof *p)
{
    certificate_unref(p->certificate);
    memset(p, 0, sizeof(*p));
}
