/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ledger/ledger_lock.h"

#include "ledger/ledger.h"
#include "ledger/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int complain_held(const char *dir, int fd, struct complaint *why)
{
    char text[24] = "";
    ssize_t size = pread(fd, text, sizeof(text) - 1, 0);
    long pid = size > 0 ? strtol(text, NULL, 10) : 0;
    if (pid > 0) {
        return complain(why, CONCLAVE_EAGAIN,
                        "%s: in use by process %ld; stop that one first, or choose "
                        "another data directory",
                        dir, pid);
    }
    return complain(why, CONCLAVE_EAGAIN,
                    "%s: in use by another process; stop that one first, or choose "
                    "another data directory",
                    dir);
}

bool ledger_is_in_use(const char *dir)
{
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = dir_fd >= 0 ? openat(dir_fd, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    /* Shared, and only for this moment: no other look is hindered by it. */
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (dir_fd >= 0) {
        (void)close(dir_fd);
    }
    return held;
}

int ledger_lock(const char *dir, int dir_fd, int *fd, struct complaint *why)
{
    *fd = openat(dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0) {
        return errno == EACCES ? store_complain_rights(dir, why)
                               : complain(why, CONCLAVE_EIO,
                                          "%s/lock: cannot open: %s; see to the disk", dir,
                                          strerror(errno));
    }
    int error = 0;
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        error = errno == EWOULDBLOCK
                    ? complain_held(dir, *fd, why)
                    : complain(why, CONCLAVE_EIO,
                               "%s/lock: cannot lock: %s; keep the data directory on a "
                               "local disk",
                               dir, strerror(errno));
    }
    if (error != 0) {
        close(*fd);
        *fd = -1;
        return error;
    }
    /* Only for the message above: a full disk must not matter here. */
    char text[24];
    int size = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(*fd, 0) != 0 || pwrite(*fd, text, (size_t)size, 0) != size) {
        (void)!ftruncate(*fd, 0);
    }
    return 0;
}
