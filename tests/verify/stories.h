/* SPDX-License-Identifier: ISC */
/* What councils of several sizes decided, for bundles that are known. */
#ifndef CONCLAVE_TESTS_VERIFY_STORIES_H
#define CONCLAVE_TESTS_VERIFY_STORIES_H

#include "../council/script.h"
#include "world.h"

struct tale {
    const char *name;
    uint16_t seats;
    const struct line *lines;
};
extern const struct tale tales[]; /* ends with a NULL name */

#endif
