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

static struct brief brief_of(const struct operation *op)
{
    struct brief b = {.kind = op->kind};
    switch (op->kind) {
    case OPERATION_PROPOSE:
        b.class_index = op->propose.class_index;
        break;
    case OPERATION_BALLOT:
        b.proposal = op->ballot.proposal;
        break;
    case OPERATION_REVEAL:
        b.proposal = op->reveal.proposal;
        break;
    case OPERATION_EVIDENCE:
    case OPERATION_RETURN:
        break;
    }
    return b;
}

/* One operation; what the envelope learns of it goes to e. */
static struct slice read_enclosed(struct cbor_reader *r, struct envelope *e, bool first,
                                  struct brief *brief)
{
    struct operation op;
    size_t start = r->at;
    read_operation(r, &op);
    if (r->error != 0) {
        return SLICE_NONE;
    }
    if (op.seat != e->seat || (!first && codec_sort_of(op.kind) != e->sort)) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    e->sort = codec_sort_of(op.kind);
    e->has_evidence = e->has_evidence || op.kind == OPERATION_EVIDENCE;
    *brief = brief_of(&op);
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

/* One with the very same bytes was decoded before; what follows them is as it was. */
static struct envelope *take_known(struct cbor_reader *r, const struct origin *from)
{
    if (from->known == NULL || r->error != 0) {
        return NULL;
    }
    struct slice rest = slice_of(r->input.data + r->at, r->input.size - r->at);
    struct slice encoding = slice_of(rest.data, cbor_measure(rest));
    struct envelope *e =
        encoding.size == 0 ? NULL : from->known->find(from->known->context, encoding);
    if (e == NULL) {
        return NULL;
    }
    r->at += encoding.size;
    return envelope_ref(e);
}

struct envelope *read_envelope(struct cbor_reader *r, const struct origin *from)
{
    struct envelope *known = take_known(r, from);
    if (known != NULL) {
        return known;
    }
    struct slice operations[ENVELOPE_OPERATIONS_MAX];
    struct brief briefs[ENVELOPE_OPERATIONS_MAX];
    struct envelope e = {.references = 1};
    size_t start = r->at;
    cbor_read_array_of(r, 3);
    e.seat = read_seat(r);
    e.count = (uint32_t)cbor_read_array(r, ENVELOPE_OPERATIONS_MAX);
    if (e.count == 0) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
    for (uint32_t i = 0; i < e.count && r->error == 0; i++) {
        operations[i] = read_enclosed(r, &e, i == 0, &briefs[i]);
    }
    read_envelope_signature(r, &e);
    if (r->at - start > ENVELOPE_MAX) {
        cbor_read_fail(r, CONCLAVE_ELIMIT);
    }
    if (r->error != 0) {
        return NULL;
    }
    e.owner = bytes_ref(from->owner);
    e.encoding = slice_of(r->input.data + start, r->at - start);
    struct envelope *made =
        alloc(sizeof(e) + e.count * (sizeof(struct slice) + sizeof(struct brief)));
    struct slice *kept = (struct slice *)(made + 1);
    *made = e;
    made->operations = memcpy(kept, operations, e.count * sizeof(*kept));
    made->briefs = memcpy(kept + e.count, briefs, e.count * sizeof(*briefs));
    return made;
}

int codec_decode_envelope(struct bytes *owner, struct slice input, struct envelope **out)
{
    struct cbor_reader r;
    if (input.size > ENVELOPE_MAX) {
        return CONCLAVE_ELIMIT;
    }
    cbor_read_begin(&r, input);
    struct envelope *e = read_envelope(&r, &(struct origin){owner, NULL});
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
