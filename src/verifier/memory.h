/* SPDX-License-Identifier: ISC */
/*
 * The file in which a client remembers the newest checkpoint that it has seen: a signed
 * note, as it was published. It is one client's at a time; the file FILE.lock beside it
 * says so, and stays.
 */
#ifndef CONCLAVE_VERIFIER_MEMORY_H
#define CONCLAVE_VERIFIER_MEMORY_H

#include "verify/log.h"

struct memory {
    const char *path; /* the caller's */
    int lock_fd;
    struct bytes *bytes; /* NULL: nothing is remembered yet */
    struct verify_note note;
};

/* 0; CONCLAVE_EEXIST while another uses it, or an error of what cannot be written or is no
 * checkpoint of the council by a quorum: such a file is left as it is. The caller ends with
 * memory_close in any case. */
int memory_open(const char *path, const struct checkpoint_council *council,
                struct memory *out, struct complaint *why);
/* Puts a note in its place: all of it or, where that fails, nothing. */
int memory_replace(const struct memory *m, struct slice note, struct complaint *why);
void memory_close(struct memory *m);

/* Keeps what proves a conflict beside the file, as FILE.conflict-SIZE-DIGITS, DIGITS the
 * first of the root; -2, -3 ... where a file of that name has something else in it. *out is
 * its name, which the caller frees. */
int memory_keep_evidence(const struct memory *m, uint64_t size, const struct hash *root,
                         struct slice content, char **out, struct complaint *why);

#endif
