/* SPDX-License-Identifier: ISC */
/* The functions do their work by system calls of their own, so that nothing here depends on
 * the C library's versions, which may not be found yet when the first of them is called. */
#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CLASSES = FAULT_LMDB + 1, GATHER_MAX = 1024 * 1024 };

static struct {
    enum fault_class class;
    enum fault_shape shape;
    uint64_t nth;
    uint64_t calls[CLASSES];
    const char *from; /* counting begins when a file of this name is opened; NULL: it has */
} armed;

void (*fault_watch)(const struct fault_event *e);
void (*fault_statx)(const char *name, struct statx *st);
bool *fault_struck;

void fault_arm(enum fault_class class, enum fault_shape shape, uint64_t nth)
{
    memset(&armed, 0, sizeof(armed));
    armed.class = class;
    armed.shape = shape;
    armed.nth = nth;
}

void fault_disarm(void)
{
    armed.class = FAULT_NONE;
}

uint64_t fault_calls(enum fault_class class)
{
    return armed.calls[class];
}

bool fault_strikes(enum fault_class class, bool *works)
{
    *works = false;
    if (armed.from != NULL) {
        return false;
    }
    uint64_t n = ++armed.calls[class];
    bool for_good = armed.shape == FAULT_GOOD || armed.shape == FAULT_DEAD ||
                    armed.shape == FAULT_SPACE;
    if (class != armed.class || (for_good ? n < armed.nth : n != armed.nth)) {
        return false;
    }
    if (fault_struck != NULL) {
        *fault_struck = true;
    }
    *works = armed.shape == FAULT_AFTER || (armed.shape == FAULT_DEAD && n == armed.nth);
    return true;
}

/* --- the daemon's environment --- */

static const char *const class_names[CLASSES] = {"none", "alloc", "file", "lmdb"};
static const char *const shape_names[] = {"once",  "good", "after",
                                          "short", "dead", "space"};
enum { SHAPES = sizeof(shape_names) / sizeof(shape_names[0]) };

static int index_of(const char *const *names, int count, const char *text, size_t size)
{
    for (int i = 0; i < count; i++) {
        if (strlen(names[i]) == size && memcmp(names[i], text, size) == 0) {
            return i;
        }
    }
    return -1;
}

__attribute__((constructor)) static void arm_from_environment(void)
{
    const char *text = getenv("CONCLAVE_FAULT");
    if (text == NULL) {
        return;
    }
    size_t class_size = strcspn(text, ":");
    const char *shape = text + class_size + (text[class_size] == ':');
    size_t shape_size = strcspn(shape, ":");
    const char *nth = shape + shape_size + (shape[shape_size] == ':');
    int c = index_of(class_names, CLASSES, text, class_size);
    int s = index_of(shape_names, SHAPES, shape, shape_size);
    if (c >= 0 && s >= 0) {
        fault_arm((enum fault_class)c, (enum fault_shape)s, strtoull(nth, NULL, 10));
        armed.from = getenv("CONCLAVE_FAULT_FROM");
    }
}

__attribute__((destructor)) static void tell_counts(void)
{
    const char *path = getenv("CONCLAVE_FAULT_COUNT");
    char line[80];
    if (path == NULL) {
        return;
    }
    int size = snprintf(line, sizeof(line), "alloc %llu file %llu\n",
                        (unsigned long long)armed.calls[FAULT_ALLOC],
                        (unsigned long long)armed.calls[FAULT_FILE]);
    long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)!syscall(SYS_write, fd, line, size);
    (void)syscall(SYS_close, fd);
}

/* --- allocation; a sanitizer brings its own --- */

#ifndef __SANITIZE_ADDRESS__

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static bool no_memory(void)
{
    bool works;
    if (!fault_strikes(FAULT_ALLOC, &works)) {
        return false;
    }
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return no_memory() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return no_memory() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
    return no_memory() ? NULL : __libc_realloc(p, size);
}

