/* SPDX-License-Identifier: ISC */
#include "base/error.h"
#include "wire/codec_parts.h"

/* The body must have the shape of what the kind of evidence says was signed, so that who
 * judges it later need not ask. It is too short to hold another EVIDENCE: nothing nests. */
static void check_body(struct cbor_reader *r, enum evidence_kind kind, struct slice body)
{
    struct vote vote;
    struct new_view_body view;
    struct operation op;
    int error = r->error;
    if (error != 0) {
        return;
    }
    switch (kind) {
    case EVIDENCE_PREPARE:
    case EVIDENCE_COMMIT:
        error = codec_decode_body_vote(body, &vote);
        break;
    case EVIDENCE_NEW_VIEW:
        error = codec_decode_body_new_view(body, &view);
        break;
    case EVIDENCE_BALLOT:
        error = codec_decode_operation(body, &op);
        if (error == 0 && op.kind != OPERATION_BALLOT) {
            error = CONCLAVE_EFORMAT;
        }
        break;
    }
    if (error != 0) {
        cbor_read_fail(r, error);
    }
}

static void read_signed_body(struct cbor_reader *r, struct statement *out)
{
    cbor_read_array_of(r, 2);
    out->body = cbor_read_bytes(r, STATEMENT_BODY_MAX);
    read_signature(r, &out->signature);
}

static void read_ballot_in_envelope(struct cbor_reader *r, struct statement *out)
{
    cbor_read_array_of(r, 5);
    out->ballot = cbor_read_bytes(r, STATEMENT_BODY_MAX);
    out->index = (uint32_t)cbor_read_uint(r, ENVELOPE_OPERATIONS_MAX - 1);
    out->count = (uint32_t)cbor_read_uint(r, ENVELOPE_OPERATIONS_MAX);
    out->path = cbor_read_bytes(r, STATEMENT_PATH_MAX * HASH_BYTES);
    read_signature(r, &out->signature);
    if (out->index >= out->count || out->path.size % HASH_BYTES != 0) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

static void read_statement(struct cbor_reader *r, enum evidence_kind kind,
                           struct statement *out)
{
    if (kind == EVIDENCE_BALLOT) {
        read_ballot_in_envelope(r, out);
        check_body(r, kind, out->ballot);
    } else {
        read_signed_body(r, out);
        check_body(r, kind, out->body);
    }
}

void read_evidence(struct cbor_reader *r, struct evidence *out)
{
    cbor_read_array_of(r, 3);
    out->kind = (enum evidence_kind)read_kind(r, EVIDENCE_PREPARE, EVIDENCE_BALLOT);
    read_statement(r, out->kind, &out->first);
    read_statement(r, out->kind, &out->second);
}

static void write_statement(struct buffer *out, enum evidence_kind kind,
                            const struct statement *s)
{
    if (kind == EVIDENCE_BALLOT) {
        cbor_write_array(out, 5);
        cbor_write_bytes(out, s->ballot);
        cbor_write_uint(out, s->index);
        cbor_write_uint(out, s->count);
        cbor_write_bytes(out, s->path);
    } else {
        cbor_write_array(out, 2);
        cbor_write_bytes(out, s->body);
    }
    write_signature(out, &s->signature);
}

void write_evidence(struct buffer *out, const struct evidence *e)
{
    cbor_write_array(out, 3);
    cbor_write_uint(out, e->kind);
    write_statement(out, e->kind, &e->first);
    write_statement(out, e->kind, &e->second);
}
