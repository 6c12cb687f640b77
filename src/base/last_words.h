/* SPDX-License-Identifier: ISC */
/*
 * What a process says that cannot go on: one line of the log, without its time, written
 * with neither memory nor locks, so that it can be said when memory is gone and in a signal
 * handler. It goes to standard error, and to the log's file where there is one.
 */
#ifndef CONCLAVE_BASE_LAST_WORDS_H
#define CONCLAVE_BASE_LAST_WORDS_H

/* The descriptor of the log's file; -1: none. base/log.c sees to this. */
void last_words_to(int fd);
/* Is called before the line is said: a terminal is given back, on which it can be read.
 * NULL: nothing. */
void last_words_after(void (*restore)(void));
/* The line ends in a newline. */
void last_words(const char *line);

#endif
