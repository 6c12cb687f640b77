/* SPDX-License-Identifier: ISC */
/* One run of an evaluator, or another program, from its start to the death of its last
 * process. */
#ifndef CONCLAVE_AGENT_RUN_H
#define CONCLAVE_AGENT_RUN_H

#include "base/bytes.h"
#include "base/error.h"

#include <ev.h>
#include <stdbool.h>

enum { RUN_SAID_MAX = 4096 };   /* bytes kept of standard error */
enum { RUN_FILES_USUAL = 256 }; /* descriptors that a process may have */

struct confine_paths;

struct run_limits {
    uint64_t time_ms;
    size_t output_bytes;
    size_t memory_bytes; /* of address space for each process; 0: no limit */
    size_t file_bytes;   /* of each file that it writes; 0: no limit */
    unsigned files;      /* descriptors of each process; 0: no limit */
    unsigned processes;  /* processes and threads at once; 0: no limit */
    bool own_directory;  /* an empty one, removed at the end; else that of the caller */
    bool no_network;
    bool unix_sockets;                   /* confined, it may open them nevertheless */
    const struct confine_paths *confine; /* agent/confine.h, borrowed; NULL: unconfined */
    char *const *environment;            /* all of it; NULL: a path and a language */
};

/* What an evaluator gets where nobody says otherwise, conclave-agent(1): 30 s, 64 KiB of
 * output, 1 GiB of memory, files of 16 MiB, 256 descriptors, 128 processes and threads, a
 * directory of its own; unconfined, since that needs paths. */
void run_limits_usual(struct run_limits *limits);
/* Whether files are kept from it: wanted, and this kernel can. */
bool run_is_confined(const struct run_limits *limits);

enum run_end {
    RUN_EXITED,      /* code: its exit code */
    RUN_SIGNALED,    /* code: the signal */
    RUN_NOT_STARTED, /* code: errno */
    RUN_LATE,        /* killed at the time limit */
    RUN_TOO_LONG,    /* killed for too much output */
    RUN_TOO_MANY,    /* killed for too many processes */
    RUN_STOPPED,     /* killed by run_stop */
    RUN_LOST,        /* its supervisor was killed by someone else */
};

struct run_result {
    enum run_end end;
    int code;
    struct slice output; /* at most output_bytes; borrowed for the call, as is said */
    struct slice said;   /* the beginning of standard error */
    uint64_t said_more;  /* bytes of it that were dropped */
    uint64_t took_ms;
};

struct run;
typedef void run_done(void *context, const struct run_result *result);

/*
 * Starts words[0] with input on its standard input; loop must be the default loop, which
 * reaps children. done is called once, from the loop, when no process of it is left; the
 * run is freed after that. Where it has a directory of its own, words that are relative
 * paths mean nothing there: see words_anchor. The caller ignores SIGPIPE, since a program
 * may end without reading its input. CONCLAVE_EIO with a complaint: nothing was started.
 */
int run_start(struct ev_loop *loop, char *const *words, struct slice input,
              const struct run_limits *limits, run_done *done, void *context,
              struct run **out, struct complaint *why);
/* Kills it; done follows. */
void run_stop(struct run *r);

#endif
