/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/scratch.h"

#include "base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *scratch_make(struct complaint *why)
{
    const char *within = getenv("TMPDIR");
    char *path = alloc_printf("%s/conclave-run.XXXXXX",
                              within != NULL && within[0] == '/' ? within : "/tmp");
    if (mkdtemp(path) == NULL) {
        (void)complain(why, CONCLAVE_EIO,
                       "no directory for the program, %s: %s; make room there, or set "
                       "TMPDIR",
                       path, strerror(errno));
        free(path);
        return NULL;
    }
    return path;
}

/* A descriptor of an own directory, for nothing but its place; its mode forbids nothing any
 * more. -1 where it is none, as a link. The mode is set by way of the descriptor, so that
 * it is that of what was looked at, whatever has its name by then. */
static int unlock(int parent, const char *name)
{
    char path[64];
    struct stat st;
    int fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, &st) != 0 || st.st_uid != geteuid()) {
        (void)close(fd);
        return -1;
    }
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    (void)!chmod(path, S_IRWXU);
    return fd;
}

static DIR *open_within(int parent, const char *name)
{
    int there = unlock(parent, name);
    int fd = there < 0 ? -1 : openat(there, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL && fd >= 0) {
        (void)close(fd);
    }
    if (there >= 0) {
        (void)close(there);
    }
    return dir;
}

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes the files of a directory, and puts its directories beside it under new names. */
static void flatten(int top, DIR *dir, unsigned *named)
{
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (is_dot(entry->d_name) || unlinkat(dirfd(dir), entry->d_name, 0) == 0) {
            continue;
        }
        if (unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR) != 0) {
            char name[32];
            int unlocked = unlock(dirfd(dir), entry->d_name);
            if (unlocked < 0) {
                continue; /* somebody else's */
            }
            (void)close(unlocked);
            do {
                (void)snprintf(name, sizeof(name), "%u", (*named)++);
            } while (renameat2(dirfd(dir), entry->d_name, top, name, RENAME_NOREPLACE) !=
                         0 &&
                     errno == EEXIST);
        }
    }
}

/* One pass over what is left. Whether it removed anything. */
static bool remove_some(DIR *top, unsigned *named)
{
    const struct dirent *entry;
    bool removed = false;
    rewinddir(top);
    while ((entry = readdir(top)) != NULL) {
        if (is_dot(entry->d_name)) {
            continue;
        }
        DIR *inner = open_within(dirfd(top), entry->d_name);
        if (inner != NULL) {
            flatten(dirfd(top), inner, named);
            (void)closedir(inner);
        }
        removed |=
            unlinkat(dirfd(top), entry->d_name, inner != NULL ? AT_REMOVEDIR : 0) == 0;
    }
    return removed;
}

void scratch_remove(const char *path)
{
    unsigned named = 0;
    DIR *top = open_within(AT_FDCWD, path);
    while (top != NULL && remove_some(top, &named)) {
    }
    if (top != NULL) {
        (void)closedir(top);
    }
    (void)rmdir(path);
}
