/* SPDX-License-Identifier: ISC */
/* A directory of the process's own for targets whose decoders read files; it goes away at
 * the end. */
#ifndef CONCLAVE_TESTS_PLACE_H
#define CONCLAVE_TESTS_PLACE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif

#include "base/alloc.h"
#include "base/bytes.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *place_path;

static inline int place_remove_one(const char *path, const struct stat *st, int type,
                                   struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void place_remove(void)
{
    (void)nftw(place_path, place_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(place_path);
    place_path = NULL;
}

/* Made at the first call. In memory where there is a file system for that: what is fuzzed
 * syncs its files. */
static inline const char *place(void)
{
    if (place_path == NULL) {
        const char *base = getenv("TMPDIR");
        bool shared = access("/dev/shm", W_OK) == 0;
        place_path = alloc_printf("%s/conclave-fuzz-XXXXXX", shared         ? "/dev/shm"
                                                             : base != NULL ? base
                                                                            : "/tmp");
        if (mkdtemp(place_path) == NULL) {
            perror(place_path);
            abort();
        }
        (void)atexit(place_remove);
    }
    return place_path;
}

/* Its content becomes the data; the same file as before, mode 0600. */
static inline void place_write(const char *path, struct slice data)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data.data, data.size) != (ssize_t)data.size || close(fd) != 0) {
        perror(path);
        abort();
    }
}

#endif
