/* SPDX-License-Identifier: ISC */
/* The command line of conclave-verify(1). */
#ifndef CONCLAVE_VERIFIER_OPTIONS_H
#define CONCLAVE_VERIFIER_OPTIONS_H

#include <stdbool.h>

struct options {
    const char *charter;
    const char *remember; /* or NULL */
    char *const *files;   /* at least one */
    int file_count;
    bool json, text, quiet;
};

/* False after saying what is wrong; --help and --version end the program. */
bool options_parse(int argc, char **argv, struct options *o);
/* "conclave-verify: text" on standard error, made safe for a terminal. */
void options_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
