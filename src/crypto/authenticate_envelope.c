/* SPDX-License-Identifier: ISC */
#include "crypto/authenticate_parts.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>

/* The codec saw to its shape, and that it is of the envelope's seat. */
static int check_operation(const struct authenticator *a, const struct envelope *e,
                           uint32_t index)
{
    const struct brief *b = &e->briefs[index];
    struct operation op;
    if (codec_sort_of(b->kind) != e->sort) {
        return CONCLAVE_EFORMAT;
    }
    if (b->kind == OPERATION_PROPOSE && b->class_index >= a->classes) {
        return CONCLAVE_ELIMIT;
    }
    if (b->kind != OPERATION_EVIDENCE) {
        return 0;
    }
    int error = codec_decode_operation(e->operations[index], &op);
    return error != 0 ? error : auth_evidence_shape(op.seat, &op.evidence);
}

int auth_envelope_shape(const struct authenticator *a, const struct envelope *e)
{
    int error = auth_seat(a, e->seat);
    if (error == 0 && (e->count == 0 || e->count > ENVELOPE_OPERATIONS_MAX)) {
        error = CONCLAVE_EFORMAT;
    }
    for (uint32_t i = 0; i < e->count && error == 0; i++) {
        error = check_operation(a, e, i);
    }
    /* Section 5: it stands alone, so that nothing that has a deadline waits with it. */
    if (error == 0 && e->has_evidence && e->count != 1) {
        error = CONCLAVE_EFORMAT;
    }
    return error;
}

/* Operations of an unsigned envelope: REVEALs open what was signed, EVIDENCE proves
 * itself. */
static int check_proofs(struct authenticator *a, const struct envelope *e)
{
    int error = 0;
    for (uint32_t i = 0; i < e->count && error == 0 && e->has_evidence; i++) {
        struct operation op;
        error = codec_decode_operation(e->operations[i], &op);
        if (error == 0 && op.kind == OPERATION_EVIDENCE) {
            error = auth_evidence_signatures(a, op.seat, &op.evidence);
        }
    }
    return error;
}

int auth_envelope_signatures(struct authenticator *a, const struct envelope *e)
{
    if (e->sort == ENVELOPE_UNSIGNED) {
        return check_proofs(a, e);
    }
    struct buffer body = {0};
    codec_body_envelope(&body, e->count, &e->env_root);
    int error =
        auth_signature(a, e->seat, LABEL_ENVELOPE, buffer_slice(&body), &e->signature);
    buffer_free(&body);
    return error;
}

bool auth_known(struct authenticator *a, const struct envelope *e)
{
    a->remembered += e->authentic && e->sort == ENVELOPE_SIGNED;
    return e->authentic;
}

int authenticate_envelope(struct authenticator *a, struct envelope *e)
{
    if (auth_known(a, e)) {
        return 0;
    }
    int error = auth_envelope_shape(a, e);
    if (error == 0) {
        hash_envelope(e);
        error = auth_envelope_signatures(a, e);
    }
    e->authentic = error == 0;
    return error;
}

static enum envelope_sort sort_of_all(const struct slice *operations, size_t count)
{
    enum envelope_sort sort = ENVELOPE_SIGNED;
    for (size_t i = 0; i < count; i++) {
        struct operation op;
        int error = codec_decode_operation(operations[i], &op);
        assert(error == 0);
        assert(i == 0 || codec_sort_of(op.kind) == sort);
        sort = codec_sort_of(op.kind);
    }
    return sort;
}

struct envelope *authenticate_seal_envelope(struct authenticator *a,
                                            const struct secret_key *k, uint16_t seat,
                                            const struct slice *operations, size_t count)
{
    assert(count >= 1 && count <= ENVELOPE_OPERATIONS_MAX);
    struct signature signature;
    const struct signature *signed_by = NULL;
    if (sort_of_all(operations, count) == ENVELOPE_SIGNED) {
        struct hash root = hash_operations(operations, count);
        struct buffer body = {0};
        codec_body_envelope(&body, count, &root);
        auth_sign(a, k, seat, LABEL_ENVELOPE, buffer_slice(&body), &signature);
        buffer_free(&body);
        signed_by = &signature;
    }
    struct buffer encoding = {0};
    struct envelope *e = NULL;
    codec_encode_envelope(&encoding, seat, operations, count, signed_by);
    struct bytes *owner = bytes_copy(buffer_slice(&encoding));
    int error = codec_decode_envelope(owner, bytes_slice(owner), &e);
    assert(error == 0);
    error = auth_envelope_shape(a, e);
    assert(error == 0);
    hash_envelope(e);
    e->authentic = true;
    bytes_unref(owner);
    buffer_free(&encoding);
    return e;
}
