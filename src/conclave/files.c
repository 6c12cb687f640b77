/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/files.h"

#include "base/alloc.h"
#include "base/write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FOLDERS = 16 };

static int refuse(struct complaint *why, const char *path, const char *what)
{
    int error = CONCLAVE_EIO;
    if (errno == ENOENT) {
        error = CONCLAVE_ENOENT;
    } else if (errno == EEXIST) {
        error = CONCLAVE_EEXIST;
    } else if (errno == EACCES || errno == EPERM) {
        error = CONCLAVE_EPERM;
    } else if (errno == ENOSPC || errno == EDQUOT) {
        error = CONCLAVE_EFULL;
    }
    return complain(why, error, "cannot %s %s: %s", what, path, strerror(errno));
}

char *file_join(const char *dir, const char *name)
{
    size_t length = strlen(dir);
    return alloc_printf("%s%s%s", dir, length > 0 && dir[length - 1] == '/' ? "" : "/",
                        name);
}

bool file_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool file_dir_is_empty(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry = NULL;
    if (dir == NULL) {
        return false;
    }
    do {
        entry = readdir(dir);
    } while (entry != NULL &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    (void)closedir(dir);
    return entry == NULL;
}

int file_make_dir(const char *path, mode_t mode, struct complaint *why)
{
    struct stat st;
    bool made = mkdir(path, mode) == 0;
    if (!made && errno == EEXIST && stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
    }
    if (!made && errno != EEXIST) {
        return refuse(why, path, "make the folder");
    }
    return 0;
}

int file_write_new(const char *path, struct slice content, mode_t mode,
                   struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        return refuse(why, path, "create");
    }
    int failed = write_all(fd, content) != 0 || fsync(fd) != 0;
    int cause = errno;
    failed |= close(fd);
    if (failed != 0) {
        (void)unlink(path);
        errno = cause;
        return refuse(why, path, "write");
    }
    return 0;
}

/* The name of the file is durable, too. */
static void sync_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *parent = slash != NULL ? alloc_printf("%.*s", (int)(slash - path + 1), path)
                                 : alloc_string(".");
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(parent);
}

int file_replace(const char *path, struct slice content, mode_t mode, struct complaint *why)
{
    char *part = alloc_printf("%s.part", path);
    (void)unlink(part); /* of a run that was cut off */
    int error = file_write_new(part, content, mode, why);
    if (error == 0 && rename(part, path) != 0) {
        error = refuse(why, path, "replace");
        (void)unlink(part);
    }
    if (error == 0) {
        sync_parent(path);
    }
    free(part);
    return error;
}

int file_read(const char *path, size_t max, struct bytes **out, struct complaint *why)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return refuse(why, path, "read");
    }
    struct buffer content = {0};
    char part[4096];
    size_t got;
    while (content.size <= max && (got = fread(part, 1, sizeof(part), file)) > 0) {
        buffer_append(&content, part, got);
    }
    int error = 0;
    if (ferror(file)) {
        error = refuse(why, path, "read");
    } else if (content.size > max) {
        error = complain(why, CONCLAVE_ELIMIT, "%s has more than %zu bytes", path, max);
    } else {
        *out = bytes_copy(buffer_slice(&content));
    }
    (void)fclose(file);
    buffer_free(&content);
    return error;
}

int file_read_json(const char *path, size_t max, json_t **out, struct complaint *why)
{
    struct bytes *text;
    int error = file_read(path, max, &text, why);
    if (error != 0) {
        return error;
    }
    json_error_t e;
    *out = json_loadb((const char *)text->data, text->size, JSON_REJECT_DUPLICATES, &e);
    if (*out == NULL) {
        error = complain(why, CONCLAVE_EFORMAT, "%s, line %d, column %d: %s", path, e.line,
                         e.column, e.text);
    }
    bytes_unref(text);
    return error;
}

void file_format_json(const json_t *value, struct buffer *out)
{
    char *text = json_dumps(value, JSON_INDENT(2));
    buffer_append(out, text, strlen(text));
    buffer_append(out, "\n", 1);
    free(text);
}

int file_relative(const char *from_dir, const char *to, char **out, struct complaint *why)
{
    char *from = realpath(from_dir, NULL);
    if (from == NULL) {
        return refuse(why, from_dir, "find");
    }
    char *target = realpath(to, NULL);
    if (target == NULL) {
        free(from);
        return refuse(why, to, "find");
    }
    /* What both have in common, up to a slash that ends a name in both. */
    char *with_slash = file_join(from, "");
    size_t common = 0;
    for (size_t i = 0; with_slash[i] != '\0' && with_slash[i] == target[i]; i++) {
        if (with_slash[i] == '/') {
            common = i + 1;
        }
    }
    struct buffer way = {0};
    for (size_t i = common; with_slash[i] != '\0'; i++) {
        if (with_slash[i] == '/') {
            buffer_append(&way, "../", 3);
        }
    }
    buffer_append(&way, target + common, strlen(target + common) + 1);
    *out = (char *)way.data;
    free(with_slash);
    free(from);
    free(target);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

int file_remove_tree(const char *path, struct complaint *why)
{
    if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0) {
        return refuse(why, path, "remove");
    }
    return 0;
}
