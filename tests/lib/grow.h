/* SPDX-License-Identifier: ISC */
/* Arrays that grow. */
#ifndef CONCLAVE_TESTS_GROW_H
#define CONCLAVE_TESTS_GROW_H

#include "base/alloc.h"

/* Room for one more element. */
#define GROW(array, count, capacity)                                                       \
    do {                                                                                   \
        if ((count) == (capacity)) {                                                       \
            (capacity) = (capacity) > 0 ? 2 * (capacity) : 16;                             \
            (array) = alloc_resize((array), (capacity), sizeof(*(array)));                 \
        }                                                                                  \
    } while (0)

#endif
