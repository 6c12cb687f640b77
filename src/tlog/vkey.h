/* SPDX-License-Identifier: ISC */
/*
 * Verifier keys of signed notes, NAME+KEYID+BASE64(type || public key), of the two types
 * made of Ed25519: a note's plain signature, https://c2sp.org/signed-note@v1.0.0, and a
 * witness's timestamped one, https://c2sp.org/tlog-cosignature@v1.0.0.
 */
#ifndef CONCLAVE_TLOG_VKEY_H
#define CONCLAVE_TLOG_VKEY_H

#include "crypto/key.h"
#include "tlog/note.h"

enum vkey_type { VKEY_NOTE = 0x01, VKEY_COSIGNATURE = 0x04 };

struct vkey {
    struct slice name;
    uint32_t id;
    enum vkey_type type;
    struct public_key key;
};

/* SHA-256(name || 0x0a || type || key), its first four bytes. */
uint32_t vkey_id(struct slice name, enum vkey_type type, const struct public_key *key);
/* With the id that belongs to it. */
struct vkey vkey_of(struct slice name, enum vkey_type type, const struct public_key *key);
void vkey_encode(struct buffer *out, const struct vkey *v);
/* name points into text. 0; CONCLAVE_EVERSION for another type of key, _EFORMAT for what is
 * no vkey, an id that is not its key's and a key that is not canonical and of prime
 * order. */
int vkey_parse(struct slice text, struct vkey *out, struct complaint *why);

/* 0; CONCLAVE_ENOENT where name or id of the line are not the key's, _ESIG. seconds, when
 * not NULL, gets a cosignature's time since the epoch, else 0. */
int vkey_verify(const struct vkey *v, struct slice text, const struct note_line *line,
                uint64_t *seconds);

/* A cosignature of a checkpoint's text as it stands in a line: time, then signature. */
enum { COSIGNATURE_BYTES = 8 + SIGNATURE_BYTES };
void vkey_cosign(const struct secret_key *k, struct slice text, uint64_t seconds,
                 uint8_t out[COSIGNATURE_BYTES]);

#endif
