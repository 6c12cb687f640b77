/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/files.h"
#include "conclave/manifest.h"
#include "conclave/node.h"
#include "conclave/output.h"

#include "charter/charter.h"
#include "ledger/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whose store it is, by charter and manifest, which must agree. */
static int identify(const char *backup, const json_t *manifest, struct ledger_identity *id,
                    struct complaint *why)
{
    struct charter *c;
    char hex[2 * HASH_BYTES + 1];
    char *path = file_join(backup, MANIFEST_CHARTER);
    int error = charter_load(path, &c, why);
    free(path);
    if (error != 0) {
        return error;
    }
    json_int_t seat = member_number(manifest, "seat");
    hex_encode(hex, slice_of(c->council_id.bytes, HASH_BYTES));
    if (strcmp(hex, member_text(manifest, "council_id")) != 0 || seat < 1 ||
        seat > c->seat_count) {
        error = complain(why, CONCLAVE_ESEAT, "%s: %s and %s are not of one council",
                         backup, MANIFEST_NAME, MANIFEST_CHARTER);
    } else {
        *id = (struct ledger_identity){c->council_id, (uint16_t)seat, c->seat_count};
    }
    charter_free(c);
    return error;
}

/* What root made belongs to whom the directory belongs. False: it is root's own. */
static bool give_away(const char *dir)
{
    static const char *const names[] = {"data.mdb", "lock", "lock.mdb", "journal", "wal"};
    struct stat st;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_uid == 0) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    bool given = true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        given = (fchownat(fd, names[i], st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) == 0 ||
                 errno == ENOENT) &&
                given;
    }
    (void)close(fd);
    return given;
}

static void print(const struct command_line *line, const json_t *manifest, const char *dir,
                  uint64_t height, bool roots)
{
    char taken[32];
    if (line->json) {
        json_t *out = json_pack("{s:s,s:O,s:O,s:I,s:O,s:s}", "data", dir, "seat",
                                json_object_get(manifest, "seat"), "name",
                                json_object_get(manifest, "name"), "height",
                                (json_int_t)height, "taken_ms",
                                json_object_get(manifest, "taken_ms"), "standing", "lost");
        output_json(out);
        json_decref(out);
        return;
    }
    output_time(taken, (uint64_t)member_number(manifest, "taken_ms"));
    (void)printf("Seat %lld, %s, as of %s: height %llu.\n",
                 (long long)member_number(manifest, "seat"), member_text(manifest, "name"),
                 taken, (unsigned long long)height);
    if (roots) {
        (void)printf("It belongs to root: chown -R %s to the user that runs the node.\n",
                     dir);
    }
    (void)printf("The seat counts as one that has lost its state: start its node with data "
                 "= \"%s\",\nand it votes again when that is safe (state.returned in its "
                 "log). Be sure that no\nother node runs with its key.\n",
                 dir);
}

static enum command_exit run(const struct command_line *line)
{
    const char *backup = line->operands[0], *dir = line->operands[1];
    struct complaint why = {""};
    struct ledger_identity id;
    struct ledger *ledger = NULL;
    json_t *manifest = NULL;
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    char *from = file_join(backup, MANIFEST_DATA);
    int error = manifest_read(backup, &manifest, &why);
    error = error != 0 ? error : identify(backup, manifest, &id, &why);
    error = error != 0 ? error : ledger_restore(from, dir, &id, &ledger, &why);
    free(from);
    if (error == 0) {
        uint64_t height = ledger_height(ledger);
        ledger_close(ledger);
        bool roots = geteuid() == 0 && !give_away(dir);
        print(line, manifest, dir, height, roots);
    }
    json_decref(manifest);
    return error == 0 ? COMMAND_DONE : command_fail(line, "%s", why.text);
}

const struct command command_restore = {
    .name = "restore",
    .summary = "Make a seat's store from a backup",
    .operands = "BACKUP DIR",
    .operand = ARGUMENT_DIRECTORY,
    .operands_min = 2,
    .operands_max = 2,
    .details =
        "BACKUP is what conclave backup made. DIR is the directory of the store, data in\n"
        "conclaved.conf(5), and must be empty or not there. Charter and key are put where\n"
        "the configuration has them by hand.\n",
    .run = run,
};
