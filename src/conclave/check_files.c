/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/findings.h"

#include "conclave/files.h"

#include "base/alloc.h"
#include "ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { FREE_BYTES_LOW = 256 * 1024 * 1024 };
/* File systems of which other machines have a part: locks and maps are not to be relied on
 * there. */
enum { NFS_MAGIC = 0x6969, SMB2_MAGIC = (int)0xFE534D42, CIFS_MAGIC = (int)0xFF534D42 };

/* --- charter --- */

struct warned {
    struct findings *f;
    const char *path;
};

static void warn_charter(void *context, const char *text)
{
    const struct warned *w = context;
    findings_warn(w->f, "charter", "%s: %s", w->path, text);
}

static struct charter *check_charter(struct findings *f, const struct config *c)
{
    struct charter *charter = NULL;
    struct complaint why = {""};
    char id[2 * HASH_BYTES + 1];
    if (charter_load(c->charter, &charter, &why) != 0) {
        findings_fail(f, "charter", "%s", why.text);
        return NULL;
    }
    hex_encode(id, slice_of(charter->council_id.bytes, HASH_BYTES));
    findings_good(f, "charter", "%s: %s, %u seats, %s", c->charter, charter->name,
                  (unsigned)charter->seat_count, id);
    charter_warnings(charter, warn_charter, &(struct warned){f, c->charter});
    return charter;
}

/* --- the store --- */

/* lost: what the marks say; where they say that the state is lost already, a log that is
 * missing says no more. */
static void check_store_log(struct findings *f, struct ledger *ledger, const char *lost)
{
    struct complaint why = {""};
    uint64_t unsettled;
    int error = ledger_check_log(ledger, &unsettled, &why);
    if (error == CONCLAVE_ENOENT && lost == NULL) {
        findings_warn(f, "store", "%s", why.text);
    } else if (error != 0 && error != CONCLAVE_ENOENT) {
        findings_fail(f, "store", "%s", why.text);
    }
}

static void check_store(struct findings *f, const char *dir, const struct charter *charter,
                        uint16_t seat)
{
    struct ledger *ledger = NULL;
    struct complaint why = {""};
    struct ledger_identity id = {charter->council_id, seat, charter->seat_count};
    char *lock = file_join(dir, "lock.mdb");
    /* To open it for reading makes the lock file where there is none: not as another user.
     */
    bool may = file_exists(lock) || geteuid() != 0;
    free(lock);
    if (!may) {
        return;
    }
    if (ledger_open(dir, LEDGER_READ, &id, &ledger, &why) != 0) {
        findings_fail(f, "store", "%s", why.text);
        return;
    }
    findings_good(f, "store", "%s: of this seat, height %llu, format %llu", dir,
                  (unsigned long long)ledger_height(ledger),
                  (unsigned long long)ledger_format(ledger));
    if (ledger_format(ledger) < LEDGER_FORMAT) {
        findings_warn(f, "store",
                      "%s: has an older format: the node migrates it to format %d when it "
                      "starts, and earlier builds then refuse it (conclaved(8), UPGRADING)",
                      dir, LEDGER_FORMAT);
    }
    const char *lost = ledger_marks(ledger);
    if (lost != NULL) {
        findings_warn(f, "store",
                      "%s: %s: the seat will come back as one that has lost its state "
                      "(conclaved(8))",
                      dir, lost);
    }
    check_store_log(f, ledger, lost);
    ledger_close(ledger);
}

static void check_disk(struct findings *f, const char *dir)
{
    struct statfs fs;
    struct statvfs st;
    if (statfs(dir, &fs) == 0 &&
        ((int)fs.f_type == NFS_MAGIC || (int)fs.f_type == SMB2_MAGIC ||
         (int)fs.f_type == CIFS_MAGIC)) {
        findings_fail(f, "data", "%s: is on a network file system: choose a local disk",
                      dir);
    }
    if (statvfs(dir, &st) == 0 && (uint64_t)st.f_bavail * st.f_frsize < FREE_BYTES_LOW) {
        findings_warn(f, "data", "%s: less than %d MiB are free on its disk: make room",
                      dir, FREE_BYTES_LOW / (1024 * 1024));
    }
}

