/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "control/session.h"

#include "base/alloc.h"
#include "base/log.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_MODE = 0750 };

/* What is wrong with it, and what cures that; NULL: nothing. */
static const char *problem_of(const struct stat *st, const char **cure)
{
    *cure = "chmod 0750";
    if ((st->st_mode & S_IWOTH) != 0) {
        return "all users can write to it";
    }
    if ((st->st_mode & S_IWGRP) != 0) {
        return "its group can write to it";
    }
    if (st->st_uid != geteuid() && st->st_uid != 0) {
        *cure = "chown it to the user of the node, chmod 0750";
        return "it belongs to another user";
    }
    return NULL;
}

static void look(const char *dir)
{
    struct stat st;
    const char *cure, *problem = stat(dir, &st) == 0 ? problem_of(&st, &cure) : NULL;
    char mode[8];
    if (problem != NULL) {
        (void)snprintf(mode, sizeof(mode), "%04o", (unsigned)(st.st_mode & 07777));
        LOG_EVENT(LOG_LEVEL_WARN, "control.directory", LOG_S("directory", dir),
                  LOG_S("mode", mode), LOG_N("uid", st.st_uid), LOG_N("gid", st.st_gid),
                  LOG_S("error", problem), LOG_S("cure", cure));
    }
}

static int make(const char *dir, gid_t group, struct complaint *why)
{
    if (mkdir(dir, DIRECTORY_MODE) != 0) {
        return errno == EEXIST
                   ? 0
                   : complain(why, CONCLAVE_EIO,
                              "cannot make %s, the directory of the control socket: %s; "
                              "make it, mode 0750, for the daemon's user",
                              dir, strerror(errno));
    }
    /* Its own group it has already, and need not be allowed to change that. */
    struct stat st;
    bool is_there = stat(dir, &st) == 0 && st.st_gid == group;
    if ((!is_there && chown(dir, (uid_t)-1, group) != 0) ||
        chmod(dir, DIRECTORY_MODE) != 0) {
        int error = errno;
        (void)rmdir(dir);
        return complain(why, CONCLAVE_EPERM,
                        "cannot give %s, the directory of the control socket, to group %u: "
                        "%s; the daemon's user must be a member of the group that may read",
                        dir, (unsigned)group, strerror(error));
    }
    return 0;
}

int control_directory(const char *path, gid_t group, struct complaint *why)
{
    char *copy = alloc_string(path);
    const char *dir = dirname(copy);
    struct stat st;
    int error = 0;
    if (stat(dir, &st) != 0 && errno == ENOENT) {
        error = make(dir, group, why);
    }
    if (error == 0) {
        look(dir);
    }
    free(copy);
    return error;
}
