/* SPDX-License-Identifier: ISC */
/* How far the program is with a directory, where standard error is a terminal. */
#ifndef CONCLAVE_VERIFIER_PROGRESS_H
#define CONCLAVE_VERIFIER_PROGRESS_H

#include <stdint.h>

/* Of struct published; the context is not used. */
void progress_show(void *context, const char *stage, uint64_t done, uint64_t total);
/* Takes it off the terminal. */
void progress_clear(void);

#endif
