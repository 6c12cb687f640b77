/* SPDX-License-Identifier: ISC */
#include "base/error.h"
#include "wire/codec_parts.h"

#include <string.h>

/* The limits of its fields keep the largest operation within its own: no reader of one need
 * measure it. */
_Static_assert(TITLE_MAX + TEXT_MAX + EVIDENCE_TEXT_MAX + 256 <= OPERATION_MAX,
               "the largest PROPOSE is an operation");

static void read_propose(struct cbor_reader *r, struct propose *out)
{
    cbor_read_array_of(r, 6);
    out->class_index = (uint32_t)cbor_read_uint(r, CLASSES_MAX - 1);
    out->title = cbor_read_text(r, TITLE_MAX, false);
    out->text = cbor_read_text(r, TEXT_MAX, true);
    out->evidence = cbor_read_text(r, EVIDENCE_TEXT_MAX, true);
    out->payload = cbor_read_bytes(r, HASH_BYTES);
    out->nonce = cbor_read_bytes(r, PROPOSE_NONCE_MAX);
    bool payload_fits = out->payload.size == 0 || out->payload.size == HASH_BYTES;
    if (out->title.size == 0 || out->nonce.size == 0 || !payload_fits) {
        cbor_read_fail(r, CONCLAVE_EFORMAT);
    }
}

static void write_propose(struct buffer *out, const struct propose *p)
{
    cbor_write_array(out, 6);
    cbor_write_uint(out, p->class_index);
    cbor_write_text(out, p->title);
    cbor_write_text(out, p->text);
    cbor_write_text(out, p->evidence);
    cbor_write_bytes(out, p->payload);
    cbor_write_bytes(out, p->nonce);
}

static void read_ballot_commit(struct cbor_reader *r, struct ballot_commit *out)
{
    cbor_read_array_of(r, 2);
    read_hash(r, &out->proposal);
    read_hash(r, &out->commitment);
}

static void write_ballot_commit(struct buffer *out, const struct ballot_commit *b)
{
    cbor_write_array(out, 2);
    write_hash(out, &b->proposal);
    write_hash(out, &b->commitment);
}

void read_ballot(struct cbor_reader *r, struct ballot *out)
{
    cbor_read_array_of(r, 3);
    out->choice = (enum choice)read_kind(r, CHOICE_REJECT, CHOICE_ABSTAIN);
    out->confidence = (uint8_t)cbor_read_uint(r, CONFIDENCE_MAX);
    out->rationale = cbor_read_text(r, RATIONALE_MAX, true);
}

void codec_encode_ballot(struct buffer *out, const struct ballot *b)
{
    cbor_write_array(out, 3);
    cbor_write_uint(out, b->choice);
    cbor_write_uint(out, b->confidence);
    cbor_write_text(out, b->rationale);
}

static void read_reveal(struct cbor_reader *r, struct reveal *out)
{
    cbor_read_array_of(r, 3);
    read_hash(r, &out->proposal);
    read_ballot(r, &out->ballot);
    cbor_read_bytes_into(r, out->nonce, BALLOT_NONCE_BYTES);
}

static void write_reveal(struct buffer *out, const struct reveal *v)
{
    cbor_write_array(out, 3);
    write_hash(out, &v->proposal);
    codec_encode_ballot(out, &v->ballot);
    write_blob(out, v->nonce, BALLOT_NONCE_BYTES);
}

static void read_return(struct cbor_reader *r, struct return_request *out)
{
    cbor_read_array_of(r, 2);
    out->view = cbor_read_uint(r, UINT64_MAX);
    cbor_read_bytes_into(r, out->instance, INSTANCE_BYTES);
}

static void write_return(struct buffer *out, const struct return_request *q)
{
    cbor_write_array(out, 2);
    cbor_write_uint(out, q->view);
    write_blob(out, q->instance, INSTANCE_BYTES);
}

void read_operation(struct cbor_reader *r, struct operation *out)
{
    memset(out, 0, sizeof(*out));
    cbor_read_array_of(r, 3);
    out->kind = (enum operation_kind)read_kind(r, OPERATION_PROPOSE, OPERATION_RETURN);
    out->seat = read_seat(r);
    switch (out->kind) {
    case OPERATION_PROPOSE:
        read_propose(r, &out->propose);
        break;
    case OPERATION_BALLOT:
        read_ballot_commit(r, &out->ballot);
        break;
    case OPERATION_REVEAL:
        read_reveal(r, &out->reveal);
        break;
    case OPERATION_EVIDENCE:
        read_evidence(r, &out->evidence);
        break;
    case OPERATION_RETURN:
        read_return(r, &out->return_request);
        break;
    }
}

int codec_decode_operation(struct slice input, struct operation *out)
{
    struct cbor_reader r;
    struct operation op;
    if (input.size > OPERATION_MAX) {
        return CONCLAVE_ELIMIT;
    }
    cbor_read_begin(&r, input);
    read_operation(&r, &op);
    int error = cbor_read_end(&r);
    if (error == 0) {
        *out = op;
    }
    return error;
}

void codec_encode_operation(struct buffer *out, const struct operation *op)
{
    cbor_write_array(out, 3);
    cbor_write_uint(out, op->kind);
    cbor_write_uint(out, op->seat);
    switch (op->kind) {
    case OPERATION_PROPOSE:
        write_propose(out, &op->propose);
        break;
    case OPERATION_BALLOT:
        write_ballot_commit(out, &op->ballot);
        break;
    case OPERATION_REVEAL:
        write_reveal(out, &op->reveal);
        break;
    case OPERATION_EVIDENCE:
        write_evidence(out, &op->evidence);
        break;
    case OPERATION_RETURN:
        write_return(out, &op->return_request);
        break;
    }
}
