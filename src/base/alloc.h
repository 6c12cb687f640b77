/* SPDX-License-Identifier: ISC */
/*
 * Allocation that does not fail. Sizes that come from outside are checked
 * against their limit before they reach these. When memory is truly gone the
 * process says so and exits with status 71 (EX_OSERR): a node that stops
 * loses nothing, since whatever it told anyone was durable before.
 */
#ifndef CONCLAVE_BASE_ALLOC_H
#define CONCLAVE_BASE_ALLOC_H

#include <stddef.h>

void *alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *alloc_zero(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* At a multiple of alignment, a power of two that is one of sizeof(void *), too. */
void *alloc_aligned(size_t alignment, size_t size) __attribute__((malloc, returns_nonnull));
/* Grows or shrinks an array of count elements of size bytes; p may be NULL. */
void *alloc_resize(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *alloc_string(const char *s) __attribute__((malloc, returns_nonnull));
char *alloc_printf(const char *format, ...)
    __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* Says so and ends the process: for other allocators that found nothing. */
void alloc_exhausted(void) __attribute__((noreturn));

#endif
