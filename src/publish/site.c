/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "publish/site.h"

#include "base/alloc.h"
#include "base/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Begins with a dot, as servers and listings expect of what is not for them. */
static const char unfinished[] = ".unfinished";

static int refuse(const struct site *s, const char *name, const char *what,
                  struct complaint *why)
{
    return complain(why, errno == ENOSPC || errno == EDQUOT ? CONCLAVE_EFULL : CONCLAVE_EIO,
                    "%s/%s: cannot %s it: %s", s->path, name, what, strerror(errno));
}

int site_open(const char *path, struct site *out, struct complaint *why)
{
    *out = (struct site){.path = path, .fd = -1};
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        return complain(why, CONCLAVE_EIO, "%s: cannot make it: %s", path, strerror(errno));
    }
    out->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out->fd < 0) {
        return complain(why, CONCLAVE_EIO, "%s: cannot open it: %s", path, strerror(errno));
    }
    if (flock(out->fd, LOCK_EX | LOCK_NB) != 0) {
        int error = errno == EWOULDBLOCK
                        ? complain(why, CONCLAVE_EEXIST,
                                   "%s: another conclave publish is at work there; wait "
                                   "until it is done",
                                   path)
                        : complain(why, CONCLAVE_EIO, "%s: cannot lock it: %s", path,
                                   strerror(errno));
        site_close(out);
        return error;
    }
    return 0;
}

int site_look(const char *path, struct site *out, struct complaint *why)
{
    *out = (struct site){.path = path};
    out->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return out->fd >= 0 ? 0
                        : complain(why, CONCLAVE_EIO, "%s: cannot open it: %s", path,
                                   strerror(errno));
}

void site_close(struct site *s)
{
    if (s->fd >= 0) {
        (void)close(s->fd);
    }
    s->fd = -1;
}

bool site_has(const struct site *s, const char *name)
{
    struct stat st;
    return fstatat(s->fd, name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

int site_get(struct site *s, const char *name, size_t max, struct bytes **out,
             struct complaint *why)
{
    struct stat st;
    /* Not to wait for a writer, should it be a pipe. */
    int fd = openat(s->fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR ? CONCLAVE_ENOENT
                                                   : refuse(s, name, "read", why);
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        return complain(why, CONCLAVE_EFORMAT, "%s/%s: it is no regular file", s->path,
                        name);
    }
    if (st.st_size < 0 || (uint64_t)st.st_size > max) {
        (void)close(fd);
        return complain(why, CONCLAVE_ELIMIT,
                        "%s/%s: it is larger than the %zu bytes it may have", s->path, name,
                        max);
    }
    size_t size = (size_t)st.st_size, at = 0;
    uint8_t *content = alloc_zero(size + 1, 1);
    ssize_t got = 1;
    while (at < size && got > 0) {
        do {
            got = read(fd, content + at, size - at);
        } while (got < 0 && errno == EINTR);
        at += got > 0 ? (size_t)got : 0;
    }
    int error = at < size ? refuse(s, name, "read", why) : 0;
    (void)close(fd);
    if (error == 0) {
        *out = bytes_copy(slice_of(content, size));
    }
    free(content);
    return error;
}

static bool is_there(struct site *s, const char *name, struct slice content)
{
    struct complaint ignored;
    struct bytes *old = NULL;
    bool same = site_get(s, name, content.size, &old, &ignored) == 0 &&
                slice_equal(bytes_slice(old), content);
    bytes_unref(old);
    return same;
}

static int make_folders(struct site *s, const char *name, struct complaint *why)
{
    char *path = alloc_string(name);
    int error = 0;
    for (char *at = strchr(path, '/'); at != NULL && error == 0; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdirat(s->fd, path, 0755) != 0 && errno != EEXIST) {
            error = refuse(s, path, "make", why);
        }
        *at = '/';
    }
    free(path);
    return error;
}

/* A new file always: a link of that name may lead anywhere. */
static int open_unfinished(struct site *s)
{
    (void)unlinkat(s->fd, unfinished, 0);
    return openat(s->fd, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
}

static int put(struct site *s, const char *name, struct slice content, bool durable,
               struct complaint *why)
{
    if (is_there(s, name, content)) {
        return 0;
    }
    int error = make_folders(s, name, why);
    if (error != 0) {
        return error;
    }
    int fd = open_unfinished(s);
    if (fd < 0) {
        return refuse(s, name, "write", why);
    }
    bool good = write_all(fd, content) == 0 && (!durable || fsync(fd) == 0);
    good = close(fd) == 0 && good;
    if (!good || renameat(s->fd, unfinished, s->fd, name) != 0) {
        return refuse(s, name, "write", why);
    }
    s->written++;
    return 0;
}

int site_put(struct site *s, const char *name, struct slice content, struct complaint *why)
{
    return put(s, name, content, false, why);
}

int site_put_durable(struct site *s, const char *name, struct slice content,
                     struct complaint *why)
{
    return put(s, name, content, true, why);
}

int site_sync(struct site *s, struct complaint *why)
{
    return syncfs(s->fd) == 0 ? 0 : refuse(s, ".", "sync", why);
}
