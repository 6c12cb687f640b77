/* SPDX-License-Identifier: ISC */
/*
 * Bytes to structs and back, conclave-protocol(7) sections 3, 5 and 6. Decoding checks
 * lengths, shape, determinism, text rules, kinds and ranges that need no charter, and
 * refuses trailing bytes. It computes no hash and checks no signature: crypto does that
 * next (crypto/authenticate.h) and fills the hash fields.
 *
 * Decoders return 0 or CONCLAVE_EFORMAT, _ECANON, _ELIMIT, _ETEXT, _ETRAILING (a header's
 * also _EVERSION), and leave *out untouched or cleared on error. owner is the bytes object
 * that input points into; a decoded object takes its own reference to it.
 */
#ifndef CONCLAVE_WIRE_CODEC_H
#define CONCLAVE_WIRE_CODEC_H

#include "wire/cbor.h"
#include "wire/message.h"

/* A whole frame's content. On success the caller ends with message_clear. */
int codec_decode_message(struct bytes *owner, struct slice input, struct message *out);
/* Likewise, but an envelope with bytes that find() knows, alone or in a block, is the one
 * that it returns (borrowed; NULL: not known) and is not decoded again. */
struct known_envelopes {
    struct envelope *(*find)(void *context, struct slice encoding);
    void *context;
};
int codec_decode_message_with(struct bytes *owner, struct slice input,
                              const struct known_envelopes *known, struct message *out);
/* Whether what could not be decoded begins as a message whose tag is above all those known:
 * conclave-protocol(7), What may change. */
bool codec_is_later_message(struct slice input);
void codec_encode_message(struct buffer *out, const struct message *m);

/* [kind, seat, body]; slices in *out point into input. */
int codec_decode_operation(struct slice input, struct operation *out);
void codec_encode_operation(struct buffer *out, const struct operation *op);

/* Which envelopes an operation travels in (section 5). */
enum envelope_sort codec_sort_of(enum operation_kind kind);
/* [seat, [operation, ...], signature]; every operation is decoded once to check it. The
 * hashes of the result are zero. */
int codec_decode_envelope(struct bytes *owner, struct slice input, struct envelope **out);
/* Encodes from already encoded operations. A NULL signature makes an unsigned one. */
void codec_encode_envelope(struct buffer *out, uint16_t seat,
                           const struct slice *operations, size_t count,
                           const struct signature *signature);

/* [header, [envelope, ...]]; hash fields of the result are zero. */
int codec_decode_block(struct bytes *owner, struct slice input, struct block **out);
void codec_encode_block(struct buffer *out, const struct header *header,
                        struct envelope *const *envelopes, size_t count);
void codec_encode_header(struct buffer *out, const struct header *h);
int codec_decode_header(struct slice input, struct header *out);

/* [kind, view, height, hash, [[seat, signature], ...]] */
void codec_encode_certificate(struct buffer *out, const struct certificate *c);
int codec_decode_certificate(struct slice input, struct certificate **out);

/* [view, tip, [[seat, view, best, signature], ...], certificate or [], signature] */
void codec_encode_new_view(struct buffer *out, const struct new_view *v);
int codec_decode_new_view(struct slice input, struct new_view **out);

/* [seat, view, best, signature] */
void codec_encode_view_change(struct buffer *out, const struct view_change *c);
int codec_decode_view_change(struct slice input, struct view_change *out);

/* [kind, view, height, hash] */
void codec_encode_best(struct buffer *out, const struct best *b);
/* [choice, confidence, rationale] */
void codec_encode_ballot(struct buffer *out, const struct ballot *b);

/* The signed bodies of section 6, and what is hashed. */
void codec_body_vote(struct buffer *out, uint64_t view, uint64_t height,
                     const struct hash *block);
void codec_body_view_change(struct buffer *out, uint64_t view, const struct best *best);
void codec_body_new_view(struct buffer *out, uint64_t view, const struct hash *tip,
                         const struct hash *changes_hash);
void codec_body_envelope(struct buffer *out, uint64_t count, const struct hash *env_root);
/* Two of them back from bytes, for what EVIDENCE shows; fields that the body does not have
 * are zero, all of them on error. */
struct new_view_body {
    uint64_t view;
    struct hash tip, changes_hash;
};
int codec_decode_body_vote(struct slice input, struct vote *out);
int codec_decode_body_new_view(struct slice input, struct new_view_body *out);
/* The array of VIEW-CHANGEs whose hash a NEW-VIEW signs. */
void codec_view_changes(struct buffer *out, const struct view_change *changes,
                        size_t count);
/* [seat, count, env_root, signature]: a leaf of ops_root. */
void codec_envelope_leaf(struct buffer *out, const struct envelope *e);
/* [council_id, proposal_id, seat, ballot, nonce]: what a commitment hashes. */
void codec_commitment(struct buffer *out, const struct hash *council_id,
                      const struct hash *proposal, uint16_t seat,
                      const struct ballot *ballot, const uint8_t nonce[BALLOT_NONCE_BYTES]);

#endif
