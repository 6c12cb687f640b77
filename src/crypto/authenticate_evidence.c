/* SPDX-License-Identifier: ISC */
#include "crypto/authenticate_parts.h"
#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <assert.h>
#include <string.h>

/* The decoder has judged each statement's shape, since nothing nests in it; what is left
 * here is how the two compare, and who signed them. */
_Static_assert((int)STATEMENT_PATH_MAX <= (int)MERKLE_PATH_MAX, "a decoded path fits");

/* --- section 9: what conflicts --- */

static int check_votes(const struct evidence *e)
{
    struct vote a;
    struct vote b;
    int error = codec_decode_body_vote(e->first.body, &a);
    if (error == 0) {
        error = codec_decode_body_vote(e->second.body, &b);
    }
    if (error != 0) {
        return error;
    }
    const bool conflict =
        a.view == b.view && a.height == b.height && !hash_equal(&a.block, &b.block);
    return conflict ? 0 : CONCLAVE_EFORMAT;
}

static int check_new_views(const struct evidence *e)
{
    struct new_view_body a;
    struct new_view_body b;
    int error = codec_decode_body_new_view(e->first.body, &a);
    if (error == 0) {
        error = codec_decode_body_new_view(e->second.body, &b);
    }
    if (error != 0) {
        return error;
    }
    return a.view == b.view && !hash_equal(&a.tip, &b.tip) ? 0 : CONCLAVE_EFORMAT;
}

static int read_ballot(uint16_t convicted, const struct statement *s,
                       struct ballot_commit *out)
{
    struct operation op;
    int error = codec_decode_operation(s->ballot, &op);
    if (error != 0) {
        return error;
    }
    assert(op.kind == OPERATION_BALLOT && s->path.size % HASH_BYTES == 0);
    if (op.seat != convicted) {
        return CONCLAVE_ESEAT;
    }
    *out = op.ballot;
    return 0;
}

static int check_ballots(uint16_t convicted, const struct evidence *e)
{
    struct ballot_commit a;
    struct ballot_commit b;
    int error = read_ballot(convicted, &e->first, &a);
    if (error == 0) {
        error = read_ballot(convicted, &e->second, &b);
    }
    if (error != 0) {
        return error;
    }
    const bool conflict =
        hash_equal(&a.proposal, &b.proposal) && !hash_equal(&a.commitment, &b.commitment);
    return conflict ? 0 : CONCLAVE_EFORMAT;
}

int auth_evidence_shape(uint16_t convicted, const struct evidence *v)
{
    switch (v->kind) {
    case EVIDENCE_PREPARE:
    case EVIDENCE_COMMIT:
        return check_votes(v);
    case EVIDENCE_NEW_VIEW:
        return check_new_views(v);
    case EVIDENCE_BALLOT:
        return check_ballots(convicted, v);
    }
    return CONCLAVE_EFORMAT;
}

int authenticate_conflict(uint16_t convicted, const struct evidence *v)
{
    return auth_evidence_shape(convicted, v);
}

/* --- that the seat signed it --- */

/* The BALLOT lies under an env_root that the seat signed with the envelope's count. */
static int check_ballot_signature(struct authenticator *a, uint16_t seat,
                                  const struct statement *s)
{
    struct hash path[MERKLE_PATH_MAX];
    struct hash root;
    struct hash leaf = merkle_leaf(s->ballot);
    assert(s->path.size <= sizeof(path));
    if (s->path.size > 0) {
        memcpy(path, s->path.data, s->path.size);
    }
    int error =
        merkle_climb(&leaf, s->index, s->count, path, s->path.size / HASH_BYTES, &root);
    if (error != 0) {
        return error;
    }
    struct buffer body = {0};
    codec_body_envelope(&body, s->count, &root);
    error = auth_signature(a, seat, LABEL_ENVELOPE, buffer_slice(&body), &s->signature);
    buffer_free(&body);
    return error;
}

static int check_statement(struct authenticator *a, uint16_t seat, enum evidence_kind kind,
                           const struct statement *s)
{
    switch (kind) {
    case EVIDENCE_PREPARE:
        return auth_signature(a, seat, LABEL_PREPARE, s->body, &s->signature);
    case EVIDENCE_COMMIT:
        return auth_signature(a, seat, LABEL_COMMIT, s->body, &s->signature);
    case EVIDENCE_NEW_VIEW:
        return auth_signature(a, seat, LABEL_NEW_VIEW, s->body, &s->signature);
    case EVIDENCE_BALLOT:
        break;
    }
    return check_ballot_signature(a, seat, s);
}

int auth_evidence_signatures(struct authenticator *a, uint16_t convicted,
                             const struct evidence *v)
{
    int error = check_statement(a, convicted, v->kind, &v->first);
    return error != 0 ? error : check_statement(a, convicted, v->kind, &v->second);
}
