/* SPDX-License-Identifier: ISC */
#include "conclave/manifest.h"

#include "conclave/files.h"
#include "conclave/node.h"
#include "ledger/ledger.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_MAX = 64 * 1024, READ_BYTES = 64 * 1024 };

/* SHA-256, since sha256sum(1) is everywhere. */
static int sum_file(const char *path, uint64_t *size,
                    char hex[2 * crypto_hash_sha256_BYTES + 1], struct complaint *why)
{
    static uint8_t bytes[READ_BYTES];
    uint8_t sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return complain(why, errno == ENOENT ? CONCLAVE_ENOENT : CONCLAVE_EIO,
                        "cannot read %s: %s", path, strerror(errno));
    }
    (void)crypto_hash_sha256_init(&state);
    *size = 0;
    for (size_t got; (got = fread(bytes, 1, sizeof(bytes), file)) > 0;) {
        (void)crypto_hash_sha256_update(&state, bytes, got);
        *size += got;
    }
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    (void)crypto_hash_sha256_final(&state, sum);
    (void)sodium_bin2hex(hex, 2 * sizeof(sum) + 1, sum, sizeof(sum));
    return failed ? complain(why, CONCLAVE_EIO, "cannot read %s to its end", path) : 0;
}

int manifest_add(json_t *manifest, const char *dir, const char *name, struct complaint *why)
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    uint64_t size = 0;
    char *path = file_join(dir, name);
    int error = sum_file(path, &size, hex, why);
    free(path);
    if (error == 0) {
        json_t *file = json_pack("{s:I,s:s}", "bytes", (json_int_t)size, "sha256", hex);
        (void)json_object_set_new(json_object_get(manifest, "files"), name, file);
    }
    return error;
}

static int check_file(const char *dir, const char *name, const json_t *file,
                      struct complaint *why)
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    uint64_t size = 0;
    /* The names are ours; a manifest that says otherwise leads nowhere else. */
    if (name[0] == '.' || strchr(name, '/') != NULL) {
        return complain(why, CONCLAVE_EFORMAT, "%s/%s: names a file \"%s\"", dir,
                        MANIFEST_NAME, name);
    }
    char *path = file_join(dir, name);
    int error = sum_file(path, &size, hex, why);
    if (error == 0 && ((json_int_t)size != member_number(file, "bytes") ||
                       strcmp(hex, member_text(file, "sha256")) != 0)) {
        error = complain(why, CONCLAVE_ECORRUPT,
                         "%s: is not as it was when the backup was taken: use another "
                         "backup",
                         path);
    }
    free(path);
    return error;
}

/* A later build's: told before anything is made of it. */
static int check_formats(const char *dir, const json_t *manifest, struct complaint *why)
{
    const json_t *files = json_object_get(manifest, "files");
    json_int_t format = member_number(manifest, "format"),
               store = member_number(manifest, "store_format");
    const char *by = member_text(manifest, "version");
    if (format > MANIFEST_FORMAT || store > LEDGER_FORMAT) {
        return complain(why, CONCLAVE_EVERSION,
                        "%s: a backup of format %lld with a store of format %lld, and this "
                        "build reads up to format %d and stores up to format %d: use "
                        "conclave %.32s, which made it, or a later one",
                        dir, (long long)format, (long long)store, MANIFEST_FORMAT,
                        LEDGER_FORMAT, by);
    }
    if (format != MANIFEST_FORMAT || json_object_get(files, MANIFEST_DATA) == NULL ||
        json_object_get(files, MANIFEST_CHARTER) == NULL) {
        return complain(why, CONCLAVE_EFORMAT,
                        "%s: its %s is not one that conclave backup wrote: use another "
                        "backup",
                        dir, MANIFEST_NAME);
    }
    return 0;
}

int manifest_read(const char *dir, json_t **out, struct complaint *why)
{
    const char *name;
    json_t *file;
    char *path = file_join(dir, MANIFEST_NAME);
    int error = file_read_json(path, MANIFEST_MAX, out, why);
    if (error == CONCLAVE_ENOENT) {
        error =
            complain(why, error, "%s: there is no backup here (no %s)", dir, MANIFEST_NAME);
    }
    free(path);
    if (error != 0) {
        return error;
    }
    json_t *files = json_object_get(*out, "files");
    error = check_formats(dir, *out, why);
    json_object_foreach(files, name, file)
    {
        error = error != 0 ? error : check_file(dir, name, file, why);
    }
    if (error != 0) {
        json_decref(*out);
        *out = NULL;
    }
    return error;
}
