/* SPDX-License-Identifier: ISC */
/*
 * Calls of the C library that fail when a test wants them to. The functions that allocate
 * and those that touch files are defined in faults.c, in front of the C library's: linked
 * into a test program for the program and the libraries under it, or preloaded as faults.so
 * into a daemon. Those of LMDB that may fail are wrapped by faults_lmdb.c at link time.
 *
 * Calls are counted for each class from fault_arm on; the nth one fails, in one of several
 * shapes. Of calls with a descriptor only those on files and directories count.
 */
#ifndef CONCLAVE_TESTS_FAULTS_H
#define CONCLAVE_TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum fault_class { FAULT_NONE, FAULT_ALLOC, FAULT_FILE, FAULT_LMDB };

enum fault_shape {
    FAULT_ONCE,  /* this call does nothing and fails */
    FAULT_GOOD,  /* so do all of its class after it */
    FAULT_AFTER, /* this call does its work, and says that it failed */
    FAULT_SHORT, /* a write does the half of its work and says so, a sync fails */
    FAULT_DEAD,  /* this call does its work, and none of its class after it does: what a
                    process that was killed in it has done */
    FAULT_SPACE, /* from here on nothing can be written: ENOSPC */
};

/* Both take effect in this process and in those it forks. */
void fault_arm(enum fault_class class, enum fault_shape shape, uint64_t nth);
void fault_disarm(void);
/* Since fault_arm. */
uint64_t fault_calls(enum fault_class class);
/* Set when the fault came, and outlives the process where the test shares the memory. */
extern bool *fault_struck;

/*
 * A preloaded daemon is told by its environment: CONCLAVE_FAULT=CLASS:SHAPE:NTH, as in
 * file:once:12, alloc:good:7, and writes a line "alloc N file N" to the file that
 * CONCLAVE_FAULT_COUNT names when it exits. With CONCLAVE_FAULT_FROM counting begins when a
 * file of that name is opened.
 */

/* What a file call did, for who keeps a journal of them. */
enum fault_call {
    CALL_OPEN, /* that may have made the file: O_CREAT */
    CALL_WRITE,
    CALL_TRUNCATE,
    CALL_SYNC,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_OTHER,
};

struct fault_event {
    enum fault_call call;
    int fd;
    const char *name, *to; /* CALL_OPEN, _RENAME, _UNLINK */
    const void *data;      /* CALL_WRITE: size bytes at offset */
    size_t size;
    off_t offset; /* the new size of CALL_TRUNCATE */
    bool failed;  /* it did its work, as far as it tells here, but its caller hears that it
                     failed; of CALL_SYNC: nothing was synced */
};
extern void (*fault_watch)(const struct fault_event *e);

struct statx;
/* Changes what statx says of a file; NULL: nothing. */
extern void (*fault_statx)(const char *name, struct statx *st);

/* For faults_lmdb.c: whether this call is to fail, and whether it works all the same. */
bool fault_strikes(enum fault_class class, bool *works);

#endif
