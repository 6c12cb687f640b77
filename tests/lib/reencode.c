/* SPDX-License-Identifier: ISC */
#include "reencode.h"

#include "base/alloc.h"
#include "base/error.h"
#include "wire/proof.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>

static void expect_same(struct buffer *again, struct slice input)
{
    assert(slice_equal(buffer_slice(again), input));
    buffer_free(again);
}

int reencode_operation(struct slice input)
{
    struct bytes *owner = bytes_copy(input);
    struct operation op;
    int error = codec_decode_operation(bytes_slice(owner), &op);
    if (error == 0) {
        struct buffer again = {0};
        codec_encode_operation(&again, &op);
        expect_same(&again, input);
    }
    bytes_unref(owner);
    return error;
}

/* From the operations themselves, not from the encoding that the envelope carries. */
static void encode_envelope(struct buffer *out, const struct envelope *e)
{
    struct buffer all = {0};
    struct slice *operations = calloc(e->count, sizeof(*operations));
    size_t *ends = calloc(e->count, sizeof(*ends));
    assert(operations != NULL && ends != NULL);
    for (uint32_t i = 0; i < e->count; i++) {
        struct operation op;
        int error = codec_decode_operation(e->operations[i], &op);
        assert(error == 0 && op.seat == e->seat);
        codec_encode_operation(&all, &op);
        ends[i] = all.size;
    }
    for (uint32_t i = 0; i < e->count; i++) {
        size_t start = i > 0 ? ends[i - 1] : 0;
        operations[i] = slice_of(all.data + start, ends[i] - start);
    }
    codec_encode_envelope(out, e->seat, operations, e->count,
                          e->sort == ENVELOPE_SIGNED ? &e->signature : NULL);
    buffer_free(&all);
    free(operations);
    free(ends);
}

static void check_envelope(const struct envelope *e)
{
    struct buffer again = {0};
    encode_envelope(&again, e);
    expect_same(&again, e->encoding);
}

static void check_block(const struct block *b)
{
    struct buffer again = {0};
    for (uint32_t i = 0; i < b->count; i++) {
        check_envelope(b->envelopes[i]);
    }
    codec_encode_block(&again, &b->header, b->envelopes, b->count);
    expect_same(&again, b->encoding);
}

int reencode_envelope(struct slice input)
{
    struct bytes *owner = bytes_copy(input);
    struct envelope *e = NULL;
    int error = codec_decode_envelope(owner, bytes_slice(owner), &e);
    bytes_unref(owner);
    if (error == 0) {
        assert(slice_equal(e->encoding, input));
        check_envelope(e);
    }
    envelope_unref(e);
    return error;
}

int reencode_block(struct slice input)
{
    struct bytes *owner = bytes_copy(input);
    struct block *b = NULL;
    int error = codec_decode_block(owner, bytes_slice(owner), &b);
    bytes_unref(owner);
    if (error == 0) {
        assert(slice_equal(b->encoding, input));
        check_block(b);
    }
    block_unref(b);
    return error;
}

static void check_parts(const struct message *m)
{
    switch (m->tag) {
    case MESSAGE_ENVELOPE:
        check_envelope(m->envelope);
        break;
    case MESSAGE_PRE_PREPARE:
        check_block(m->pre_prepare.block);
        break;
    case MESSAGE_BLOCK:
        check_block(m->block);
        break;
    case MESSAGE_RANGE:
        for (uint32_t i = 0; i < m->range.block_count; i++) {
            check_block(m->range.blocks[i]);
        }
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
    case MESSAGE_VIEW_CHANGE:
    case MESSAGE_NEW_VIEW:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        break;
    }
}

int reencode_message(struct slice input)
{
    struct bytes *owner = bytes_copy(input);
    struct message m;
    int error = codec_decode_message(owner, bytes_slice(owner), &m);
    if (error == 0) {
        struct buffer again = {0};
        check_parts(&m);
        codec_encode_message(&again, &m);
        expect_same(&again, input);
        message_clear(&m);
    }
    bytes_unref(owner);
    return error;
}

