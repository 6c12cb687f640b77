/* SPDX-License-Identifier: ISC */
/*
 * What tells a store that stayed where it is from one that was copied, restored or cloned
 * (conclave-protocol(7), Restore-safe seats): the machine id, and inode and birth time of
 * files. None of them changes by a reboot.
 */
#ifndef CONCLAVE_LEDGER_MARKS_H
#define CONCLAVE_LEDGER_MARKS_H

#include "base/bytes.h"
#include "base/error.h"

struct file_mark {
    uint64_t inode;
    uint64_t birth_ns; /* since the epoch; 0 where the file system keeps none */
};

/* Of the file name in the directory. 0, CONCLAVE_ENOENT or CONCLAVE_EIO. */
int file_mark_read(int dir_fd, const char *name, struct file_mark *out);
/* A birth time is compared only where both sides have one, since whether it is told
 * depends on the kernel. */
bool file_mark_equal(const struct file_mark *a, const struct file_mark *b);

#define MACHINE_ID_PATH "/etc/machine-id"
enum { MACHINE_ID_BYTES = 64 };

/* The first line of the file, at most MACHINE_ID_BYTES; empty where there is none that this
 * user may read. 0, or CONCLAVE_EIO: nothing is known then. */
struct machine_id {
    uint8_t text[MACHINE_ID_BYTES];
    size_t size;
};
int machine_id_read(const char *path, struct machine_id *out);

#endif
