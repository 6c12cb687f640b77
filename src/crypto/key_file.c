/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "base/private_file.h"
#include "crypto/key.h"
#include "crypto/secret.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define KEY_FILE_KIND   "conclave-key-"
#define KEY_FILE_PREFIX KEY_FILE_KIND "1 "

enum {
    KEY_FILE_PREFIX_BYTES = sizeof(KEY_FILE_PREFIX) - 1,
    KEY_FILE_HEX_BYTES = 2 * crypto_sign_SEEDBYTES,
    KEY_FILE_BYTES = KEY_FILE_PREFIX_BYTES + KEY_FILE_HEX_BYTES + 1,
};

int key_save(const struct secret_key *k, const char *path, struct complaint *why)
{
    char *text = secret_alloc(KEY_FILE_BYTES + 1);
    memcpy(text, KEY_FILE_PREFIX, KEY_FILE_PREFIX_BYTES);
    sodium_bin2hex(text + KEY_FILE_PREFIX_BYTES, KEY_FILE_HEX_BYTES + 1, k->sign,
                   crypto_sign_SEEDBYTES);
    text[KEY_FILE_BYTES - 1] = '\n';
    int error = private_file_create(path, "key file", slice_of(text, KEY_FILE_BYTES), why);
    secret_free(text);
    return error;
}

/* conclave-key-2 and so on. */
static bool is_later(const char *text, size_t size)
{
    size_t kind = sizeof(KEY_FILE_KIND) - 1, digits = 0;
    while (kind + digits < size && text[kind + digits] >= '0' &&
           text[kind + digits] <= '9') {
        digits++;
    }
    bool is_key = size > kind && memcmp(text, KEY_FILE_KIND, kind) == 0 && digits > 0 &&
                  text[kind] != '0' && kind + digits < size && text[kind + digits] == ' ';
    return is_key && (digits > 1 || text[kind] > '1');
}

static int read_file(int fd, const char *path, struct secret_key **out,
                     struct complaint *why)
{
    enum { SEED_AT = KEY_FILE_BYTES + 1 };
    /* One byte more than a key file has, so that a longer one shows. */
    char *text = secret_alloc(SEED_AT + crypto_sign_SEEDBYTES);
    uint8_t *seed = (uint8_t *)text + SEED_AT;
    int error = 0;
    ssize_t size = private_file_read(fd, text, KEY_FILE_BYTES + 1);
    if (size < 0) {
        error = complain(why, CONCLAVE_EIO, "%s: %s", path, strerror(errno));
    } else if (is_later(text, (size_t)size)) {
        error = complain(why, CONCLAVE_EVERSION,
                         "%s: is a key file of a later version, and this one reads "
                         "\"" KEY_FILE_PREFIX "\": upgrade to a version that has it",
                         path);
    } else if (size != KEY_FILE_BYTES || text[KEY_FILE_BYTES - 1] != '\n' ||
               memcmp(text, KEY_FILE_PREFIX, KEY_FILE_PREFIX_BYTES) != 0 ||
               hex_decode(seed, crypto_sign_SEEDBYTES, text + KEY_FILE_PREFIX_BYTES,
                          KEY_FILE_HEX_BYTES) != 0) {
        error =
            complain(why, CONCLAVE_EFORMAT,
                     "%s: is not a key file: expected one line, \"" KEY_FILE_PREFIX
                     "\" and %d hexadecimal digits; bring the seat's key back, or make one "
                     "for a new seat with: conclave keygen",
                     path, KEY_FILE_HEX_BYTES);
    } else {
        *out = key_from_seed(seed);
    }
    secret_free(text);
    return error;
}

int key_load(const char *path, struct secret_key **out, struct complaint *why)
{
    int fd = -1;
    int error = private_file_open(path, "key file", &fd, why);
    if (error == CONCLAVE_ENOENT) {
        return complain(why, error,
                        "%s: no such key file; bring the seat's key back, or make one for "
                        "a new seat with: conclave keygen",
                        path);
    }
    if (error == 0) {
        error = read_file(fd, path, out, why);
        (void)close(fd);
    }
    return error;
}