void *reallocarray(void *p, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(p, count * size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = no_memory() ? NULL : __libc_memalign(alignment, size);
    return *out != NULL ? 0 : ENOMEM;
}

#endif

/* --- files --- */

/* Logs, which are appended to, do not count: their loss stops nobody. */
static bool is_file(int fd)
{
    struct stat st;
    int kept = errno;
    long flags = syscall(SYS_fcntl, fd, F_GETFL);
    bool file = flags >= 0 && (flags & O_APPEND) == 0 && syscall(SYS_fstat, fd, &st) == 0 &&
                (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
    errno = kept;
    return file;
}

/* Whether the call fails, having done its work or not. */
static bool strikes(bool writes, int error, bool *works)
{
    *works = false;
    bool part = armed.shape == FAULT_SHORT || armed.shape == FAULT_SPACE;
    if (armed.class == FAULT_FILE && part && !writes) {
        return false; /* neither counted nor hit */
    }
    if (!fault_strikes(FAULT_FILE, works)) {
        return false;
    }
    errno = armed.shape == FAULT_SPACE ? ENOSPC : error;
    return true;
}

static void tell(enum fault_call call, int fd, const char *name, const char *to,
                 struct iovec data, off_t offset, bool failed)
{
    if (fault_watch != NULL) {
        int kept = errno;
        struct fault_event e = {call,          fd,           name,   to,
                                data.iov_base, data.iov_len, offset, failed};
        fault_watch(&e);
        errno = kept;
    }
}

static const struct iovec no_data;

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
    bool works;
    const char *base = strrchr(path, '/');
    if (armed.from != NULL && strcmp(base != NULL ? base + 1 : path, armed.from) == 0) {
        armed.from = NULL;
    }
    bool fails = strikes(false, (flags & O_CREAT) != 0 ? ENOSPC : EMFILE, &works);
    if (fails && !works) {
        return -1;
    }
    int error = errno;
    int fd = (int)syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0) {
        tell(CALL_OPEN, fd, path, NULL, no_data, flags, fails);
    }
    if (fails && fd >= 0) {
        (void)syscall(SYS_close, fd);
        errno = error;
        return -1;
    }
    return fd;
}

#define MODE_OF(flags, mode)                                                               \
    mode_t mode = 0;                                                                       \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                          \
        va_list args;                                                                      \
        va_start(args, flags);                                                             \
        mode = va_arg(args, mode_t);                                                       \
        va_end(args);                                                                      \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_at(dir, path, flags, mode);
}

int close(int fd)
{
    bool works;
    bool fails = is_file(fd) && strikes(false, EIO, &works);
    int error = errno;
    int rc = (int)syscall(SYS_close, fd); /* a close that fails has closed */
    if (fails) {
        errno = error;
        return -1;
    }
    return rc;
}

