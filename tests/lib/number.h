/* SPDX-License-Identifier: ISC */
/* Numbers on the command lines of tests' programs. */
#ifndef CONCLAVE_TESTS_NUMBER_H
#define CONCLAVE_TESTS_NUMBER_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* False, out untouched, unless the text is a number from min to max and nothing else. */
static inline bool number_read(const char *text, unsigned min, unsigned max, unsigned *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    /* strtoul would take signs and spaces. */
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < min ||
        value > max) {
        return false;
    }
    *out = (unsigned)value;
    return true;
}

#endif
