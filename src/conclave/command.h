/* SPDX-License-Identifier: ISC */
/*
 * The command line, conclave(1): one table of commands, from which usage, --help and
 * completion are made; one file a command.
 */
#ifndef CONCLAVE_CONCLAVE_COMMAND_H
#define CONCLAVE_CONCLAVE_COMMAND_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command_exit {
    COMMAND_DONE = 0, /* done, or approved */
    COMMAND_FAILED = 1,
    COMMAND_USAGE = 2,
    COMMAND_REJECTED = 3, /* the council rejected the proposal */
};

/* What completion offers for an option's argument or an operand. */
enum command_argument {
    ARGUMENT_NONE, /* a flag */
    ARGUMENT_WORD,
    ARGUMENT_NUMBER,
    ARGUMENT_FILE,
    ARGUMENT_DIRECTORY,
    ARGUMENT_PROPOSAL, /* an id, */
    ARGUMENT_FLAG,     /* a flag's, */
    ARGUMENT_PROPOSAL_STATE,
    ARGUMENT_FLAG_STATE,
    ARGUMENT_LEVEL, /* of the log */
    ARGUMENT_SHELL,
};

struct command_option {
    const char *name; /* without the dashes; "output" has the short form -o, follow -f */
    enum command_argument argument;
    const char *value; /* how help calls the argument: "FILE"; NULL for flags */
    const char *help;
};

enum { COMMAND_OPTIONS_MAX = 32 };

struct command_line;

struct command {
    const char *name; /* one word, or two: "charter new" */
    const char *summary;
    const char *operands; /* as in usage: "ID", "[HEIGHT]", or "" */
    enum command_argument operand;
    int operands_min, operands_max;
    bool socket;  /* takes --socket: talks to the node */
    bool raw;     /* reads its options itself: all that follow are operands */
    bool program; /* its operands are a program and what it is given, options too */
    const struct command_option
        *options;        /* besides --json, --help; ends with a NULL name */
    const char *details; /* paragraphs for --help, or NULL */
    enum command_exit (*run)(const struct command_line *line);
};

/* Ends with NULL. A new command is a file that defines one, and a line in commands.c. */
extern const struct command *const commands[];

struct command_line {
    const struct command *command;
    const char *values[COMMAND_OPTIONS_MAX]; /* by index of the option; NULL: absent */
    char *const *operands;
    int operand_count;
    bool json;
    const char *socket; /* --socket, or NULL */
};

/* An option's argument, "" for a flag that is given, NULL when it is absent. */
const char *command_value(const struct command_line *line, const char *option);
bool command_flag(const struct command_line *line, const char *option);
/* A decimal number in min..max. False after saying what is wrong; an absent option leaves
 * *out alone. */
bool command_number(const struct command_line *line, const char *option, uint64_t min,
                    uint64_t max, uint64_t *out);
bool command_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Becomes another program of this installation, with these words after its name; returns
 * only where that cannot be, having said why. */
enum command_exit command_become(const struct command_line *line, const char *name,
                                 char *const *arguments, size_t count);

/* "conclave NAME: text" on standard error, made safe for a terminal. The first returns
 * COMMAND_FAILED, the second COMMAND_USAGE after pointing at --help. */
enum command_exit command_fail(const struct command_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum command_exit command_misuse(const struct command_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
