/* SPDX-License-Identifier: ISC */
/* Signals that `events` takes: SIGHUP opens its file again, SIGTERM and SIGINT end it after
 * what was told is noted. SIGPIPE and SIGXFSZ are ignored:
 * writing says so. */
#ifndef CONCLAVE_CONCLAVE_EVENTS_SIGNALS_H
#define CONCLAVE_CONCLAVE_EVENTS_SIGNALS_H

#include <stdbool.h>

/* False where there are no descriptors left. */
bool events_signals_begin(void);
/* Whether a SIGHUP came since it was asked last. */
bool events_signals_reopen(void);
/* The signal that wants the end, or 0. */
int events_signals_end(void);
/* Waits until fd (or -1) can be read, or a signal comes, at most so many milliseconds;
 * negative: as long as it takes. */
void events_signals_wait(int fd, int timeout_ms);

#endif