static void check_data(struct findings *f, const struct config *c,
                       const struct charter *charter, uint16_t seat)
{
    struct stat st;
    if (stat(c->data, &st) != 0 || !S_ISDIR(st.st_mode)) {
        findings_fail(f, "data",
                      "%s: %s: make it with conclave init, or correct data in %s", c->data,
                      errno == ENOENT ? "there is no such directory" : "is none", c->path);
        return;
    }
    if (access(c->data, R_OK | W_OK | X_OK) != 0) {
        findings_fail(f, "data",
                      "%s: this user may not write there (it belongs to user %lu, mode "
                      "%04o): run the node as that user, or chown it",
                      c->data, (unsigned long)st.st_uid, (unsigned)(st.st_mode & 07777));
        return;
    }
    if ((st.st_mode & 077) != 0) {
        findings_warn(f, "data",
                      "%s: mode %04o lets others at ballots that are still sealed: chmod "
                      "700 '%s'",
                      c->data, (unsigned)(st.st_mode & 07777), c->data);
    }
    check_disk(f, c->data);
    char *store = file_join(c->data, "data.mdb");
    bool there = file_exists(store);
    free(store);
    if (!there) {
        findings_warn(f, "data",
                      "%s: holds no store: the seat will begin with a new one, and get the "
                      "ledger from the others",
                      c->data);
    } else if (charter != NULL && seat != 0) {
        check_store(f, c->data, charter, seat);
    }
}

/* --- where it writes --- */

/* The directory of the socket is there. */
static void check_socket_dir(struct findings *f, const struct config *c, const char *dir,
                             const struct stat *st)
{
    gid_t group = st->st_gid;
    bool is_named = c->read_group != NULL && people_group_id(c->read_group, &group) == 0;
    if ((st->st_mode & (S_IWOTH | S_IWGRP)) != 0) {
        findings_warn(f, "socket",
                      "%s: mode %04o: %s can put a socket there in the node's place: chmod "
                      "750 '%s'",
                      dir, (unsigned)(st->st_mode & 07777),
                      (st->st_mode & S_IWOTH) != 0 ? "anybody" : "its group", dir);
    }
    if (st->st_uid != geteuid() && st->st_uid != 0) {
        findings_warn(f, "socket",
                      "%s: belongs to user %lu, who can put a socket there in the node's "
                      "place: chown it to the node's user",
                      dir, (unsigned long)st->st_uid);
    }
    if (is_named && (st->st_mode & S_IXOTH) == 0 &&
        (group != st->st_gid || (st->st_mode & S_IXGRP) == 0)) {
        findings_warn(f, "socket",
                      "%s: mode %04o: members of \"%s\" cannot get at the socket: chgrp "
                      "'%s' '%s' and chmod 750 it",
                      dir, (unsigned)(st->st_mode & 07777), c->read_group, c->read_group,
                      dir);
    }
}

/* It is not there: the node makes it, but not the one that it is to lie in. */
static void check_socket_parent(struct findings *f, const char *dir)
{
    char *copy = alloc_string(dir);
    if (access(dirname(copy), W_OK | X_OK) == 0) {
        findings_good(f, "socket", "%s: the node will make it, mode 0750", dir);
    } else {
        findings_fail(f, "socket",
                      "%s: there is no such directory, and this user cannot make it: make "
                      "it, mode 0750, for the node's user",
                      dir);
    }
    free(copy);
}

static void check_socket(struct findings *f, const struct config *c)
{
    struct sockaddr_un address;
    struct stat st, socket;
    char *copy = alloc_string(c->socket);
    const char *dir = dirname(copy);
    if (strlen(c->socket) >= sizeof(address.sun_path)) {
        findings_fail(f, "socket",
                      "%s: has %zu bytes, a Unix socket allows %zu: choose a shorter path",
                      c->socket, strlen(c->socket), sizeof(address.sun_path) - 1);
    } else if (stat(dir, &st) != 0 && errno == ENOENT) {
        check_socket_parent(f, dir);
    } else if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) ||
               access(dir, W_OK | X_OK) != 0) {
        findings_fail(f, "socket",
                      "%s: this user may not make a socket there: chown it to the node's "
                      "user, mode 0750",
                      dir);
    } else if (lstat(c->socket, &socket) == 0 && !S_ISSOCK(socket.st_mode)) {
        findings_fail(f, "socket", "%s: is there, and no socket: move it away", c->socket);
    } else {
        check_socket_dir(f, c, dir, &st);
        findings_good(f, "socket", "%s", c->socket);
    }
    free(copy);
}

static void check_log(struct findings *f, const struct config *c)
{
    if (strcmp(c->log, "stderr") == 0 || strcmp(c->log, "syslog") == 0) {
        findings_good(f, "log", "to %s", c->log);
        return;
    }
    char *copy = alloc_string(c->log);
    const char *dir = dirname(copy);
    bool there = access(c->log, F_OK) == 0;
    if (there ? access(c->log, W_OK) != 0 : access(dir, W_OK | X_OK) != 0) {
        findings_fail(f, "log", "%s: cannot be written: %s; chown %s to the node's user",
                      c->log, strerror(errno), there ? "it" : dir);
    } else {
        findings_good(f, "log", "%s", c->log);
    }
    free(copy);
}

struct charter *check_files(struct findings *f, const struct config *c,
                            const struct key_look *look, uint16_t *seat)
{
    struct charter *charter = check_charter(f, c);
    *seat = check_key(f, c, charter, look);
    check_data(f, c, charter, *seat);
    check_socket(f, c);
    check_log(f, c);
    return charter;
}
