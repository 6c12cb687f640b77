/* SPDX-License-Identifier: ISC */
/* A hot copy of the store, and putting one in the place of a store that is gone. */
#define _GNU_SOURCE
#include "ledger/ledger_lock.h"
#include "ledger/ledger_private.h"

#include "base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char data_name[] = "data.mdb";
static const char part_name[] = "data.mdb.part";
enum { COPY_BYTES = 1024 * 1024 };

static int complain_file(const char *path, const char *what, struct complaint *why)
{
    int error = errno == ENOSPC || errno == EDQUOT  ? CONCLAVE_EFULL
                : errno == EEXIST                   ? CONCLAVE_EEXIST
                : errno == EACCES || errno == EPERM ? CONCLAVE_EPERM
                                                    : CONCLAVE_EIO;
    return complain(why, error, "cannot %s %s: %s", what, path, strerror(errno));
}

int ledger_copy(struct ledger *l, const char *path, struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return complain_file(path, "create", why);
    }
    int error = store_copy(l->store, fd);
    if (error != 0) {
        error = complain(why, error, "%s: the copy of %s failed: %s", path, l->dir,
                         error_text(error));
    } else if (fsync(fd) != 0) {
        error = complain_file(path, "write", why);
    }
    if (close(fd) != 0 && error == 0) {
        error = complain_file(path, "write", why);
    }
    if (error != 0) {
        (void)unlink(path);
    }
    return error;
}

/* --- restoring --- */

/* What may lie there: the lock that a node left, and what file systems make. */
static int refuse_content(const char *dir, struct complaint *why)
{
    static const char *const harmless[] = {".", "..", "lock", "lost+found"};
    DIR *d = opendir(dir);
    if (d == NULL) {
        return complain_file(dir, "read", why);
    }
    int error = 0;
    for (struct dirent *e; error == 0 && (e = readdir(d)) != NULL;) {
        bool known = false;
        for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
            known = known || strcmp(e->d_name, harmless[i]) == 0;
        }
        if (!known) {
            error = complain(why, CONCLAVE_EEXIST,
                             "%s: is not empty (%s): nothing is overwritten; move what is "
                             "there away first, if the node that it belongs to is stopped",
                             dir, e->d_name);
        }
    }
    (void)closedir(d);
    return error;
}

static int copy_bytes(int in, int out)
{
    uint8_t *bytes = alloc(COPY_BYTES);
    ssize_t got = 0;
    int failed = 0;
    while (failed == 0 && (got = read(in, bytes, COPY_BYTES)) > 0) {
        for (ssize_t done = 0; failed == 0 && done < got;) {
            ssize_t put = write(out, bytes + done, (size_t)(got - done));
            failed = put < 0 && errno != EINTR;
            done += put > 0 ? put : 0;
        }
    }
    int cause = errno;
    free(bytes);
    errno = cause;
    return failed || got < 0 ? -1 : fsync(out);
}

/* Under another name at first, which nobody takes for a store. */
static int put_in_place(const char *from, const char *dir, int dir_fd,
                        struct complaint *why)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) {
        return complain_file(from, "read", why);
    }
    int out = openat(dir_fd, part_name,
                     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int failed = out < 0 || copy_bytes(in, out) != 0;
    failed =
        failed || renameat(dir_fd, part_name, dir_fd, data_name) != 0 || fsync(dir_fd) != 0;
    int error = failed ? complain_file(dir, "write the store in", why) : 0;
    if (failed && out >= 0) {
        (void)unlinkat(dir_fd, part_name, 0);
    }
    if (out >= 0) {
        (void)close(out);
    }
    (void)close(in);
    return error;
}

/* Holding the lock of the directory, so that no node runs on it. */
static int fill(const char *from, const char *dir, struct complaint *why)
{
    int lock = -1, dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return complain_file(dir, "open", why);
    }
    int error = ledger_lock(dir, dir_fd, &lock, why);
    error = error != 0 ? error : refuse_content(dir, why);
    error = error != 0 ? error : put_in_place(from, dir, dir_fd, why);
    if (lock >= 0) {
        (void)close(lock);
    }
    (void)close(dir_fd);
    return error;
}

/* One that this build does not read does not stay. */
static int open_copy(const char *dir, const struct ledger_identity *id, struct ledger **out,
                     struct complaint *why)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    int error = ledger_open(dir, LEDGER_WRITE, id, out, why);
    for (size_t i = 0; error == CONCLAVE_EVERSION && i < 2; i++) {
        char *path = alloc_printf("%s/%s", dir, names[i]);
        (void)unlink(path);
        free(path);
    }
    return error;
}

int ledger_restore(const char *from, const char *dir, const struct ledger_identity *id,
                   struct ledger **out, struct complaint *why)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return complain_file(dir, "make the directory", why);
    }
    int error = fill(from, dir, why);
    /* There is no journal, so whoever opens this first finds that it is a copy, and that is
     * durable before anything is signed. */
    error = error != 0 ? error : open_copy(dir, id, out, why);
    if (error == 0 && ledger_lost(*out) == NULL) {
        ledger_close(*out);
        error = complain(why, CONCLAVE_ESTATE,
                         "%s: the store does not know that it is a copy; start the node "
                         "with recover = yes alone (conclaved.conf(5))",
                         dir);
    }
    return error;
}
