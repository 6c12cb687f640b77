/* SPDX-License-Identifier: ISC */
#include "alert/signature.h"

#include "base/alloc.h"
#include "base/private_file.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SECRET_MIN = 24, /* bytes, as the standard has it */
    SECRET_MAX = 64,
    LINE_MAX_BYTES = 256, /* of a file: more than any of them has */
    SECRET_BASE64 = sodium_base64_ENCODED_LEN(SECRET_MAX, sodium_base64_VARIANT_ORIGINAL),
};

struct signing_key {
    enum signing_kind kind;
    size_t size;
    uint8_t bytes[SECRET_MAX]; /* Ed25519: seed and public key, as libsodium has them */
};

static const char *const prefixes[] = {
    [SIGNING_HMAC] = "whsec_", [SIGNING_ED25519] = "whsk_"};

static struct signing_key *new_key(enum signing_kind kind)
{
    struct signing_key *k = sodium_malloc(sizeof(*k));
    if (k == NULL) {
        alloc_exhausted();
    }
    memset(k, 0, sizeof(*k));
    k->kind = kind;
    return k;
}

void signing_key_free(struct signing_key *k)
{
    sodium_free(k);
}

enum signing_kind signing_key_kind(const struct signing_key *k)
{
    return k->kind;
}

/* The sizes, and a public key that belongs to the seed. */
static bool complete(struct signing_key *k)
{
    if (k->kind == SIGNING_HMAC) {
        return k->size >= SECRET_MIN;
    }
    uint8_t public[crypto_sign_PUBLICKEYBYTES], pair[crypto_sign_SECRETKEYBYTES];
    bool good = k->size == crypto_sign_SEEDBYTES || k->size == sizeof(pair);
    if (good) {
        (void)crypto_sign_seed_keypair(public, pair, k->bytes);
        good = k->size == crypto_sign_SEEDBYTES || sodium_memcmp(pair, k->bytes, 64) == 0;
        memcpy(k->bytes, pair, sizeof(pair));
        k->size = sizeof(pair);
        sodium_memzero(pair, sizeof(pair));
    }
    return good;
}

int signing_key_parse(struct slice text, const char *where, struct signing_key **out,
                      struct complaint *why)
{
    const char *s = (const char *)text.data;
    size_t size = text.size;
    size -= size > 0 && s[size - 1] == '\n';
    size -= size > 0 && s[size - 1] == '\r';
    for (int kind = SIGNING_HMAC; kind <= SIGNING_ED25519; kind++) {
        size_t skip = strlen(prefixes[kind]);
        if (size < skip || memcmp(s, prefixes[kind], skip) != 0) {
            continue;
        }
        struct signing_key *k = new_key((enum signing_kind)kind);
        if (sodium_base642bin(k->bytes, sizeof(k->bytes), s + skip, size - skip, NULL,
                              &k->size, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
            complete(k)) {
            *out = k;
            return 0;
        }
        signing_key_free(k);
    }
    return complain(why, CONCLAVE_EFORMAT,
                    "%s: is no webhook secret: expected one line, whsec_ and 24 to 64 "
                    "bytes in base64, or whsk_ and an Ed25519 key; make one with: conclave "
                    "alert keygen",
                    where);
}

int signing_key_load(const char *path, struct signing_key **out, struct complaint *why)
{
    int fd = -1, error = private_file_open(path, "secret's file", &fd, why);
    if (error == CONCLAVE_ENOENT) {
        return complain(why, error,
                        "%s: there is no such secret; bring it here, or make one with: "
                        "conclave alert keygen",
                        path);
    }
    if (error != 0) {
        return error;
    }
    char *text = sodium_malloc(LINE_MAX_BYTES);
    if (text == NULL) {
        alloc_exhausted();
    }
    ssize_t size = private_file_read(fd, text, LINE_MAX_BYTES);
    error = size < 0 ? complain(why, CONCLAVE_EIO, "%s: %s", path, strerror(errno))
                     : signing_key_parse(slice_of(text, (size_t)size), path, out, why);
    sodium_free(text);
    (void)close(fd);
    return error;
}

struct signing_key *signing_key_generate(enum signing_kind kind)
{
    struct signing_key *k = new_key(kind);
    k->size = 32;
    randombytes_buf(k->bytes, k->size);
    (void)complete(k);
    return k;
}

int signing_key_save(const struct signing_key *k, const char *path, struct complaint *why)
{
    char *text = sodium_malloc(LINE_MAX_BYTES);
    if (text == NULL) {
        alloc_exhausted();
    }
    size_t used = strlen(prefixes[k->kind]);
    memcpy(text, prefixes[k->kind], used);
    (void)sodium_bin2base64(text + used, SECRET_BASE64, k->bytes, k->size,
                            sodium_base64_VARIANT_ORIGINAL);
    used += strlen(text + used);
    text[used++] = '\n';
    int error = private_file_create(path, "secret's file", slice_of(text, used), why);
    sodium_free(text);
    return error;
}

char *signing_key_public(const struct signing_key *k)
{
    char text[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL)];
    if (k->kind != SIGNING_ED25519) {
        return NULL;
    }
    (void)sodium_bin2base64(text, sizeof(text), k->bytes + crypto_sign_SEEDBYTES,
                            crypto_sign_PUBLICKEYBYTES, sodium_base64_VARIANT_ORIGINAL);
    return alloc_printf("whpk_%s", text);
}

/* Returns the size of the signature. */
static size_t sign(const struct signing_key *k, struct slice head, struct slice body,
                   uint8_t out[crypto_sign_BYTES])
{
    if (k->kind == SIGNING_HMAC) {
        crypto_auth_hmacsha256_state state;
        (void)crypto_auth_hmacsha256_init(&state, k->bytes, k->size);
        (void)crypto_auth_hmacsha256_update(&state, head.data, head.size);
        (void)crypto_auth_hmacsha256_update(&state, body.data, body.size);
        (void)crypto_auth_hmacsha256_final(&state, out);
        sodium_memzero(&state, sizeof(state));
        return crypto_auth_hmacsha256_BYTES;
    }
    struct buffer all = {NULL, 0, 0}; /* Ed25519 reads what it signs twice */
    buffer_append_slice(&all, head);
    buffer_append_slice(&all, body);
    (void)crypto_sign_detached(out, NULL, all.data, all.size, k->bytes);
    buffer_free(&all);
    return crypto_sign_BYTES;
}

void signature_append(struct buffer *out, const struct signing_key *k, const char *id,
                      uint64_t seconds, struct slice body)
{
    static const char *const versions[] = {
        [SIGNING_HMAC] = "v1,", [SIGNING_ED25519] = "v1a,"};
    uint8_t signature[crypto_sign_BYTES];
    char text[sodium_base64_ENCODED_LEN(crypto_sign_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    char *head = alloc_printf("%s.%" PRIu64 ".", id, seconds);
    size_t size = sign(k, slice_of_string(head), body, signature);
    (void)sodium_bin2base64(text, sizeof(text), signature, size,
                            sodium_base64_VARIANT_ORIGINAL);
    if (out->size > 0) {
        buffer_append(out, " ", 1);
    }
    buffer_append_slice(out, slice_of_string(versions[k->kind]));
    buffer_append_slice(out, slice_of_string(text));
    free(head);
}
