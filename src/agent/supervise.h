/* SPDX-License-Identifier: ISC */
/*
 * The process between the agent and an evaluator. It adopts whatever the evaluator leaves
 * behind, so that nothing of it outlives its turn: when the evaluator ends, or the leash is
 * let go (by the agent, or by its death), every descendant is killed.
 */
#ifndef CONCLAVE_AGENT_SUPERVISE_H
#define CONCLAVE_AGENT_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>

/* Written to the status pipe, at most once. */
struct supervise_status {
    enum { STATUS_EXITED, STATUS_SIGNALED, STATUS_NOT_STARTED, STATUS_TOO_MANY } kind;
    int value; /* exit code, signal, errno, 0 */
};

struct confine_paths;

struct supervise_request {
    char *const *words;
    char *const
        *environment;      /* NULL: a path, a language, and the directory if it has one */
    const char *directory; /* to work in, and to remove at the end; NULL: the caller's */
    const struct confine_paths *confine; /* NULL: unconfined */
    bool no_network, unix_sockets;
    unsigned processes;  /* and threads, at once; 0: no limit */
    size_t memory_bytes; /* of address space; 0: no limit */
    size_t file_bytes;   /* of each file; 0: no limit */
    unsigned files;      /* descriptors; 0: no limit */
    unsigned cpu_seconds;
    int in, out, err; /* become the evaluator's standard streams */
    int status;       /* to write to */
    int leash;        /* the end of which the agent holds the other */
};

/* To be called in a forked child with all signals blocked. */
_Noreturn void supervise(const struct supervise_request *r);

#endif
