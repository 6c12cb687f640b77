/* SPDX-License-Identifier: ISC */
#include "wire/codec_parts.h"

#include <string.h>

void codec_body_vote(struct buffer *out, uint64_t view, uint64_t height,
                     const struct hash *block)
{
    cbor_write_array(out, 3);
    cbor_write_uint(out, view);
    cbor_write_uint(out, height);
    write_hash(out, block);
}

int codec_decode_body_vote(struct slice input, struct vote *out)
{
    struct cbor_reader r;
    memset(out, 0, sizeof(*out));
    cbor_read_begin(&r, input);
    cbor_read_array_of(&r, 3);
    out->view = cbor_read_uint(&r, UINT64_MAX);
    out->height = cbor_read_uint(&r, UINT64_MAX);
    read_hash(&r, &out->block);
    return cbor_read_end(&r);
}

void codec_body_view_change(struct buffer *out, uint64_t view, const struct best *best)
{
    cbor_write_array(out, 2);
    cbor_write_uint(out, view);
    codec_encode_best(out, best);
}

void codec_body_new_view(struct buffer *out, uint64_t view, const struct hash *tip,
                         const struct hash *changes_hash)
{
    cbor_write_array(out, 3);
    cbor_write_uint(out, view);
    write_hash(out, tip);
    write_hash(out, changes_hash);
}

int codec_decode_body_new_view(struct slice input, struct new_view_body *out)
{
    struct cbor_reader r;
    memset(out, 0, sizeof(*out));
    cbor_read_begin(&r, input);
    cbor_read_array_of(&r, 3);
    out->view = cbor_read_uint(&r, UINT64_MAX);
    read_hash(&r, &out->tip);
    read_hash(&r, &out->changes_hash);
    return cbor_read_end(&r);
}

void codec_body_envelope(struct buffer *out, uint64_t count, const struct hash *env_root)
{
    cbor_write_array(out, 2);
    cbor_write_uint(out, count);
    write_hash(out, env_root);
}

void codec_envelope_leaf(struct buffer *out, const struct envelope *e)
{
    size_t signature_size = e->sort == ENVELOPE_SIGNED ? SIGNATURE_BYTES : 0;
    cbor_write_array(out, 4);
    cbor_write_uint(out, e->seat);
    cbor_write_uint(out, e->count);
    write_hash(out, &e->env_root);
    write_blob(out, e->signature.bytes, signature_size);
}

void codec_commitment(struct buffer *out, const struct hash *council_id,
                      const struct hash *proposal, uint16_t seat,
                      const struct ballot *ballot, const uint8_t nonce[BALLOT_NONCE_BYTES])
{
    cbor_write_array(out, 5);
    write_hash(out, council_id);
    write_hash(out, proposal);
    cbor_write_uint(out, seat);
    codec_encode_ballot(out, ballot);
    write_blob(out, nonce, BALLOT_NONCE_BYTES);
}
