/* SPDX-License-Identifier: ISC */
/*
 * A seat's key: one Ed25519 pair; the X25519 pair of the channel is derived from it
 * (conclave-protocol(7) section 2). Secrets live in sodium_malloc'd memory and are
 * wiped when freed.
 */
#ifndef CONCLAVE_CRYPTO_KEY_H
#define CONCLAVE_CRYPTO_KEY_H

#include "base/error.h"
#include "wire/types.h"

struct public_key {
    uint8_t bytes[PUBLIC_KEY_BYTES];
};

struct secret_key; /* opaque, locked */

/* sodium_init; call once before anything else here. Returns 0 or CONCLAVE_EIO. */
int key_library_init(void);

struct secret_key *key_generate(void);
/* From an RFC 8032 seed, for tests and recovery. */
struct secret_key *key_from_seed(const uint8_t seed[32]);
void key_free(struct secret_key *k);
void key_public(const struct secret_key *k, struct public_key *out);

/* Canonical and of prime order. */
bool key_is_valid(const struct public_key *k);
/* The X25519 public key of an Ed25519 one; CONCLAVE_ESIG when it is invalid. */
int key_channel_public(const struct public_key *k, uint8_t out[32]);

/*
 * The key file: one line "conclave-key-1 HEX" (the 32-byte seed). key_save creates it with
 * mode 0600 and never overwrites (CONCLAVE_EEXIST), synced before it returns. key_load
 * refuses a file that group or others may access (CONCLAVE_EPERM), but for credentials of
 * systemd, or whose text is off.
 */
int key_save(const struct secret_key *k, const char *path, struct complaint *why);
int key_load(const char *path, struct secret_key **out, struct complaint *why);

#endif
