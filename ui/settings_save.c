/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "ui/settings.h"

#include "base/alloc.h"
#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(struct complaint *why, const char *path)
{
    return complain(why, CONCLAVE_EIO, "cannot save the settings %s: %s", path,
                    strerror(errno));
}

/* Makes the folder of a file, and those above it. */
static int make_folder(const char *path)
{
    char *folder = alloc_string(path);
    int error = 0;
    for (char *slash = strchr(folder + 1, '/'); slash != NULL && error == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        error = mkdir(folder, 0700) != 0 && errno != EEXIST ? -1 : 0;
        *slash = '/';
    }
    free(folder);
    return error;
}

static int write_whole(const char *path, struct slice content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -1;
    }
    int failed = 0;
    while (content.size > 0 && !failed) {
        ssize_t done = write(fd, content.data, content.size);
        if (done > 0) {
            content = slice_of(content.data + done, content.size - (size_t)done);
        } else {
            failed = done == 0 || errno != EINTR;
        }
    }
    failed = failed || fsync(fd) != 0;
    int error = errno;
    failed = close(fd) != 0 || failed;
    errno = error;
    return failed ? -1 : 0;
}

static void sync_folder(const char *path)
{
    char *copy = alloc_string(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(copy);
}

static void put(struct buffer *b, const char *s)
{
    buffer_append_slice(b, slice_of_string(s));
}

int settings_save(const char *path, const struct settings *s, const char *text,
                  struct complaint *why)
{
    struct buffer content = {NULL, 0, 0};
    /* Who keeps such files elsewhere has a symbolic link here, and keeps it. */
    char *real = realpath(path, NULL);
    const char *target = real != NULL ? real : path;
    char *new = alloc_printf("%s.%ld.new", target, (long)getpid());
    put(&content, "# Written by conclave-console, :save.\n");
    put(&content, text);
    if (s->roles != NULL) {
        put(&content, "base = \"");
        put(&content, s->base);
        put(&content, "\"\n");
        put(&content, s->roles);
    }
    int error = make_folder(target) != 0 || write_whole(new, buffer_slice(&content)) != 0 ||
                        rename(new, target) != 0
                    ? refuse(why, path)
                    : 0;
    if (error == 0) {
        sync_folder(target);
    } else {
        (void)unlink(new);
    }
    buffer_free(&content);
    free(new);
    free(real);
    return error;
}
