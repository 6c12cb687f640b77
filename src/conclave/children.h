/* SPDX-License-Identifier: ISC */
/*
 * Child processes that never outlive this one. Each leads a process group of its own, so
 * that ^C at a terminal reaches this process alone, which then stops them in good order;
 * each gets SIGTERM from the kernel should this process die.
 */
#ifndef CONCLAVE_CONCLAVE_CHILDREN_H
#define CONCLAVE_CONCLAVE_CHILDREN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
    char *name; /* for people: "conclaved of seat 3" */
    char *log;  /* where its standard output and error go */
    pid_t pid;  /* 0 once it has ended */
    int status; /* of waitpid, once it has ended */
};

struct children {
    struct child *list;
    size_t count;
};

/* argv[0] is the program's path; log is appended to. 0 or CONCLAVE_EIO. */
int child_start(struct children *c, const char *name, const char *log,
                const char *const *argv, struct complaint *why);
/* Reaps what has ended; NULL when nothing else has. Call again until then. */
struct child *children_reap(struct children *c);
/* "exit status 1", "signal 9 (Killed)"; out has room for 64 bytes. */
void child_describe_end(const struct child *c, char *out);
/* SIGTERM to all, SIGKILL to the groups of those that are there after timeout_ms. No
 * process of theirs is left when it returns. */
void children_stop(struct children *c, int timeout_ms);
void children_free(struct children *c);

#endif
