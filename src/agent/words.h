/* SPDX-License-Identifier: ISC */
/*
 * A program's command line as words, without a shell. Blanks separate; 'single quotes'
 * keep everything; "double quotes" keep everything but \" and \\; elsewhere a backslash
 * keeps the next character. Nothing is expanded.
 */
#ifndef CONCLAVE_AGENT_WORDS_H
#define CONCLAVE_AGENT_WORDS_H

#include "base/error.h"

enum { WORDS_MAX = 128 };

/* A list that ends with NULL and has at least one word; the caller frees with words_free.
 * CONCLAVE_EFORMAT with a complaint. */
int words_split(const char *command, char ***out, struct complaint *why);
void words_free(char **words);

/* Replaces the first word with the path of an executable file, looked for in $PATH when it
 * has no slash. CONCLAVE_ENOENT or _EPERM with a complaint. */
int words_resolve(char **words, struct complaint *why);

/* Makes whole paths of the words with a slash that name something from the working
 * directory, and of those with a dot that name a file. For a program that runs elsewhere.
 */
void words_anchor(char **words);

#endif
