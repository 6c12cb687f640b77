/* SPDX-License-Identifier: ISC */
/* The system calls of a node that runs, as a filter of libseccomp. */
#ifndef CONCLAVE_CONCLAVED_SANDBOX_CALLS_H
#define CONCLAVE_CONCLAVED_SANDBOX_CALLS_H

#include <stdbool.h>

/* Compiles it. Any other call will end the process with last words, or, when only_log, be
 * logged by the kernel and done. 0 or a negative errno. */
int sandbox_calls_prepare(bool only_log);
/* Puts it on; allocates nothing. 0 or a negative errno. */
int sandbox_calls_load(void);

#endif
