/* SPDX-License-Identifier: ISC */
/* The directory of one run: empty at its start, gone with everything in it at its end. */
#ifndef CONCLAVE_AGENT_SCRATCH_H
#define CONCLAVE_AGENT_SCRATCH_H

#include "base/error.h"

/* Makes one in $TMPDIR, or else /tmp, and returns its path, which the caller frees; NULL
 * with a complaint. */
char *scratch_make(struct complaint *why);
/* Removes it, whatever a hostile program of the same user left there: links are not
 * followed, depth costs no stack and no descriptors, and modes that forbid are changed. It
 * may have gone already. No process may write to it any more. */
void scratch_remove(const char *path);

#endif
