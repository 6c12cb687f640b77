/* SPDX-License-Identifier: ISC */
/* How far an audit is, on a terminal: a bar, the rate, and how long it will take. */
#ifndef CONCLAVE_CONCLAVE_AUDIT_PROGRESS_H
#define CONCLAVE_CONCLAVE_AUDIT_PROGRESS_H

#include "conclave/pace.h"

struct audit_progress {
    const char *what; /* stands before the bar; NULL: nothing */
    struct pace pace;
};

void audit_progress_begin(struct audit_progress *p, const char *what);
/* Of the progress of struct audit_options: the context is the struct. */
bool audit_progress_show(void *context, uint64_t height, uint64_t target);
/* Takes it off the terminal, on which something else is to be written. */
void audit_progress_clear(struct audit_progress *p);
/* Since the beginning. */
uint64_t audit_progress_took(const struct audit_progress *p);

/* LMDB trusts its pages: from now on one that leads nowhere ends the program with an error
 * that names the path, and not with a signal. */
void audit_progress_guard(const char *path);

#endif
