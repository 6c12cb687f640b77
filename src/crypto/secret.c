/* SPDX-License-Identifier: ISC */
#include "crypto/secret.h"

#include "base/alloc.h"

#include <string.h>

void *secret_alloc(size_t size)
{
    void *p = sodium_malloc(size);
    if (p == NULL) {
        alloc_exhausted();
    }
    memset(p, 0, size);
    return p;
}

void secret_free(void *p)
{
    sodium_free(p);
}
