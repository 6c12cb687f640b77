/* SPDX-License-Identifier: ISC */
/*
 * Texts, one a line: \n is a line feed, \u{X} a character; lines that begin with "# " or
 * are "#" are comments.
 */
#ifndef CONCLAVE_TESTS_PATTERNS_CORPUS_H
#define CONCLAVE_TESTS_PATTERNS_CORPUS_H

#include "base/bytes.h"

#include <stddef.h>

/* Calls take with each text of top_srcdir/tests/patterns/corpus/NAME, and its line. Returns
 * how many there are; 0 where the file cannot be read. */
size_t corpus_each(const char *name,
                   void (*take)(void *context, struct slice text, size_t line),
                   void *context);

#endif
