/* SPDX-License-Identifier: ISC */
/*
 * What a program under the agent may reach: files through Landlock (landlock(7)), which
 * needs no privilege, and calls through a seccomp filter. Both last until the death of its
 * last process. The kernel's files are linux/landlock.h and linux/seccomp.h; their numbers
 * are repeated here, so that what it was built with does not decide what it can do.
 */
#ifndef CONCLAVE_AGENT_CONFINE_H
#define CONCLAVE_AGENT_CONFINE_H

#include "base/error.h"

#include <stdbool.h>

/* Lists that end with NULL; a list that is NULL is empty. What does not exist counts for
 * nothing. */
struct confine_paths {
    char *const *hide;  /* cannot be read, with all that is under it */
    char *const *read;  /* can be read, though it is under what is hidden */
    char *const *write; /* can be read and written */
};

/* The version of the kernel's Landlock; 0: it has none. */
int confine_landlock(void);
/* Whether the kernel filters calls on this machine. */
bool confine_filters(void);
/* 0, or CONCLAVE_ESTATE with a complaint that says what this kernel cannot keep from a
 * program, and the cure. */
int confine_check(struct complaint *why);

/*
 * For the process that calls and all its children, for ever; it must have set
 * PR_SET_NO_NEW_PRIVS. It reads what is not hidden and the files that words name as a
 * whole, writes only under directory (NULL: nowhere), in the lists' write and to the
 * harmless devices; it signals and traces nobody outside, where the kernel's version
 * allows. Returns 0 or errno; 0 also where there is no Landlock.
 */
int confine_files(const struct confine_paths *paths, char *const *words,
                  const char *directory);
/* What confine_calls keeps. Pairs of connected sockets stay in any case. */
enum {
    CONFINE_UNIX_SOCKETS = 1, /* by which it would reach the node and its user's services */
    CONFINE_NETWORK = 2,      /* every socket */
    CONFINE_IPC = 4,          /* what would outlive it: of System V, and message queues */
};
/* Likewise: it makes none of these, and no io_uring, which no filter sees into. ENOSYS
 * where there is no filter. */
int confine_calls(unsigned kept);

#endif
