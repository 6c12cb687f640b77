/* SPDX-License-Identifier: ISC */
/* Writing to a descriptor that blocks. */
#ifndef CONCLAVE_BASE_WRITE_H
#define CONCLAVE_BASE_WRITE_H

#include "base/bytes.h"

/* All of it, whatever interrupts. 0, or -1 with errno. */
int write_all(int fd, struct slice content);

#endif
