/* SPDX-License-Identifier: ISC */
/*
 * The life of a process that writes a ledger: it opens or makes it, does some turns, closes
 * it, and tells its parent what it did. And the parent's judgement of what it left.
 */
#ifndef CONCLAVE_TESTS_ERRORS_LIFE_H
#define CONCLAVE_TESTS_ERRORS_LIFE_H

#include "ledger/ledger_private.h"

#include <stdbool.h>
#include <stdint.h>

/* A directory for short-lived stores, in memory where the machine has a place for that. */
char *life_dir(void);
int life_open(const char *dir, enum ledger_mode mode, struct ledger **out,
              struct complaint *why);

struct life {
    bool creates;
    unsigned turns;
    uint64_t salt;       /* of its votes, not 0 */
    void (*begin)(void); /* called in it first, or NULL: arms a fault */
};

struct life_end {
    int status;           /* of waitpid */
    bool said_memory;     /* "memory.exhausted" on standard error */
    bool opened;          /* the ledger, or made it */
    uint64_t height;      /* that it found or acknowledged last */
    uint64_t salt;        /* of the last vote that was acknowledged */
    int error;            /* that ended it, or 0 */
    struct complaint why; /* when it could not open */
    bool struck;          /* the fault that it armed came */
};

/* Lives it in a child process, and waits for its end. */
void life_run(const char *dir, const struct life *life, struct life_end *end);

/* Whether the store in dir holds what the life that ended so had to leave, and can go on:
 * NULL, or what is wrong, static. before_height and before_salt: of the lives before it. */
const char *life_check(const char *dir, const struct life *life, const struct life_end *end,
                       uint64_t before_height, uint64_t before_salt);

#endif
