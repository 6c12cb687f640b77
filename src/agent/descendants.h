/* SPDX-License-Identifier: ISC */
/* The processes that come of the one that asks, as /proc has them at that moment. */
#ifndef CONCLAVE_AGENT_DESCENDANTS_H
#define CONCLAVE_AGENT_DESCENDANTS_H

#include <stddef.h>

/* How many processes and threads there are, at least; it stops counting beyond most. */
size_t descendants_count(size_t most);
/* Kills those it finds. How many they were. */
size_t descendants_kill(void);

#endif
