/* SPDX-License-Identifier: ISC */
/*
 * Noise_IK_25519_ChaChaPoly_BLAKE2b (Noise specification, revision 34) without I/O:
 * the channel of conclave-protocol(7) section 4. One handshake object becomes one
 * transport. BLAKE2b is the 64-byte one.
 */
#ifndef CONCLAVE_CRYPTO_NOISE_H
#define CONCLAVE_CRYPTO_NOISE_H

#include "crypto/key.h"

enum {
    NOISE_TAG_BYTES = 16,
    NOISE_MESSAGE_MAX = 65535,
    NOISE_PAYLOAD_MAX = NOISE_MESSAGE_MAX - NOISE_TAG_BYTES,
    NOISE_HANDSHAKE_1_BYTES = 32 + 48 + NOISE_TAG_BYTES, /* e, es, s, ss, without payload */
    NOISE_HANDSHAKE_2_BYTES = 32 + NOISE_TAG_BYTES,      /* e, ee, se, without payload */
    NOISE_REKEY_MESSAGES = 1 << 20,
};

struct noise;

/* The initiator knows the responder's X25519 key. prologue is hashed in at once. */
struct noise *noise_initiator(const struct secret_key *k, const uint8_t remote[32],
                              struct slice prologue);
struct noise *noise_responder(const struct secret_key *k, struct slice prologue);
void noise_free(struct noise *n);

/* For the published vectors alone: fixes the ephemeral key. */
void noise_fix_ephemeral(struct noise *n, const uint8_t secret[32]);
/* As the constructors, from raw X25519 static secrets, for the vectors alone. */
struct noise *noise_raw(bool initiator, const uint8_t secret[32], const uint8_t *remote,
                        struct slice prologue);

/* Handshake: the initiator writes first, then reads; the responder the reverse. Payloads
 * carry the instance id. Appends to out. 0 or CONCLAVE_ESIG (closed for good), _ESTATE. */
int noise_handshake_write(struct noise *n, struct slice payload, struct buffer *out);
int noise_handshake_read(struct noise *n, struct slice message, struct buffer *payload);
bool noise_is_established(const struct noise *n);
/* The other side's X25519 key: for a responder after the first read. */
const uint8_t *noise_remote(const struct noise *n);
/* The handshake hash h, 64 bytes, for the vectors. */
const uint8_t *noise_hash(const struct noise *n);

/* Transport. Rekeys by itself every NOISE_REKEY_MESSAGES messages in each direction.
 * plaintext at most NOISE_PAYLOAD_MAX. Appends to out. 0, CONCLAVE_ESIG, _ELIMIT, _ESTATE.
 */
int noise_encrypt(struct noise *n, struct slice plaintext, struct buffer *out);
int noise_decrypt(struct noise *n, struct slice message, struct buffer *out);

#endif
