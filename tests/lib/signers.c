/* SPDX-License-Identifier: ISC */
#include "signers.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hash signers_hash(uint8_t byte)
{
    struct hash h;
    memset(h.bytes, byte, HASH_BYTES);
    return h;
}

void signers_init(struct signers *s, uint16_t seats, uint8_t council)
{
    memset(s, 0, sizeof(*s));
    s->seats = seats;
    s->quorum = (uint16_t)quorum_size(seats);
    s->council_id = signers_hash(council);
    for (uint16_t i = 0; i < seats; i++) {
        uint8_t seed[32] = {0};
        seed[0] = (uint8_t)(i + 1);
        s->secrets[i] = key_from_seed(seed);
        key_public(s->secrets[i], &s->keys[i]);
    }
    s->judge = (struct authenticator){
        .council_id = s->council_id, .seats = seats, .classes = 4, .keys = s->keys};
    s->maker = s->judge;
    s->judge.verified = verified_set_new(1024);
    s->maker.verified = verified_set_new(1024);
}

void signers_free(struct signers *s)
{
    for (uint16_t i = 0; i < s->seats; i++) {
        key_free(s->secrets[i]);
    }
    verified_set_free(s->judge.verified);
    verified_set_free(s->maker.verified);
}

void signers_sign(const struct signers *s, uint16_t seat, const char *label,
                  const struct buffer *body, struct signature *out)
{
    sign_body(s->secrets[seat - 1], label, &s->council_id, buffer_slice(body), out);
}

struct vote signers_vote(const struct signers *s, enum phase phase, uint16_t seat,
                         uint64_t view, uint64_t height, const struct hash *block)
{
    struct vote v = {
        .phase = phase, .seat = seat, .view = view, .height = height, .block = *block};
    struct buffer body = {0};
    codec_body_vote(&body, view, height, block);
    signers_sign(s, seat, phase == PHASE_PREPARE ? LABEL_PREPARE : LABEL_COMMIT, &body,
                 &v.signature);
    buffer_free(&body);
    return v;
}

struct certificate *signers_certificate(const struct signers *s, const struct best *what,
                                        uint16_t first, uint16_t count)
{
    struct certificate *c = certificate_new(count);
    c->what = *what;
    for (uint16_t i = 0; i < count; i++) {
        struct vote v =
            signers_vote(s, what->kind == CERTIFICATE_COMMIT ? PHASE_COMMIT : PHASE_PREPARE,
                         (uint16_t)(first + i), what->view, what->height, &what->block);
        c->entries[i] =
            (struct certificate_entry){.seat = v.seat, .signature = v.signature};
    }
    return c;
}

struct view_change signers_view_change(const struct signers *s, uint16_t seat,
                                       uint64_t view, const struct best *best)
{
    struct view_change c = {.seat = seat, .view = view, .best = *best};
    struct buffer body = {0};
    codec_body_view_change(&body, view, best);
    signers_sign(s, seat, LABEL_VIEW_CHANGE, &body, &c.signature);
    buffer_free(&body);
    return c;
}

void signers_new_view(const struct signers *s, uint16_t seat, struct new_view *v)
{
    struct buffer body = {0};
    struct hash changes = hash_view_changes(v->changes, v->count);
    codec_body_new_view(&body, v->view, &v->tip, &changes);
    signers_sign(s, seat, LABEL_NEW_VIEW, &body, &v->signature);
    buffer_free(&body);
}

struct buffer signers_operation(const struct operation *op)
{
    struct buffer b = {0};
    codec_encode_operation(&b, op);
    return b;
}

struct operation signers_ballot(uint16_t seat, uint8_t proposal, uint8_t commitment)
{
    struct operation op = {.kind = OPERATION_BALLOT, .seat = seat};
    op.ballot.proposal = signers_hash(proposal);
    op.ballot.commitment = signers_hash(commitment);
    return op;
}

/* Encodes all; fills env_root when it is not NULL. */
static struct bytes *encode(uint16_t seat, const struct operation *ops, size_t count,
                            const struct signature *signature, struct hash *env_root)
{
    struct buffer *parts = alloc_zero(count, sizeof(*parts));
    struct slice *slices = alloc_zero(count, sizeof(*slices));
    struct buffer encoding = {0};
    for (size_t i = 0; i < count; i++) {
        parts[i] = signers_operation(&ops[i]);
        slices[i] = buffer_slice(&parts[i]);
    }
    codec_encode_envelope(&encoding, seat, slices, count, signature);
    if (env_root != NULL) {
        *env_root = hash_operations(slices, count);
    }
    struct bytes *owner = bytes_copy(buffer_slice(&encoding));
    buffer_free(&encoding);
    for (size_t i = 0; i < count; i++) {
        buffer_free(&parts[i]);
    }
    free(parts);
    free(slices);
    return owner;
}

struct envelope *signers_raw_envelope(uint16_t seat, const struct operation *ops,
                                      size_t count, const struct signature *signature)
{
    struct bytes *owner = encode(seat, ops, count, signature, NULL);
    struct envelope *e = NULL;
    int error = codec_decode_envelope(owner, bytes_slice(owner), &e);
    if (error != 0) {
        printf("Bail out! the codec refuses an envelope: %s\n", error_text(error));
        exit(99);
    }
    bytes_unref(owner);
    return e;
}

struct envelope *signers_envelope(const struct signers *s, uint16_t seat, uint16_t signer,
                                  const struct operation *ops, size_t count)
{
    if (codec_sort_of(ops[0].kind) == ENVELOPE_UNSIGNED) {
        return signers_raw_envelope(seat, ops, count, NULL);
    }
    struct hash env_root;
    struct signature signature;
    struct buffer body = {0};
    bytes_unref(encode(seat, ops, count, NULL, &env_root));
    codec_body_envelope(&body, count, &env_root);
    signers_sign(s, signer, LABEL_ENVELOPE, &body, &signature);
    buffer_free(&body);
    return signers_raw_envelope(seat, ops, count, &signature);
}
