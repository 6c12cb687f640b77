/* SPDX-License-Identifier: ISC */
/* What the table of commands says in words: overview, usage, and likely meanings of
 * mistyped names. */
#ifndef CONCLAVE_CONCLAVE_HELP_H
#define CONCLAVE_CONCLAVE_HELP_H

#include "conclave/command.h"

#include <stdio.h>

const char *help_version(void);
void help_overview(FILE *out);
void help_command(const struct command *c);
/* Whether the word is the first of commands of two words, such as charter. */
bool help_is_family(const char *word);
void help_family(const char *word, FILE *out);
/* Of the names, which end with NULL, the one most like what was typed, or NULL. */
const char *help_nearest_word(const char *typed, const char *const *names);
/* The name most like what was typed, one word or two, or NULL when nothing is near. */
const char *help_nearest_command(int argc, char *const *argv);
const char *help_nearest_option(const struct command *c, const char *typed);

#endif
