/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/confine.h"

#include "agent/descendants.h"
#include "base/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on all machines but Alpha, which has no Landlock then. */
enum { CALL_CREATE_RULESET = 444, CALL_ADD_RULE = 445, CALL_RESTRICT_SELF = 446 };
enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };
enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_IOCTL = 5, ABI_SCOPED = 6 };

#define ACCESS(bit) ((uint64_t)1 << (bit))
static const uint64_t access_execute = ACCESS(0), access_write_file = ACCESS(1),
                      access_read_file = ACCESS(2), access_read_dir = ACCESS(3),
                      access_refer = ACCESS(13), access_truncate = ACCESS(14),
                      access_ioctl = ACCESS(15);
static const uint64_t access_first = ACCESS(13) - 1; /* all of version 1 */
static const uint64_t scope_abstract_and_signal = 3;

struct ruleset_attributes {
    uint64_t fs, net, scoped;
};
struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

struct landlock {
    int fd;
    uint64_t handled;
    char *hidden[64]; /* whole, resolved paths */
    size_t hidden_count;
};

int confine_landlock(void)
{
    long version = syscall(CALL_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
    return version > 0 ? (int)version : 0;
}

int confine_check(struct complaint *why)
{
    int version = confine_landlock();
    if (version == 0) {
        return complain(why, CONCLAVE_ESTATE,
                        "no Landlock in this kernel: files are not kept from evaluators; "
                        "run Linux 6.2 or later with landlock among lsm= of its command "
                        "line");
    }
    if (version < ABI_TRUNCATE) {
        return complain(why, CONCLAVE_ESTATE,
                        "version %d of Landlock does not keep files from being truncated; "
                        "run Linux 6.2 or later",
                        version);
    }
    if (!confine_filters()) {
        return complain(why, CONCLAVE_ESTATE,
                        "no filter of calls on this machine: Unix sockets are not kept "
                        "from evaluators; run Linux with CONFIG_SECCOMP_FILTER");
    }
    if (!descendants_visible()) {
        return complain(
            why, CONCLAVE_ESTATE,
            "processes that are not dumpable cannot be seen here, nor what they "
            "start; mount /proc without hidepid=, or take ProtectProc= from the "
            "service");
    }
    if (version < ABI_SCOPED) {
        return complain(
            why, CONCLAVE_ESTATE,
            "version %d of Landlock does not keep a program from signalling the "
            "agent, and so from outliving its time limit; run Linux 6.12 or "
            "later",
            version);
    }
    return 0;
}

static uint64_t handled_by(int version)
{
    return access_first | (version >= ABI_REFER ? access_refer : 0) |
           (version >= ABI_TRUNCATE ? access_truncate : 0) |
           (version >= ABI_IOCTL ? access_ioctl : 0);
}

/* Allows access to what fd is, and beneath it; what is no directory takes less. */
static void allow_fd(const struct landlock *l, int fd, uint64_t access)
{
    const uint64_t of_files = access_execute | access_write_file | access_read_file |
                              access_truncate | access_ioctl;
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode)) {
        struct path_rule rule = {access & l->handled, fd};
        if (!S_ISDIR(st.st_mode)) {
            rule.allowed &= of_files;
        }
        (void)syscall(CALL_ADD_RULE, l->fd, RULE_PATH_BENEATH, &rule, 0);
    }
}

static void allow_at(const struct landlock *l, int dir, const char *name, int flags,
                     uint64_t access)
{
    int fd = openat(dir, name, O_PATH | O_CLOEXEC | flags);
    allow_fd(l, fd, access);
    if (fd >= 0) {
        (void)close(fd);
    }
}

static void allow_list(const struct landlock *l, char *const *paths, uint64_t access)
{
    for (; paths != NULL && *paths != NULL; paths++) {
        allow_at(l, AT_FDCWD, *paths, 0, access);
    }
}

/* Whether path is hidden itself, or lies above something that is. */
static bool is_hidden(const struct landlock *l, const char *path)
{
    for (size_t i = 0; i < l->hidden_count; i++) {
        if (strcmp(l->hidden[i], path) == 0) {
            return true;
        }
    }
    return false;
}

static bool hides_within(const struct landlock *l, const char *path)
{
    size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
    for (size_t i = 0; i < l->hidden_count; i++) {
        if (strncmp(l->hidden[i], path, length) == 0 && l->hidden[i][length] == '/') {
            return true;
        }
    }
    return false;
}

/*
 * Landlock only allows, and for a whole subtree at once: so what lies beside the hidden on
 * the way to it is allowed, entry by entry. Directories on the way can be passed but not
 * listed, and what appears in them during the run cannot be read.
 */
static void allow_around(const struct landlock *l, const char *path, uint64_t access)
{
    if (is_hidden(l, path)) {
        return;
    }
    if (!hides_within(l, path)) {
        allow_at(l, AT_FDCWD, path, O_NOFOLLOW, access);
        return;
    }
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            char *inner =
                alloc_printf("%s/%s", strcmp(path, "/") == 0 ? "" : path, entry->d_name);
            allow_around(l, inner, access);
            free(inner);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

/* The operator named these files to the program. */
static void allow_words(const struct landlock *l, char *const *words, uint64_t access)
{
    struct stat st;
    for (; words != NULL && *words != NULL; words++) {
        if ((*words)[0] == '/' && stat(*words, &st) == 0 && S_ISREG(st.st_mode)) {
            allow_at(l, AT_FDCWD, *words, 0, access);
        }
    }
}

static int allow(struct landlock *l, const struct confine_paths *paths, char *const *words,
                 const char *directory)
{
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full",
                                          "/dev/random", "/dev/urandom"};
    const uint64_t reading = access_execute | access_read_file | access_read_dir;
    for (char *const *p = paths->hide; p != NULL && *p != NULL; p++) {
        char *whole = realpath(*p, NULL);
        if (whole == NULL && errno != ENOENT && errno != ENOTDIR) {
            return errno;
        }
        if (whole != NULL) {
            if (l->hidden_count == sizeof(l->hidden) / sizeof(l->hidden[0])) {
                return E2BIG;
            }
            l->hidden[l->hidden_count++] = whole;
        }
    }
    allow_around(l, "/", reading);
    allow_words(l, words, reading);
    allow_list(l, paths->read, reading);
    allow_list(l, paths->write, l->handled);
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        allow_at(l, AT_FDCWD, devices[i], 0, l->handled & ~access_execute);
    }
    if (directory != NULL) {
        allow_at(l, AT_FDCWD, directory, O_NOFOLLOW, l->handled & ~access_ioctl);
    }
    return 0;
}

int confine_files(const struct confine_paths *paths, char *const *words,
                  const char *directory)
{
    int version = confine_landlock();
    if (version == 0) {
        return 0;
    }
    struct landlock l = {.handled = handled_by(version)};
    struct ruleset_attributes attributes = {
        .fs = l.handled, .scoped = version >= ABI_SCOPED ? scope_abstract_and_signal : 0};
    l.fd = (int)syscall(CALL_CREATE_RULESET, &attributes, sizeof(attributes), 0);
    if (l.fd < 0) {
        return errno;
    }
    int error = allow(&l, paths, words, directory);
    if (error == 0 && syscall(CALL_RESTRICT_SELF, l.fd, 0) != 0) {
        error = errno;
    }
    (void)close(l.fd);
    for (size_t i = 0; i < l.hidden_count; i++) {
        free(l.hidden[i]);
    }
    return error;
}
