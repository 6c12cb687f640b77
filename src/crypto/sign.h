/* SPDX-License-Identifier: ISC */
/*
 * Ed25519 over byte length of label || label || council_id || body
 * (conclave-protocol(7) section 2), and the memory of what was verified already.
 */
#ifndef CONCLAVE_CRYPTO_SIGN_H
#define CONCLAVE_CRYPTO_SIGN_H

#include "crypto/key.h"

void sign_body(const struct secret_key *k, const char *label, const struct hash *council_id,
               struct slice body, struct signature *out);
/* 0 or CONCLAVE_ESIG; exactly crypto_sign_verify_detached of libsodium 1.0.18. */
int sign_verify(const struct public_key *k, const char *label,
                const struct hash *council_id, struct slice body,
                const struct signature *signature);

/* The text of a signed note, which begins with a printable character and so is no framed
 * body: the first byte of those is a length below 0x20. */
void sign_note(const struct secret_key *k, struct slice text, struct signature *out);
int sign_check_note(const struct public_key *k, struct slice text,
                    const struct signature *signature);

/* A bounded set of (key, label, body, signature) that were found good, so that none is
 * checked twice. Keyed by a BLAKE2b digest under a random key; the oldest go first. */
struct verified_set;
struct verified_set *verified_set_new(size_t capacity);
void verified_set_free(struct verified_set *s);
/* As sign_verify, but remembers. checks, when not NULL, counts real verifications. */
int verified_set_check(struct verified_set *s, const struct public_key *k,
                       const char *label, const struct hash *council_id, struct slice body,
                       const struct signature *signature, uint64_t *checks);
/* Enters a signature of this seat's own. */
void verified_set_add(struct verified_set *s, const struct public_key *k, const char *label,
                      const struct hash *council_id, struct slice body,
                      const struct signature *signature);

#endif
