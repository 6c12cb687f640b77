/* SPDX-License-Identifier: ISC */
/* Every bundle of every tale: each decision, plain and full. */
#ifndef CONCLAVE_TESTS_VERIFY_BUNDLES_H
#define CONCLAVE_TESTS_VERIFY_BUNDLES_H

#include "world.h"

struct told {
    const struct world *world;
    struct slice bundle; /* empty where it could not be made, */
    const char *why;     /* with what was wrong */
    const char *name;
    unsigned tale;     /* from 0, */
    uint64_t decision; /* and of the tale, from 0 */
    bool is_full;
};

/* What told points to lasts for the call. */
typedef void tell_fn(void *context, const struct told *told);
void tell_all(tell_fn *take, void *context);

#endif
