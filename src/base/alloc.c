/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "base/alloc.h"

#include "base/last_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void alloc_exhausted(void)
{
    last_words("memory.exhausted", NULL);
    _exit(EX_OSERR);
}

static void *checked(void *p)
{
    if (p == NULL) {
        alloc_exhausted();
    }
    return p;
}

void *alloc(size_t size)
{
    return checked(malloc(size > 0 ? size : 1));
}

void *alloc_zero(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *alloc_aligned(size_t alignment, size_t size)
{
    void *p = NULL;
    return checked(posix_memalign(&p, alignment, size > 0 ? size : 1) == 0 ? p : NULL);
}

void *alloc_resize(void *p, size_t count, size_t size)
{
    return checked(reallocarray(p, count > 0 ? count : 1, size > 0 ? size : 1));
}

char *alloc_string(const char *s)
{
    return checked(strdup(s));
}

char *alloc_printf(const char *format, ...)
{
    char *s = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&s, format, args);
    va_end(args);
    return checked(length < 0 ? NULL : s);
}
