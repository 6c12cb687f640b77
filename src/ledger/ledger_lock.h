/* SPDX-License-Identifier: ISC */
/* The lock that keeps a second process out of a data directory. */
#ifndef CONCLAVE_LEDGER_LEDGER_LOCK_H
#define CONCLAVE_LEDGER_LEDGER_LOCK_H

#include "base/error.h"

/*
 * Locks the file `lock` in the directory and writes the process id into it. The lock lasts
 * until *fd is closed, or the process ends in whatever way. 0, CONCLAVE_EAGAIN when
 * another process holds it, CONCLAVE_EPERM, CONCLAVE_EIO.
 */
int ledger_lock(const char *dir, int dir_fd, int *fd, struct complaint *why);

#endif
