/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "conclave/commands.h"
#include "conclave/files.h"
#include "conclave/manifest.h"
#include "conclave/node.h"
#include "conclave/node_files.h"
#include "conclave/output.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_BYTES_MAX = 4096, CONFIG_BYTES_MAX = 64 * 1024 };

struct backup {
    const struct command_line *line;
    const char *dir;
    const struct node_files *files;
    const struct charter *charter;
    struct ledger *ledger;
    json_t *manifest;
};

/* Copies a small file into the backup, and notes it. */
static int add_file(struct backup *b, const char *from, const char *name, size_t max,
                    struct complaint *why)
{
    struct bytes *content;
    int error = file_read(from, max, &content, why);
    if (error != 0) {
        return error;
    }
    char *path = file_join(b->dir, name);
    error = file_write_new(path, bytes_slice(content), 0600, why);
    bytes_unref(content);
    free(path);
    return error != 0 ? error : manifest_add(b->manifest, b->dir, name, why);
}

/* What the copy holds, read from the copy itself. */
static int describe_copy(struct backup *b, struct complaint *why)
{
    struct ledger *copy;
    struct header header;
    struct hash tip = b->charter->council_id;
    char hex[2 * HASH_BYTES + 1];
    const struct ledger_identity *id = ledger_identity(b->ledger);
    int error = ledger_open(b->dir, LEDGER_READ, id, &copy, why);
    if (error != 0) {
        return error;
    }
    (void)json_object_set_new(b->manifest, "store_format",
                              json_integer((json_int_t)ledger_format(copy)));
    uint64_t height = ledger_height(copy), decisions = ledger_record_count(copy);
    error = height > 0 ? ledger_header(copy, height, &header, &tip) : 0;
    ledger_close(copy);
    /* LMDB made it for this look. */
    char *lock = file_join(b->dir, "lock.mdb");
    (void)unlink(lock);
    free(lock);
    if (error != 0) {
        return complain(why, error, "%s: the copy cannot be read: %s", b->dir,
                        error_text(error));
    }
    hex_encode(hex, slice_of(tip.bytes, HASH_BYTES));
    (void)json_object_set_new(b->manifest, "height", json_integer((json_int_t)height));
    (void)json_object_set_new(b->manifest, "tip", json_string(hex));
    (void)json_object_set_new(b->manifest, "decisions",
                              json_integer((json_int_t)decisions));
    return 0;
}

static json_t *begin_manifest(const struct charter *c, const struct ledger_identity *id)
{
    char hex[2 * HASH_BYTES + 1];
    hex_encode(hex, slice_of(c->council_id.bytes, HASH_BYTES));
    return json_pack("{s:i,s:s,s:s,s:i,s:s,s:i,s:I,s:s,s:{}}", "format", MANIFEST_FORMAT,
                     "council", c->name, "council_id", hex, "seat", (int)id->seat, "name",
                     c->seats[id->seat - 1].name, "seats", (int)id->seats, "taken_ms",
                     (json_int_t)clock_wall_ms(), "version", PACKAGE_VERSION, "files");
}

static int sync_dir(const char *dir, struct complaint *why)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd) != 0;
    int cause = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return failed ? complain(why, CONCLAVE_EIO, "cannot sync %s: %s", dir, strerror(cause))
                  : 0;
}

/* The manifest comes last: a folder without one is no backup. */
static int fill(struct backup *b, bool with_key, struct complaint *why)
{
    char *data = file_join(b->dir, MANIFEST_DATA);
    int error = ledger_copy(b->ledger, data, why);
    free(data);
    error = error != 0 ? error : manifest_add(b->manifest, b->dir, MANIFEST_DATA, why);
    error = error != 0 ? error : describe_copy(b, why);
    error = error != 0 ? error
                       : add_file(b, b->files->charter, MANIFEST_CHARTER, CHARTER_MAX, why);
    if (error == 0 && b->files->config != NULL) {
        error = add_file(b, b->files->config, MANIFEST_CONFIG, CONFIG_BYTES_MAX, why);
    }
    if (error == 0 && with_key) {
        error = add_file(b, b->files->key, MANIFEST_KEY, KEY_BYTES_MAX, why);
    }
    if (error == 0) {
        struct buffer text = {NULL, 0, 0};
        char *path = file_join(b->dir, MANIFEST_NAME);
        file_format_json(b->manifest, &text);
        error = file_write_new(path, buffer_slice(&text), 0600, why);
        free(path);
        buffer_free(&text);
    }
    return error != 0 ? error : sync_dir(b->dir, why);
}

