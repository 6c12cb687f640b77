/* SPDX-License-Identifier: ISC */
/*
 * What a process says that cannot go on: one line of the log, without its time, written
 * with neither memory nor locks, so that it can be said when memory is gone and in a signal
 * handler. It goes to standard error, and to the log's file where there is one.
 */
#ifndef CONCLAVE_BASE_LAST_WORDS_H
#define CONCLAVE_BASE_LAST_WORDS_H

#include <stdbool.h>

/* The descriptor of the log's file; -1: none. base/log.c sees to this and the next two. */
void last_words_to(int fd);
/* Standard error is the journal's: the line has its priority there. */
void last_words_to_journal(bool is_journal);
void last_words_in_json(bool json);
/* Is called before the line is said: a terminal is given back, on which it can be read.
 * NULL: nothing. */
void last_words_after(void (*restore)(void));
/* The event, at level error, and its fields: keys and values in turn, then NULL. Values are
 * printable ASCII without quotes and backslashes. */
void last_words(const char *event, ...) __attribute__((sentinel));

#endif
