/* SPDX-License-Identifier: ISC */
/*
 * Once the node runs it needs few system calls: it starts no program, loads no code and
 * opens no other kind of socket. A filter of the kernel holds it to that, so that whoever
 * found a hole in it could do little from inside. Where libseccomp was not there when it
 * was built, there is no filter.
 */
#ifndef CONCLAVE_CONCLAVED_SANDBOX_H
#define CONCLAVE_CONCLAVED_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>

enum sandbox_mode {
    SANDBOX_DEFAULT, /* on, where this build and the kernel can */
    SANDBOX_ON,      /* or the node does not start */
    SANDBOX_LOG,     /* what is not allowed is done, and logged by the kernel */
    SANDBOX_OFF,
};

/* This build has a filter. */
bool sandbox_is_built(void);
/* Makes the filter, before anything is at stake: libseccomp does not survive that memory is
 * exhausted. */
void sandbox_prepare(enum sandbox_mode mode);
/* Puts it on for the rest of the process's life, and logs that. 0, or an error with its
 * complaint where SANDBOX_ON or SANDBOX_LOG cannot be had. */
int sandbox_enter(struct complaint *why);

#endif
