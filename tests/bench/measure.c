/* SPDX-License-Identifier: ISC */
/* Clocks and times. */
#include "measure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void bench_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("bench: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(EXIT_FAILURE);
}

static double time_of(clockid_t clock)
{
    struct timespec t = {0, 0};
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double now_s(void)
{
    return time_of(CLOCK_MONOTONIC);
}

double own_cpu_s(void)
{
    return time_of(CLOCK_PROCESS_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The smallest value that this share of all does not exceed. */
static double rank(const double *sorted, size_t count, double share)
{
    size_t at = (size_t)(share * (double)count);
    return sorted[at < count ? at : count - 1];
}

struct bench_times times_of(double *values, size_t count)
{
    if (count == 0) {
        return (struct bench_times){0, NAN, NAN};
    }
    qsort(values, count, sizeof(*values), compare);
    return (struct bench_times){count, rank(values, count, 0.5), rank(values, count, 0.99)};
}

double ratio(double a, double b)
{
    return b > 0 ? a / b : NAN;
}
