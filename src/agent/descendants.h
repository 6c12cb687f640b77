/* SPDX-License-Identifier: ISC */
/* The processes that come of the one that asks, as /proc has them at that moment. */
#ifndef CONCLAVE_AGENT_DESCENDANTS_H
#define CONCLAVE_AGENT_DESCENDANTS_H

#include <stdbool.h>
#include <stddef.h>

/* Limits on them must not be higher: not all of more are found. */
enum { DESCENDANTS_MAX = 4000 };

/* How many processes and threads there are, at least; it stops counting beyond most. What
 * one that cannot be looked at has started is unknown: then SIZE_MAX. */
size_t descendants_count(size_t most);
/* Kills those it finds. How many they were. */
size_t descendants_kill(void);
/* Whether a process of the same user that is not dumpable can be looked at; a /proc with
 * hidepid= hides it. */
bool descendants_visible(void);

#endif
