/* SPDX-License-Identifier: ISC */
/* A store as a node leaves it that is killed: commits that are only in its log. */
#ifndef CONCLAVE_TESTS_LEAVE_LOG_H
#define CONCLAVE_TESTS_LEAVE_LOG_H

#include "ledger/store.h"

/* Each commit is a record of its own. An error with its complaint, if there is one. */
static inline int leave_log(const char *dir, uint64_t commits, struct complaint *why)
{
    struct store *s = NULL;
    int error = store_open(dir, STORE_WRITE, &s, why);
    error = error == 0 ? store_begin_log(s, dir) : error;
    error = error == 0 ? store_settle(s) : error;
    for (uint64_t i = 0; error == 0 && i < commits; i++) {
        store_put(s, STORE_META, slice_of_string("test"), slice_of(&i, sizeof(i)));
        error = store_commit(s);
    }
    store_close(s);
    return error;
}

#endif