ssize_t read(int fd, void *data, size_t size)
{
    bool works;
    if (is_file(fd) && strikes(false, EIO, &works)) {
        return -1;
    }
    return syscall(SYS_read, fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    bool works;
    if (is_file(fd) && strikes(false, EIO, &works)) {
        return -1;
    }
    return syscall(SYS_pread64, fd, data, size, offset);
}

static ssize_t write_at(int fd, const void *data, size_t size, off_t offset, bool placed)
{
    bool works = false;
    bool fails = strikes(true, EIO, &works);
    int error = errno;
    bool cut = fails && armed.shape == FAULT_SHORT && size > 1;
    if (fails && !works && !cut) {
        return -1;
    }
    off_t at = placed ? offset : syscall(SYS_lseek, fd, 0, SEEK_CUR);
    size_t wanted = cut ? size / 2 : size;
    ssize_t done = placed ? syscall(SYS_pwrite64, fd, data, wanted, offset)
                          : syscall(SYS_write, fd, data, wanted);
    if (done > 0) {
        struct iovec v = {(void *)(uintptr_t)data, (size_t)done};
        tell(CALL_WRITE, fd, NULL, NULL, v, at, fails && !cut);
    }
    if (fails && !cut) {
        errno = error;
        return -1;
    }
    return done;
}

ssize_t write(int fd, const void *data, size_t size)
{
    return is_file(fd) ? write_at(fd, data, size, 0, false)
                       : syscall(SYS_write, fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    return write_at(fd, data, size, offset, true);
}

ssize_t writev(int fd, const struct iovec *list, int count)
{
    static uint8_t together[GATHER_MAX];
    size_t size = 0;
    if (!is_file(fd)) {
        return syscall(SYS_writev, fd, list, count);
    }
    for (int i = 0; i < count; i++) {
        if (list[i].iov_len > sizeof(together) - size) {
            abort();
        }
        memcpy(together + size, list[i].iov_base, list[i].iov_len);
        size += list[i].iov_len;
    }
    return write_at(fd, together, size, 0, false);
}

static int sync_of(long number, int fd)
{
    bool works;
    if (strikes(true, EIO, &works)) {
        int error = errno;
        tell(CALL_SYNC, fd, NULL, NULL, no_data, 0, true);
        errno = error;
        return -1;
    }
    int rc = (int)syscall(number, fd);
    if (rc == 0) {
        tell(CALL_SYNC, fd, NULL, NULL, no_data, 0, false);
    }
    return rc;
}

int fsync(int fd)
{
    return sync_of(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_of(SYS_fdatasync, fd);
}

int msync(void *at, size_t size, int flags)
{
    bool works;
    return strikes(true, EIO, &works) ? -1 : (int)syscall(SYS_msync, at, size, flags);
}

int ftruncate(int fd, off_t size)
{
    bool works;
    bool fails = strikes(true, EIO, &works);
    if (fails && !works) {
        return -1;
    }
    int rc = (int)syscall(SYS_ftruncate, fd, size);
    if (rc == 0) {
        tell(CALL_TRUNCATE, fd, NULL, NULL, no_data, size, fails);
    }
    return fails ? -1 : rc;
}

int posix_fallocate(int fd, off_t offset, off_t size)
{
    bool works;
    if (strikes(true, EIO, &works)) {
        return errno;
    }
    return syscall(SYS_fallocate, fd, 0, offset, size) == 0 ? 0 : errno;
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    bool works;
    return strikes(true, EIO, &works) ? -1
                                      : (int)syscall(SYS_fallocate, fd, mode, offset, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    bool works;
    if (fd >= 0 && strikes(false, ENOMEM, &works)) {
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

int flock(int fd, int operation)
{
    bool works;
    return strikes(false, ENOLCK, &works) ? -1 : (int)syscall(SYS_flock, fd, operation);
}

int fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    bool works;
    bool locks = command == F_SETLK || command == F_SETLKW;
    if (locks && strikes(false, ENOLCK, &works)) {
        return -1;
    }
    return (int)syscall(SYS_fcntl, fd, command, argument);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    bool works;
    bool fails = strikes(true, EIO, &works);
    if (fails && !works) {
        return -1;
    }
    int error = errno;
    int rc = (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
    if (rc == 0) {
        tell(CALL_RENAME, from_dir, from, to, no_data, 0, fails);
    }
    errno = fails ? error : errno;
    return fails ? -1 : rc;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int dir, const char *name, int flags)
{
    bool works;
    bool fails = strikes(true, EIO, &works);
    if (fails && !works) {
        return -1;
    }
    int error = errno;
    int rc = (int)syscall(SYS_unlinkat, dir, name, flags);
    if (rc == 0) {
        tell(CALL_UNLINK, dir, name, NULL, no_data, 0, fails);
        errno = error;
    }
    return fails ? -1 : rc;
}

int mkdir(const char *path, mode_t mode)
{
    bool works;
    return strikes(true, EIO, &works) ? -1 : (int)syscall(SYS_mkdir, path, mode);
}

int statx(int dir, const char *restrict name, int flags, unsigned mask,
          struct statx *restrict st)
{
    bool works;
    if (strikes(false, EIO, &works)) {
        return -1;
    }
    int rc = (int)syscall(SYS_statx, dir, name, flags, mask, st);
    if (rc == 0 && fault_statx != NULL) {
        fault_statx(name, st);
    }
    return rc;
}
