/* SPDX-License-Identifier: ISC */
/* Completion of command lines, written for each shell from the table of commands. */
#ifndef CONCLAVE_CONCLAVE_COMPLETION_H
#define CONCLAVE_CONCLAVE_COMPLETION_H

#include "conclave/command.h"

#include <stddef.h>

void completion_bash(void);
void completion_fish(void);
void completion_zsh(void);

/* --- what they share --- */

/* Calls fn for each option of the command, --socket, --json and --help included. */
typedef void completion_option(const struct command *c, const struct command_option *o);
void completion_each(const struct command *c, completion_option *fn);
/* The letter of an option's short form; '\0': it has none. */
char completion_short(const struct command_option *o);
/* All that an argument of this kind may be, separated by spaces; NULL: anything. */
const char *completion_words(enum command_argument a);
/* What a shell completes an argument with, for each kind that has no fixed words; any: it
 * takes whatever is typed. */
struct completion_sources {
    const char *file, *directory, *proposal, *flag, *any;
};
const char *completion_of(enum command_argument a, const struct completion_sources *s);
/* The length of the first word of a command's name, and the second word or NULL. */
size_t completion_first(const struct command *c, const char **second);
/* Whether an earlier command of the table has the same first word. */
bool completion_is_again(size_t command);
/* Prints the second words of all commands with the first word of this one: "new, check". */
void completion_seconds(size_t command);
/* Prints text inside single quotes of a shell: each of the characters in special has a
 * backslash before it, and an apostrophe becomes `quote`. */
void completion_quoted(const char *text, const char *special, const char *quote);

#endif
