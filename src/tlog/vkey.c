/* SPDX-License-Identifier: ISC */
#include "tlog/vkey.h"

#include "crypto/sign.h"
#include "tlog/lines.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { ID_DIGITS = 8, MATERIAL_BYTES = 1 + PUBLIC_KEY_BYTES };

uint32_t vkey_id(struct slice name, enum vkey_type type, const struct public_key *key)
{
    const uint8_t between[2] = {'\n', (uint8_t)type};
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, name.data, name.size);
    crypto_hash_sha256_update(&state, between, sizeof(between));
    crypto_hash_sha256_update(&state, key->bytes, sizeof(key->bytes));
    crypto_hash_sha256_final(&state, digest);
    return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
           (uint32_t)digest[2] << 8 | digest[3];
}

struct vkey vkey_of(struct slice name, enum vkey_type type, const struct public_key *key)
{
    return (struct vkey){
        .name = name, .id = vkey_id(name, type, key), .type = type, .key = *key};
}

/* In lower case, as it is compared when a vkey is read. */
static void id_text(uint32_t id, char out[ID_DIGITS + 1])
{
    (void)snprintf(out, ID_DIGITS + 1, "%08x", (unsigned)id);
}

void vkey_encode(struct buffer *out, const struct vkey *v)
{
    char id[ID_DIGITS + 1];
    uint8_t material[MATERIAL_BYTES] = {(uint8_t)v->type};
    memcpy(material + 1, v->key.bytes, PUBLIC_KEY_BYTES);
    id_text(v->id, id);
    buffer_append_slice(out, v->name);
    lines_write_text(out, "+");
    lines_write_text(out, id);
    lines_write_text(out, "+");
    lines_write_base64(out, slice_of(material, sizeof(material)));
}

/* What is left of the first "+" of *rest; the name has none. */
static bool take_field(struct slice *rest, struct slice *field)
{
    const uint8_t *plus = rest->size > 0 ? memchr(rest->data, '+', rest->size) : NULL;
    if (plus == NULL) {
        return false;
    }
    size_t length = (size_t)(plus - rest->data);
    *field = slice_of(rest->data, length);
    *rest = slice_of(plus + 1, rest->size - length - 1);
    return true;
}

static int parse_material(struct slice material, struct vkey *out, struct complaint *why)
{
    if (material.size == 0 ||
        (material.data[0] != VKEY_NOTE && material.data[0] != VKEY_COSIGNATURE)) {
        return complain(why, CONCLAVE_EVERSION,
                        "the vkey's type is none of 1 (Ed25519) and 4 (cosignature/v1)");
    }
    if (material.size != MATERIAL_BYTES) {
        return complain(why, CONCLAVE_EFORMAT, "the vkey's key has %zu bytes, not %d",
                        material.size - 1, PUBLIC_KEY_BYTES);
    }
    out->type = material.data[0] == VKEY_NOTE ? VKEY_NOTE : VKEY_COSIGNATURE;
    memcpy(out->key.bytes, material.data + 1, PUBLIC_KEY_BYTES);
    if (!key_is_valid(&out->key)) {
        return complain(why, CONCLAVE_EFORMAT,
                        "the vkey's key is no Ed25519 key: copy the vkey again");
    }
    return 0;
}

int vkey_parse(struct slice text, struct vkey *out, struct complaint *why)
{
    struct slice id;
    struct buffer material = {0};
    char expected[ID_DIGITS + 1];
    memset(out, 0, sizeof(*out));
    if (!take_field(&text, &out->name) || !take_field(&text, &id) ||
        !note_name_is_valid(out->name) || lines_base64(text, &material) != 0) {
        buffer_free(&material);
        return complain(why, CONCLAVE_EFORMAT,
                        "a vkey is NAME+ID+BASE64, the id of 8 hexadecimal digits");
    }
    int error = parse_material(buffer_slice(&material), out, why);
    buffer_free(&material);
    if (error != 0) {
        return error;
    }
    out->id = vkey_id(out->name, out->type, &out->key);
    id_text(out->id, expected);
    if (!slice_equal(id, slice_of_string(expected))) {
        return complain(why, CONCLAVE_EFORMAT,
                        "the vkey's id is not that of its name and key, %s: copy it again",
                        expected);
    }
    return 0;
}

static void cosigned_text(struct buffer *out, uint64_t seconds, struct slice text)
{
    lines_write_text(out, "cosignature/v1\ntime ");
    lines_write_number(out, seconds);
    lines_write_text(out, "\n");
    buffer_append_slice(out, text);
}

static int verify_cosignature(const struct vkey *v, struct slice text,
                              struct slice signature, uint64_t *seconds)
{
    struct signature s;
    struct buffer cosigned = {0};
    uint64_t time = 0;
    if (signature.size != COSIGNATURE_BYTES) {
        return CONCLAVE_ESIG;
    }
    for (size_t i = 0; i < 8; i++) {
        time = time << 8 | signature.data[i];
    }
    if (time > LINES_NUMBER_MAX) {
        return CONCLAVE_ESIG;
    }
    memcpy(s.bytes, signature.data + 8, SIGNATURE_BYTES);
    cosigned_text(&cosigned, time, text);
    int error = sign_check_note(&v->key, buffer_slice(&cosigned), &s);
    buffer_free(&cosigned);
    *seconds = error == 0 ? time : 0;
    return error;
}

static int verify_plain(const struct vkey *v, struct slice text, struct slice signature)
{
    struct signature s;
    if (signature.size != SIGNATURE_BYTES) {
        return CONCLAVE_ESIG;
    }
    memcpy(s.bytes, signature.data, SIGNATURE_BYTES);
    return sign_check_note(&v->key, text, &s);
}

int vkey_verify(const struct vkey *v, struct slice text, const struct note_line *line,
                uint64_t *seconds)
{
    uint64_t time = 0;
    int error = 0;
    if (line->key_id != v->id || !slice_equal(line->name, v->name)) {
        return CONCLAVE_ENOENT;
    }
    switch (v->type) {
    case VKEY_NOTE:
        error = verify_plain(v, text, line->signature);
        break;
    case VKEY_COSIGNATURE:
        error = verify_cosignature(v, text, line->signature, &time);
        break;
    }
    if (seconds != NULL) {
        *seconds = time;
    }
    return error;
}

void vkey_cosign(const struct secret_key *k, struct slice text, uint64_t seconds,
                 uint8_t out[COSIGNATURE_BYTES])
{
    struct signature s;
    struct buffer cosigned = {0};
    for (size_t i = 0; i < 8; i++) {
        out[i] = (uint8_t)(seconds >> (8 * (7 - i)));
    }
    cosigned_text(&cosigned, seconds, text);
    sign_note(k, buffer_slice(&cosigned), &s);
    memcpy(out + 8, s.bytes, SIGNATURE_BYTES);
    buffer_free(&cosigned);
}
