/* SPDX-License-Identifier: ISC */
/* Where the other programs and the data of this installation, or of this build tree, lie.
 */
#ifndef CONCLAVE_CONCLAVE_PROGRAMS_H
#define CONCLAVE_CONCLAVE_PROGRAMS_H

#include "base/error.h"

/*
 * Looks beside the running program (a build tree), in ../sbin and ../libexec/conclave of it
 * (an installation that was moved), where make install put it, and in $PATH. The complaint
 * says so. The caller frees.
 */
int program_find(const char *name, char **out, struct complaint *why);

/* What a user would type to run it: its name where $PATH leads to it, else its path; the
 * name where it is nowhere. The caller frees. */
char *program_command(const char *name);

/* A folder of contrib/ or of the installed data: "demo". $CONCLAVE_DATA, when set, is the
 * only place that is looked at. The caller frees. */
int data_find(const char *name, char **out, struct complaint *why);

#endif
