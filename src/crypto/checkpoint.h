/* SPDX-License-Identifier: ISC */
/*
 * The checkpoint of the public log that a seat signs: the text of a C2SP tlog-checkpoint
 * over the tree of decisions, conclave-protocol(7) section 12. It is the one thing that is
 * signed without a label: its first byte is printable, and a label's length never is.
 */
#ifndef CONCLAVE_CRYPTO_CHECKPOINT_H
#define CONCLAVE_CRYPTO_CHECKPOINT_H

#include "crypto/key.h"
#include "wire/message.h"

/* "conclave/" and the council_id in hexadecimal, with its zero. */
enum { CHECKPOINT_ORIGIN_BYTES = 9 + 2 * HASH_BYTES + 1 };
void checkpoint_origin(const struct hash *council_id, char out[CHECKPOINT_ORIGIN_BYTES]);
/* Appends the text: origin, size in decimal and root in base64, a line each. */
void checkpoint_text(struct buffer *out, const struct hash *council_id, uint64_t size,
                     const struct hash *root);

/* Fills v->signature. */
void checkpoint_sign(const struct secret_key *k, const struct hash *council_id,
                     struct checkpoint_vote *v);
/* 0 or CONCLAVE_ESIG. */
int checkpoint_check(const struct public_key *k, const struct hash *council_id,
                     const struct checkpoint_vote *v);

#endif
