/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "base/error.h"
#include "wire/codec_parts.h"
#include "wire/shared.h"

#include <string.h>

enum envelope_sort codec_sort_of(enum operation_kind kind)
{
    switch (kind) {
    case OPERATION_REVEAL:
    case OPERATION_EVIDENCE:
        return ENVELOPE_UNSIGNED;
    case OPERATION_PROPOSE:
    case OPERATION_BALLOT:
    case OPERATION_RETURN:
        break;
    }
    return ENVELOPE_SIGNED;
}

/* One operation; what the envelope learns of it goes to e. */
static struct slice read_enclosed(struct cbor_reader *r, struct envelope *e, bool first)
{
    struct operation op;
    size_t start = r->at;
    read_operation(r, &op);
    if (op.seat != e->seat || (!first && codec_sort_of(op.kind) != e->sort)) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    e->sort = codec_sort_of(op.kind);
    e->has_evidence = e->has_evidence || op.kind == OPERATION_EVIDENCE;
    return slice_of(r->input.data + start, r->at - start);
}

static void read_envelope_signature(struct cbor_reader *r, struct envelope *e)
{
    struct slice signature = cbor_read_bytes(r, SIGNATURE_BYTES);
    size_t expected = e->sort == ENVELOPE_SIGNED ? SIGNATURE_BYTES : 0;
    if (signature.size != expected) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    } else if (expected > 0) {
        memcpy(e->signature.bytes, signature.data, SIGNATURE_BYTES);
    }
}

struct envelope *read_envelope(struct cbor_reader *r, struct bytes *owner)
{
    struct slice operations[ENVELOPE_OPERATIONS_MAX];
    struct envelope e = {.references = 1};
    size_t start = r->at;
    cbor_read_array_of(r, 3);
    e.seat = read_seat(r);
    e.count = (uint32_t)cbor_read_array(r, ENVELOPE_OPERATIONS_MAX);
    if (e.count == 0) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    for (uint32_t i = 0; i < e.count && r->error == 0; i++) {
        operations[i] = read_enclosed(r, &e, i == 0);
    }
    read_envelope_signature(r, &e);
    if (r->at - start > ENVELOPE_MAX) {
        cbor_read_fail(r, CONCLAVE_ELIMIT);
    }
    if (r->error != 0) {
        return NULL;
    }
    e.owner = bytes_ref(owner);
    e.encoding = slice_of(r->input.data + start, r->at - start);
    struct envelope *made = alloc(sizeof(e) + e.count * sizeof(struct slice));
    *made = e;
    memcpy(made->operations, operations, e.count * sizeof(struct slice));
    return made;
}

int codec_decode_envelope(struct bytes *owner, struct slice input, struct envelope **out)
{
    struct cbor_reader r;
    if (input.size > ENVELOPE_MAX) {
        return CONCLAVE_ELIMIT;
    }
    cbor_read_begin(&r, input);
    struct envelope *e = read_envelope(&r, owner);
    int error = cbor_read_end(&r);
    if (error != 0) {
        envelope_unref(e);
        return error;
    }
    *out = e;
    return 0;
}

void codec_encode_envelope(struct buffer *out, uint16_t seat,
                           const struct slice *operations, size_t count,
                           const struct signature *signature)
{
    cbor_write_array(out, 3);
    cbor_write_uint(out, seat);
    cbor_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        buffer_append_slice(out, operations[i]);
    }
    write_blob(out, signature, signature != NULL ? SIGNATURE_BYTES : 0);
}
