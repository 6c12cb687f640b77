/* SPDX-License-Identifier: ISC */
/*
 * The console's loop: waits for the terminal, the nodes and time, and paints. At most
 * FRAMES_PER_SECOND, however much comes; a key is answered at once, unless so many were
 * painted already. Nothing here waits for anything but in poll.
 */
#ifndef CONCLAVE_UI_LOOP_H
#define CONCLAVE_UI_LOOP_H

#include "ui/world.h"

enum { FRAMES_PER_SECOND = 20 };

/* Blocks the signals that loop_run takes. To be called before any is of interest. */
int loop_signals(void);
/* Until the operator quits, a signal ends it or the terminal is gone. */
enum exit_status loop_run(struct world *w, int signals);

#endif
