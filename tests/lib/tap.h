/* SPDX-License-Identifier: ISC */
/*
 * The Test Anything Protocol for tests in C. A test program calls ok() and is()
 * and returns tap_done().
 */
#ifndef CONCLAVE_TESTS_TAP_H
#define CONCLAVE_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static int tap_count;
static int tap_failures;

/* One result; the name is a printf format. Returns passed. */
__attribute__((format(printf, 2, 3), unused)) static bool ok(bool passed,
                                                             const char *format, ...)
{
    va_list args;
    printf("%s %d - ", passed ? "ok" : "not ok", ++tap_count);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
    tap_failures += !passed;
    return passed;
}

/* Equal integers, with both shown where they are not. */
__attribute__((unused)) static bool is(int64_t got, int64_t expected, const char *name)
{
    bool passed = ok(got == expected, "%s", name);
    if (!passed) {
        printf("#   got %lld, expected %lld\n", (long long)got, (long long)expected);
    }
    return passed;
}

/* A result that this machine cannot produce, with the reason. */
__attribute__((unused)) static void skip(const char *name, const char *reason)
{
    printf("ok %d - %s # SKIP %s\n", ++tap_count, name, reason);
}

__attribute__((unused)) static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failures > 0;
}

#endif