int reencode_certificate(struct slice input)
{
    struct bytes *copy = bytes_copy(input);
    struct certificate *c = NULL;
    int error = codec_decode_certificate(bytes_slice(copy), &c);
    bytes_unref(copy);
    if (error == 0) {
        struct buffer again = {0};
        codec_encode_certificate(&again, c);
        expect_same(&again, input);
    }
    certificate_unref(c);
    return error;
}

int reencode_proof(struct slice input)
{
    struct bytes *copy = bytes_copy(input);
    struct proof *p = alloc_zero(1, sizeof(*p));
    int error = codec_decode_proof(bytes_slice(copy), p);
    if (error == 0) {
        struct buffer again = {0}, record = {0}, propose = {0};
        codec_encode_proof(&again, p);
        expect_same(&again, input);
        codec_encode_record(&record, &p->record);
        expect_same(&record, p->record_encoding);
        codec_encode_operation(&propose, &p->propose);
        expect_same(&propose, p->propose_encoding);
        proof_clear(p);
    }
    bytes_unref(copy);
    free(p);
    return error;
}

int reencode_new_view(struct slice input)
{
    struct bytes *copy = bytes_copy(input);
    struct new_view *v = NULL;
    int error = codec_decode_new_view(bytes_slice(copy), &v);
    bytes_unref(copy);
    if (error == 0) {
        struct buffer again = {0};
        codec_encode_new_view(&again, v);
        expect_same(&again, input);
    }
    new_view_unref(v);
    return error;
}

int reencode_header(struct slice input)
{
    struct bytes *copy = bytes_copy(input);
    struct header h;
    int error = codec_decode_header(bytes_slice(copy), &h);
    if (error == 0) {
        struct buffer again = {0};
        codec_encode_header(&again, &h);
        expect_same(&again, input);
    }
    bytes_unref(copy);
    return error;
}

/* Depth is bounded by cbor_read_item, which has passed the input before. */
static void copy_item(struct cbor_reader *r, struct buffer *out)
{
    size_t count;
    struct slice key = SLICE_NONE;
    switch (cbor_peek(r)) {
    case CBOR_UINT:
        cbor_write_uint(out, cbor_read_uint(r, UINT64_MAX));
        break;
    case CBOR_BYTES:
        cbor_write_bytes(out, cbor_read_bytes(r, SIZE_MAX));
        break;
    case CBOR_TEXT:
        cbor_write_text(out, cbor_read_text(r, SIZE_MAX, true));
        break;
    case CBOR_BOOL:
        cbor_write_bool(out, cbor_read_bool(r));
        break;
    case CBOR_ARRAY:
        count = cbor_read_array(r, SIZE_MAX);
        cbor_write_array(out, count);
        while (count-- > 0) {
            copy_item(r, out);
        }
        break;
    case CBOR_MAP:
        count = cbor_read_map(r, SIZE_MAX);
        cbor_write_map(out, count);
        while (count-- > 0) {
            key = cbor_read_key(r, key, SIZE_MAX);
            cbor_write_text(out, key);
            copy_item(r, out);
        }
        break;
    default:
        assert(!"an item that cbor_read_item refuses");
    }
}

int reencode_item(struct slice input)
{
    struct bytes *copy = bytes_copy(input);
    struct cbor_reader r;
    struct buffer again = {0};
    cbor_read_begin(&r, bytes_slice(copy));
    struct slice item = cbor_read_item(&r);
    int error = cbor_read_end(&r);
    assert(cbor_measure(input) <= input.size);
    if (error == 0) {
        assert(slice_equal(item, input));
        assert(cbor_measure(input) == item.size);
        cbor_read_begin(&r, item);
        copy_item(&r, &again);
        assert(cbor_read_end(&r) == 0);
        expect_same(&again, input);
    }
    bytes_unref(copy);
    return error;
}
