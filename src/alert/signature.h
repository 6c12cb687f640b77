/* SPDX-License-Identifier: ISC */
/*
 * Signatures of webhooks, after Standard Webhooks 1.0.0: over "ID.SECONDS.BODY", by
 * HMAC-SHA256 with a secret that both sides have ("v1", secrets are written whsec_...), or
 * by Ed25519 with a key that only the sender has ("v1a", whsk_..., and whpk_... for who
 * verifies). Secrets live in sodium_malloc'd memory.
 */
#ifndef CONCLAVE_ALERT_SIGNATURE_H
#define CONCLAVE_ALERT_SIGNATURE_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

struct signing_key;

enum signing_kind { SIGNING_HMAC, SIGNING_ED25519 };

/* One line, whsec_ or whsk_ and base64; a line feed may follow. whsk_ has the 64 bytes of
 * seed and public key, or the seed alone. where names the place in the complaint. */
int signing_key_parse(struct slice text, const char *where, struct signing_key **out,
                      struct complaint *why);
/* From a file as private_file_open takes it. */
int signing_key_load(const char *path, struct signing_key **out, struct complaint *why);
struct signing_key *signing_key_generate(enum signing_kind kind);
/* Writes it as signing_key_load reads it, and never overwrites. */
int signing_key_save(const struct signing_key *k, const char *path, struct complaint *why);
void signing_key_free(struct signing_key *k);
enum signing_kind signing_key_kind(const struct signing_key *k);
/* "whpk_...", the caller frees; NULL where there is no public part. */
char *signing_key_public(const struct signing_key *k);

/* Appends "v1,BASE64" or "v1a,BASE64", behind a space where out is not empty. */
void signature_append(struct buffer *out, const struct signing_key *k, const char *id,
                      uint64_t seconds, struct slice body);

#endif
