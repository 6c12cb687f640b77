/* SPDX-License-Identifier: ISC */
/* External programs that verify what a proposal says before its evaluator runs, as a file
 * lists them, conclave-checks(5). */
#ifndef CONCLAVE_AGENT_CHECKS_H
#define CONCLAVE_AGENT_CHECKS_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHECKS_MAX = 16, /* for one class, those for every class included */
    CHECK_CLASSES_MAX = 64,
    CHECK_NAME_MAX = 32, /* bytes */
    CHECK_COMMAND_MAX = 4096,
    CHECKS_FILE_MAX = 256 * 1024,
};

struct check {
    char *name;
    char **words; /* its program and arguments; resolved by checks_load */
    uint64_t timeout_ms;
    bool abstains; /* an approval although it failed becomes an abstention */
    bool network;  /* may open sockets, whatever evaluators may */
};

struct checks;

/* CONCLAVE_EFORMAT, _ELIMIT or _ETEXT with a complaint that names the place. */
int checks_parse(struct slice text, struct checks **out, struct complaint *why);
/* Reads a file and looks for its programs, as words_resolve and words_anchor do. */
int checks_load(const char *path, struct checks **out, struct complaint *why);
void checks_free(struct checks *c);

/* Those for a class, in the order of the file, those of "*" first. Returns their number;
 * c may be NULL. */
size_t checks_for(const struct checks *c, const char *class,
                  const struct check *out[CHECKS_MAX]);

#endif
