/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "tmpfs.h"

#include "base/alloc.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PAGE = 4096 };

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t size = (ssize_t)strlen(text);
    bool good = fd >= 0 && write(fd, text, (size_t)size) == size;
    if (fd >= 0) {
        (void)close(fd);
    }
    return good;
}

bool tmpfs_begin(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (unshare(CLONE_NEWNS | (uid != 0 ? CLONE_NEWUSER : 0)) != 0) {
        return false;
    }
    if (uid != 0) {
        char *map = alloc_printf("%u %u 1", (unsigned)uid, (unsigned)uid);
        char *group_map = alloc_printf("%u %u 1", (unsigned)gid, (unsigned)gid);
        bool good = write_text("/proc/self/setgroups", "deny") &&
                    write_text("/proc/self/uid_map", map) &&
                    write_text("/proc/self/gid_map", group_map);
        free(map);
        free(group_map);
        if (!good) {
            return false;
        }
    }
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

bool tmpfs_mount(const char *dir, size_t bytes)
{
    char options[48];
    (void)snprintf(options, sizeof(options), "size=%zu,mode=0700", bytes);
    return mount("none", dir, "tmpfs", 0, options) == 0;
}

void tmpfs_unmount(const char *dir)
{
    (void)umount2(dir, MNT_DETACH);
}

bool tmpfs_fill(const char *dir, size_t leave)
{
    struct statvfs st;
    char *path = alloc_printf("%s/filler", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (fd < 0 || fstatvfs(fd, &st) != 0) {
        return false;
    }
    static const char page[PAGE];
    size_t room = (size_t)st.f_bavail * st.f_frsize;
    while (room >= leave + PAGE && write(fd, page, PAGE) == PAGE) {
        room -= PAGE;
    }
    (void)close(fd);
    return true;
}

void tmpfs_free(const char *dir)
{
    char *path = alloc_printf("%s/filler", dir);
    (void)unlink(path);
    free(path);
}
