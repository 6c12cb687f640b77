/* SPDX-License-Identifier: ISC */
#include "wire/codec_parts.h"

#include "base/error.h"

size_t read_list(struct cbor_reader *r, size_t max, size_t bytes_each)
{
    size_t count = cbor_read_array(r, max);
    if (count > (r->input.size - r->at) / bytes_each) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
        return 0;
    }
    return count;
}

bool read_absent(struct cbor_reader *r)
{
    struct cbor_reader ahead = *r;
    if (cbor_peek(r) != CBOR_ARRAY || cbor_read_array(&ahead, SIZE_MAX) != 0 ||
        ahead.error != 0) {
        return false;
    }
    *r = ahead;
    return true;
}

unsigned read_kind(struct cbor_reader *r, unsigned low, unsigned high)
{
    uint64_t kind = cbor_read_uint(r, UINT64_MAX);
    if (kind < low || kind > high) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    return r->error == 0 ? (unsigned)kind : low;
}

uint16_t read_seat(struct cbor_reader *r)
{
    uint64_t seat = cbor_read_uint(r, SEATS_MAX);
    if (seat == 0) {
        cbor_read_fail(r, CONCLAVE_ELIMIT);
    }
    return (uint16_t)seat;
}

void read_hash(struct cbor_reader *r, struct hash *out)
{
    cbor_read_bytes_into(r, out->bytes, HASH_BYTES);
}

void read_signature(struct cbor_reader *r, struct signature *out)
{
    cbor_read_bytes_into(r, out->bytes, SIGNATURE_BYTES);
}

void write_blob(struct buffer *out, const void *data, size_t size)
{
    cbor_write_bytes(out, slice_of(data, size));
}

void write_hash(struct buffer *out, const struct hash *h)
{
    write_blob(out, h->bytes, HASH_BYTES);
}

void write_signature(struct buffer *out, const struct signature *s)
{
    write_blob(out, s->bytes, SIGNATURE_BYTES);
}
