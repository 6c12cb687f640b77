/* SPDX-License-Identifier: ISC */
#include "crypto/secret.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void *secret_alloc(size_t size)
{
    void *p = sodium_malloc(size);
    if (p == NULL) {
        static const char line[] = "level=error event=memory.exhausted\n";
        (void)!write(STDERR_FILENO, line, sizeof(line) - 1);
        _exit(EX_OSERR);
    }
    memset(p, 0, size);
    return p;
}

void secret_free(void *p)
{
    sodium_free(p);
}
