/* SPDX-License-Identifier: ISC */
/* Lines of a label and what it is about, for people. */
#ifndef CONCLAVE_CONCLAVE_LINES_H
#define CONCLAVE_CONCLAVE_LINES_H

#include "conclave/output.h"

enum { LABEL_WIDTH = 12 };

/* One aligned line: two spaces, the label, the text made safe. */
void describe_line(const char *label, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void describe_coloured(const char *label, enum colour colour, const char *text);
/* The same, broken at spaces so that no line is wider than 80 columns where that can be. */
void describe_wrapped(const char *label, enum colour colour, const char *text);
/* Text from outside: no line is wider, as its words may be as long as they like. */
void describe_foreign(const char *label, enum colour colour, const char *text);

#endif
