/* SPDX-License-Identifier: ISC */
/* What needs no terminal: one screen, or a line for each event. */
#ifndef CONCLAVE_UI_ONCE_H
#define CONCLAVE_UI_ONCE_H

#include "ui/world.h"

/* Waits, for a bounded time, until the first council's screen has what it shows, and prints
 * it. */
enum exit_status once_run(struct world *w);
/* Prints lines until a signal, or the end of the recording. sockets: paths. */
enum exit_status plain_run(const char *const *sockets, size_t count, struct player *player);

#endif
