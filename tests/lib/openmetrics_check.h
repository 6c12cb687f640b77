/* SPDX-License-Identifier: ISC */
/*
 * A strict reader of OpenMetrics 1.0 text, written after the specification and knowing
 * nothing of what writes it: whatever a parser might refuse is refused.
 */
#ifndef CONCLAVE_TESTS_OPENMETRICS_CHECK_H
#define CONCLAVE_TESTS_OPENMETRICS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct exposition_sample {
    char *name, *labels; /* as they are written, without the braces */
    double value;
};

struct exposition {
    char **families;
    size_t family_count;
    struct exposition_sample *samples;
    size_t count;
};

enum { EXPOSITION_WHY_BYTES = 256 };
/* NULL with the reason and its line in why. */
struct exposition *exposition_read(const char *text, char why[EXPOSITION_WHY_BYTES]);
void exposition_free(struct exposition *e);

/* Of a sample by its whole name and labels ("" for none); false: there is none. */
bool exposition_value(const struct exposition *e, const char *name, const char *labels,
                      double *out);
/* Whether a sample has the name, whatever its labels. */
bool exposition_has(const struct exposition *e, const char *name);
/* Of all samples with the name whose labels hold the text. */
double exposition_sum(const struct exposition *e, const char *name, const char *part);

#endif