static void print(const struct backup *b, uint64_t took_ms, bool with_key)
{
    const json_t *data =
        json_object_get(json_object_get(b->manifest, "files"), MANIFEST_DATA);
    char size[32], took[32];
    if (b->line->json) {
        (void)json_object_set_new(b->manifest, "directory", json_string(b->dir));
        (void)json_object_set_new(b->manifest, "took_ms",
                                  json_integer((json_int_t)took_ms));
        output_json(b->manifest);
        return;
    }
    output_bytes(size, (uint64_t)member_number(data, "bytes"));
    output_duration(took, took_ms);
    (void)printf("Seat %lld, to height %lld, with %lld decisions: %s in %s.\n",
                 (long long)member_number(b->manifest, "seat"),
                 (long long)member_number(b->manifest, "height"),
                 (long long)member_number(b->manifest, "decisions"), size, took);
    (void)printf("%s\n", with_key ? "Whoever reads it is the seat: the key is in it."
                                  : "Keep it as safe as the store: ballots that are still "
                                    "sealed are in it. The key is not.");
}

static enum command_exit take(struct backup *b, bool with_key)
{
    struct complaint why = {""};
    uint64_t begun = clock_monotonic_ms();
    bool made = !file_exists(b->dir);
    int error = file_make_dir(b->dir, 0700, &why);
    if (error == 0 && !file_dir_is_empty(b->dir)) {
        return command_fail(b->line, "%s is not empty: name a new folder for each backup",
                            b->dir);
    }
    error = error != 0 ? error : fill(b, with_key, &why);
    if (error == 0) {
        print(b, clock_monotonic_ms() - begun, with_key);
        return COMMAND_DONE;
    }
    static const char *const names[] = {MANIFEST_NAME, MANIFEST_DATA, MANIFEST_CHARTER,
                                        MANIFEST_CONFIG, MANIFEST_KEY};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = file_join(b->dir, names[i]);
        (void)unlink(path);
        free(path);
    }
    if (made) {
        (void)rmdir(b->dir);
    }
    return command_fail(b->line, "%s", why.text);
}

static enum command_exit run(const struct command_line *line)
{
    struct node_files files;
    struct charter *charter;
    enum command_exit status;
    bool with_key = command_flag(line, "with-key");
    struct backup b = {.line = line, .dir = line->operands[0], .files = &files};
    if (!node_files_find(line, &files, &status)) {
        return status;
    }
    status = COMMAND_FAILED;
    if (with_key && files.key == NULL) {
        (void)command_fail(line, "where the key is, only a configuration says: --config");
    } else if (node_files_open(line, &files, false, &charter, &b.ledger)) {
        b.charter = charter;
        b.manifest = begin_manifest(charter, ledger_identity(b.ledger));
        status = take(&b, with_key);
        json_decref(b.manifest);
        ledger_close(b.ledger);
        charter_free(charter);
    }
    node_files_clear(&files);
    return status;
}

static const struct command_option options[] = {
    NODE_FILES_OPTIONS,
    {"with-key", ARGUMENT_NONE, NULL, "the seat's key, too: the backup then is the seat"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_backup = {
    .name = "backup",
    .summary = "Copy a node's store, while it runs or not",
    .operands = "DIR",
    .operand = ARGUMENT_DIRECTORY,
    .operands_min = 1,
    .operands_max = 1,
    .socket = true,
    .options = options,
    .details =
        "DIR is a new or empty folder. Without --config or --data, of the node that\n"
        "runs here. conclave restore puts it back; cp would do as well, and a seat that\n"
        "is started on a copy of any kind notices, and comes back without voting twice.\n",
    .run = run,
};
