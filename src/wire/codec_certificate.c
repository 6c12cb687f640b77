/* SPDX-License-Identifier: ISC */
#include "base/error.h"
#include "wire/codec_parts.h"
#include "wire/shared.h"

static void read_best_fields(struct cbor_reader *r, struct best *out)
{
    out->kind = (enum certificate_kind)read_kind(r, CERTIFICATE_NONE, CERTIFICATE_COMMIT);
    out->view = cbor_read_uint(r, UINT64_MAX);
    out->height = cbor_read_uint(r, UINT64_MAX);
    read_hash(r, &out->block);
    bool at_start = out->view == 0 && out->height == 0;
    bool fits = out->kind == CERTIFICATE_NONE ? at_start : out->height > 0;
    if (!fits) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

static void write_best_fields(struct buffer *out, const struct best *b)
{
    cbor_write_uint(out, b->kind);
    cbor_write_uint(out, b->view);
    cbor_write_uint(out, b->height);
    write_hash(out, &b->block);
}

void read_best(struct cbor_reader *r, struct best *out)
{
    cbor_read_array_of(r, 4);
    read_best_fields(r, out);
}

void codec_encode_best(struct buffer *out, const struct best *b)
{
    cbor_write_array(out, 4);
    write_best_fields(out, b);
}

static void read_entry(struct cbor_reader *r, struct certificate_entry *out)
{
    cbor_read_array_of(r, 2);
    out->seat = read_seat(r);
    read_signature(r, &out->signature);
}

struct certificate *read_certificate(struct cbor_reader *r)
{
    struct best what;
    uint16_t last = 0;
    cbor_read_array_of(r, 5);
    read_best_fields(r, &what);
    size_t count = read_list(r, SEATS_MAX, CERTIFICATE_ENTRY_BYTES_MIN);
    if (count == 0 || what.kind == CERTIFICATE_NONE) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    if (r->error != 0) {
        return NULL;
    }
    struct certificate *c = certificate_new((uint16_t)count);
    c->what = what;
    for (size_t i = 0; i < count && r->error == 0; i++) {
        read_entry(r, &c->entries[i]);
        if (c->entries[i].seat <= last) {
            cbor_read_fail(r, CONCLAVE_EFORMAT);
        }
        last = c->entries[i].seat;
    }
    if (r->error != 0) {
        certificate_unref(c);
        return NULL;
    }
    return c;
}

struct certificate *read_certificate_or_none(struct cbor_reader *r)
{
    return read_absent(r) ? NULL : read_certificate(r);
}

int codec_decode_certificate(struct slice input, struct certificate **out)
{
    struct cbor_reader r;
    cbor_read_begin(&r, input);
    struct certificate *c = read_certificate(&r);
    int error = cbor_read_end(&r);
    if (error != 0) {
        certificate_unref(c);
        return error;
    }
    *out = c;
    return 0;
}

void codec_encode_certificate(struct buffer *out, const struct certificate *c)
{
    cbor_write_array(out, 5);
    write_best_fields(out, &c->what);
    cbor_write_array(out, c->count);
    for (uint16_t i = 0; i < c->count; i++) {
        cbor_write_array(out, 2);
        cbor_write_uint(out, c->entries[i].seat);
        write_signature(out, &c->entries[i].signature);
    }
}

void write_certificate_or_none(struct buffer *out, const struct certificate *c)
{
    if (c == NULL) {
        cbor_write_array(out, 0);
    } else {
        codec_encode_certificate(out, c);
    }
}
