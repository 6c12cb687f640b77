/* SPDX-License-Identifier: ISC */
/* Files that hold a secret: whoever can read one has what it protects. */
#ifndef CONCLAVE_BASE_PRIVATE_FILE_H
#define CONCLAVE_BASE_PRIVATE_FILE_H

#include "base/bytes.h"
#include "base/error.h"

#include <sys/types.h>

/*
 * Opens a regular file for reading that belongs to this user or to root and that group and
 * others may not access, but for credentials of systemd. A symbolic link is refused, and so
 * is a FIFO. *fd is the caller's to close. CONCLAVE_ENOENT without words, which only the
 * caller has; CONCLAVE_EPERM, CONCLAVE_EIO with a complaint that names path and cure. what
 * is how people call the file: "key file".
 */
int private_file_open(const char *path, const char *what, int *fd, struct complaint *why);
/* All of it, or as much as size; -1 with errno. */
ssize_t private_file_read(int fd, char *data, size_t size);
/* Makes it with mode 0600 and never overwrites (CONCLAVE_EEXIST); file and name are on disk
 * before it returns. On an error nothing is left. */
int private_file_create(const char *path, const char *what, struct slice content,
                        struct complaint *why);

#endif
