/* SPDX-License-Identifier: ISC */
/* The event log.line. */
#ifndef CONCLAVE_CONCLAVED_LOG_TELL_H
#define CONCLAVE_CONCLAVED_LOG_TELL_H

struct node;

/* At the end of a turn: tells those who want it what the log was told meanwhile. */
void log_tell(struct node *n);

#endif
