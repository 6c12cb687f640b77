/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "base/private_file.h"

#include "base/alloc.h"
#include "base/write.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t private_file_read(int fd, char *data, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, data + done, size - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* A new name is durable only when its directory is. */
static int sync_directory_of(const char *path)
{
    char *copy = alloc_string(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0) {
        return -1;
    }
    int failed = fsync(fd);
    int saved = errno;
    (void)close(fd);
    errno = saved;
    return failed;
}

int private_file_create(const char *path, const char *what, struct slice content,
                        struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        return complain(why, CONCLAVE_EEXIST,
                        "%s: exists already and is not overwritten; name another file or "
                        "move this one away",
                        path);
    }
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "%s: cannot create the %s: %s", path, what,
                        strerror(errno));
    }
    /* The mode again, since a strange umask may have left less than the owner needs. */
    int failed = fchmod(fd, 0600) != 0 || write_all(fd, content) != 0 || fsync(fd) != 0;
    int saved = errno;
    if (close(fd) != 0 && failed == 0) {
        failed = 1;
        saved = errno;
    }
    if (failed == 0 && sync_directory_of(path) != 0) {
        failed = 1;
        saved = errno;
    }
    if (failed != 0) {
        (void)unlink(path);
        return complain(why, CONCLAVE_EIO, "%s: cannot write the %s: %s", path, what,
                        strerror(saved));
    }
    return 0;
}

/*
 * A credential of systemd, in the directory that it made for this service alone. It is
 * root's, and the mode that an access control list shows as the group's is what the service
 * itself may do.
 */
static bool is_credential(const char *path, const struct stat *st)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t length = folder != NULL ? strlen(folder) : 0;
    return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/' &&
           strchr(path + length + 1, '/') == NULL && st->st_uid == 0 && st->st_gid == 0 &&
           (st->st_mode & 07777) == 0440;
}

/* Access is checked before content. */
static int check_access(int fd, const char *path, const char *what, struct complaint *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return complain(why, CONCLAVE_EIO, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return complain(why, CONCLAVE_EPERM,
                        "%s: is not a regular file; name the %s itself", path, what);
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        return complain(why, CONCLAVE_EPERM, "%s: belongs to user %lu; run: chown %lu '%s'",
                        path, (unsigned long)st.st_uid, (unsigned long)geteuid(), path);
    }
    if ((st.st_mode & 077) != 0 && !is_credential(path, &st)) {
        return complain(why, CONCLAVE_EPERM,
                        "%s: mode %04o lets others at the secret key; run: chmod 600 '%s'",
                        path, (unsigned)(st.st_mode & 07777), path);
    }
    return 0;
}

int private_file_open(const char *path, const char *what, int *fd, struct complaint *why)
{
    /* O_NONBLOCK, so that a FIFO in its place is refused and not waited for. */
    int opened = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0) {
        switch (errno) {
        case ENOENT:
            return CONCLAVE_ENOENT;
        case ELOOP:
            return complain(why, CONCLAVE_EPERM,
                            "%s: is a symbolic link; name the %s itself", path, what);
        case EACCES:
            return complain(why, CONCLAVE_EPERM,
                            "%s: this user may not read it; it must belong to the user "
                            "that runs this, with mode 0600",
                            path);
        default:
            return complain(why, CONCLAVE_EIO, "%s: cannot open the %s: %s", path, what,
                            strerror(errno));
        }
    }
    int error = check_access(opened, path, what, why);
    if (error != 0) {
        (void)close(opened);
        return error;
    }
    *fd = opened;
    return 0;
}
