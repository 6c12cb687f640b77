/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ledger/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_mark_read(int dir_fd, const char *name, struct file_mark *out)
{
    struct statx st;
    if (statx(dir_fd, name, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &st) != 0) {
        return errno == ENOENT ? CONCLAVE_ENOENT : CONCLAVE_EIO;
    }
    *out = (struct file_mark){.inode = st.stx_ino};
    if ((st.stx_mask & STATX_BTIME) != 0) {
        out->birth_ns = (uint64_t)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec;
    }
    return 0;
}

bool file_mark_equal(const struct file_mark *a, const struct file_mark *b)
{
    bool known = a->birth_ns != 0 && b->birth_ns != 0;
    return a->inode == b->inode && (!known || a->birth_ns == b->birth_ns);
}

int machine_id_read(const char *path, struct machine_id *out)
{
    memset(out, 0, sizeof(*out));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : CONCLAVE_EIO;
    }
    ssize_t size = read(fd, out->text, sizeof(out->text));
    int error = size < 0 ? CONCLAVE_EIO : 0;
    int reason = errno;
    close(fd);
    errno = reason;
    if (size > 0) {
        const uint8_t *end = memchr(out->text, '\n', (size_t)size);
        out->size = end != NULL ? (size_t)(end - out->text) : (size_t)size;
    }
    return error;
}
