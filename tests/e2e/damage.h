/* SPDX-License-Identifier: ISC */
/* Stores in which one thing is not as the ledger says, each with a good checksum, so that
 * only a replay can tell. They have more blocks than the height, and two decisions. */
#ifndef CONCLAVE_TESTS_DAMAGE_H
#define CONCLAVE_TESTS_DAMAGE_H

#include "ledger/store.h"

struct damage {
    const char *name;
    void (*make)(struct store *s, uint64_t height);
    const char *what; /* of the difference */
    bool quick;       /* whether it is found without signatures */
    int height;       /* the difference's is this much beside the height given; -1: any */
};

extern const struct damage damages[]; /* ends with a NULL name */

#endif
