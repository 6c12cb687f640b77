/* SPDX-License-Identifier: ISC */
#include "base/error.h"
#include "wire/codec_parts.h"
#include "wire/shared.h"

void read_view_change(struct cbor_reader *r, struct view_change *out)
{
    cbor_read_array_of(r, 4);
    out->seat = read_seat(r);
    out->view = cbor_read_uint(r, UINT64_MAX);
    read_best(r, &out->best);
    read_signature(r, &out->signature);
}

void codec_encode_view_change(struct buffer *out, const struct view_change *c)
{
    cbor_write_array(out, 4);
    cbor_write_uint(out, c->seat);
    cbor_write_uint(out, c->view);
    codec_encode_best(out, &c->best);
    write_signature(out, &c->signature);
}

int codec_decode_view_change(struct slice input, struct view_change *out)
{
    struct cbor_reader r;
    cbor_read_begin(&r, input);
    read_view_change(&r, out);
    return cbor_read_end(&r);
}

void codec_view_changes(struct buffer *out, const struct view_change *changes, size_t count)
{
    cbor_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        codec_encode_view_change(out, &changes[i]);
    }
}

/* Seats ascend, all are for this view, and a certificate comes where one is claimed. */
static void check_new_view(struct cbor_reader *r, const struct new_view *v)
{
    bool claimed = false;
    bool fits = true;
    for (uint16_t i = 0; i < v->count; i++) {
        const struct view_change *c = &v->changes[i];
        fits = fits && c->view == v->view && (i == 0 || c->seat > v->changes[i - 1].seat);
        claimed = claimed || c->best.kind != CERTIFICATE_NONE;
    }
    if (!fits || claimed != (v->certificate != NULL)) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

struct new_view *read_new_view_fields(struct cbor_reader *r)
{
    struct hash tip;
    uint64_t view = cbor_read_uint(r, UINT64_MAX);
    read_hash(r, &tip);
    size_t count = read_list(r, SEATS_MAX, VIEW_CHANGE_BYTES_MIN);
    if (count == 0) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    if (r->error != 0) {
        return NULL;
    }
    struct new_view *v = new_view_new((uint16_t)count);
    v->view = view;
    v->tip = tip;
    for (size_t i = 0; i < count; i++) {
        read_view_change(r, &v->changes[i]);
    }
    v->certificate = read_certificate_or_none(r);
    read_signature(r, &v->signature);
    check_new_view(r, v);
    if (r->error != 0) {
        new_view_unref(v);
        return NULL;
    }
    return v;
}

void write_new_view_fields(struct buffer *out, const struct new_view *v)
{
    cbor_write_uint(out, v->view);
    write_hash(out, &v->tip);
    codec_view_changes(out, v->changes, v->count);
    write_certificate_or_none(out, v->certificate);
    write_signature(out, &v->signature);
}

int codec_decode_new_view(struct slice input, struct new_view **out)
{
    struct cbor_reader r;
    cbor_read_begin(&r, input);
    cbor_read_array_of(&r, 5);
    struct new_view *v = read_new_view_fields(&r);
    int error = cbor_read_end(&r);
    if (error != 0) {
        new_view_unref(v);
        return error;
    }
    *out = v;
    return 0;
}

void codec_encode_new_view(struct buffer *out, const struct new_view *v)
{
    cbor_write_array(out, 5);
    write_new_view_fields(out, v);
}
