/* SPDX-License-Identifier: ISC */
/* Small disks that fill up: file systems in memory, seen by this process and its children
 * alone. */
#ifndef CONCLAVE_TESTS_ERRORS_TMPFS_H
#define CONCLAVE_TESTS_ERRORS_TMPFS_H

#include <stdbool.h>
#include <stddef.h>

/* Before anything else of the program. False: this machine does not allow it. */
bool tmpfs_begin(void);
/* Over the directory, which must be there. */
bool tmpfs_mount(const char *dir, size_t bytes);
void tmpfs_unmount(const char *dir);
/* A file "filler" takes all but so many bytes, rounded to pages; and goes again. */
bool tmpfs_fill(const char *dir, size_t leave);
void tmpfs_free(const char *dir);

#endif
