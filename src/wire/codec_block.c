/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "base/error.h"
#include "wire/codec_parts.h"
#include "wire/shared.h"

void read_header(struct cbor_reader *r, struct header *out)
{
    cbor_read_array_of(r, 8);
    out->version = cbor_read_uint(r, UINT64_MAX);
    out->height = cbor_read_uint(r, UINT64_MAX);
    read_hash(r, &out->prev_hash);
    out->view = cbor_read_uint(r, UINT64_MAX);
    out->time_ms = cbor_read_uint(r, UINT64_MAX);
    read_hash(r, &out->ops_root);
    out->executed_height = cbor_read_uint(r, UINT64_MAX);
    read_hash(r, &out->state_root);
    if (r->error == 0 && out->version != PROTOCOL_VERSION) {
        cbor_read_fail(r, CONCLAVE_EVERSION);
    }
    /* Block 0 is the charter, which has no header; only what is committed is executed. */
    if (out->executed_height >= out->height) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

int codec_decode_header(struct slice input, struct header *out)
{
    struct cbor_reader r;
    struct header h;
    cbor_read_begin(&r, input);
    read_header(&r, &h);
    int error = cbor_read_end(&r);
    if (error == 0) {
        *out = h;
    }
    return error;
}

void codec_encode_header(struct buffer *out, const struct header *h)
{
    cbor_write_array(out, 8);
    cbor_write_uint(out, h->version);
    cbor_write_uint(out, h->height);
    write_hash(out, &h->prev_hash);
    cbor_write_uint(out, h->view);
    cbor_write_uint(out, h->time_ms);
    write_hash(out, &h->ops_root);
    cbor_write_uint(out, h->executed_height);
    write_hash(out, &h->state_root);
}

struct block *read_block(struct cbor_reader *r, const struct origin *from)
{
    struct header header;
    size_t start = r->at;
    cbor_read_array_of(r, 2);
    read_header(r, &header);
    size_t count = read_list(r, BLOCK_ENVELOPES_MAX, ENVELOPE_BYTES_MIN);
    if (r->error != 0) {
        return NULL;
    }
    struct block *b = alloc_zero(1, sizeof(*b) + count * sizeof(struct envelope *));
    b->references = 1;
    b->owner = bytes_ref(from->owner);
    b->header = header;
    while (b->count < count && r->error == 0) {
        b->envelopes[b->count++] = read_envelope(r, from);
        if (r->at - start > BLOCK_ENCODING_MAX) {
            cbor_read_fail(r, CONCLAVE_ELIMIT);
        }
    }
    if (r->error != 0) {
        block_unref(b);
        return NULL;
    }
    b->encoding = slice_of(r->input.data + start, r->at - start);
    return b;
}

int codec_decode_block(struct bytes *owner, struct slice input, struct block **out)
{
    struct cbor_reader r;
    if (input.size > BLOCK_ENCODING_MAX) {
        return CONCLAVE_ELIMIT;
    }
    cbor_read_begin(&r, input);
    struct block *b = read_block(&r, &(struct origin){owner, NULL});
    int error = cbor_read_end(&r);
    if (error != 0) {
        block_unref(b);
        return error;
    }
    *out = b;
    return 0;
}

void codec_encode_block(struct buffer *out, const struct header *header,
                        struct envelope *const *envelopes, size_t count)
{
    cbor_write_array(out, 2);
    codec_encode_header(out, header);
    cbor_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        buffer_append_slice(out, envelopes[i]->encoding);
    }
}
