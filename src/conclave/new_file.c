/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/new_file.h"

#include "conclave/files.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODE = 0666 }; /* what it says is no secret; the umask takes from it */

static int refuse(struct complaint *why, const char *what, const char *path)
{
    bool is_there = errno == EEXIST;
    int error = is_there          ? CONCLAVE_EEXIST
                : errno == ENOSPC ? CONCLAVE_EFULL
                : errno == EACCES ? CONCLAVE_EPERM
                : errno == ENOENT ? CONCLAVE_ENOENT
                                  : CONCLAVE_EIO;
    return complain(why, error, "cannot %s %s: %s%s", what, path, strerror(errno),
                    is_there ? "; name another one, or remove it first" : "");
}

static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? alloc_string(".")
                         : alloc_printf("%.*s", (int)(slash - path + 1), path);
}

/* Without a name where the file system can do that: then nothing stays, however this
 * process ends. */
static int open_part(struct new_file *f)
{
    char *parent = parent_of(f->path);
    int fd = open(parent, O_TMPFILE | O_WRONLY | O_CLOEXEC, MODE);
    free(parent);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        f->part = alloc_printf("%s.%ld.part", f->path, (long)getpid());
        fd = open(f->part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, MODE);
        if (fd < 0) {
            free(f->part);
            f->part = NULL;
        }
    }
    return fd;
}

int new_file_open(struct new_file *f, const char *path, struct complaint *why)
{
    *f = (struct new_file){.stream = stdout};
    if (path == NULL || strcmp(path, "-") == 0) {
        return 0;
    }
    if (file_exists(path)) {
        errno = EEXIST;
        return refuse(why, "create", path);
    }
    f->path = alloc_string(path);
    int fd = open_part(f);
    f->stream = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (f->stream == NULL) {
        int error = refuse(why, "create", path);
        new_file_drop(f);
        return error;
    }
    return 0;
}

/* link(2) and this kind of rename(2) leave alone what is there. */
static int give_name(const struct new_file *f)
{
    char own[64];
    (void)snprintf(own, sizeof(own), "/proc/self/fd/%d", fileno(f->stream));
    return f->part != NULL
               ? renameat2(AT_FDCWD, f->part, AT_FDCWD, f->path, RENAME_NOREPLACE)
               : linkat(AT_FDCWD, own, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW);
}

int new_file_close(struct new_file *f, struct complaint *why)
{
    int error = 0;
    const char *name = f->path != NULL ? f->path : "the output";
    if (ferror(f->stream) != 0 || fflush(f->stream) != 0 ||
        (f->path != NULL && fsync(fileno(f->stream)) != 0)) {
        error = refuse(why, "write", name);
    } else if (f->path != NULL && give_name(f) != 0) {
        error = refuse(why, "create", name);
    } else {
        free(f->part);
        f->part = NULL;
    }
    new_file_drop(f);
    return error;
}

void new_file_drop(struct new_file *f)
{
    if (f->path != NULL && f->stream != NULL) {
        (void)fclose(f->stream);
    }
    if (f->part != NULL) {
        (void)unlink(f->part);
    }
    free(f->part);
    free(f->path);
    *f = (struct new_file){.stream = NULL};
}
