/* SPDX-License-Identifier: ISC */
/* Parts of the node's answers as people read them, for several commands. */
#ifndef CONCLAVE_CONCLAVE_DESCRIBE_H
#define CONCLAVE_CONCLAVE_DESCRIBE_H

#include "conclave/output.h"

#include <stdint.h>

enum { SHORT_ID = 12, ID_DIGITS = 64, LABEL_WIDTH = 13 };

/* "approved", "rejected", or the phase of one that is not decided. */
const char *describe_state(const json_t *proposal);
enum colour describe_state_colour(const char *state);
/* Of a flag. */
enum colour describe_severity_colour(const json_t *flag);
/* "name (seat)"; out has room for 96 bytes. */
void describe_seat(char *out, const json_t *object, const char *key);
/* One aligned line: two spaces, the label, the text made safe. */
void describe_line(const char *label, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void describe_coloured(const char *label, enum colour colour, const char *text);
/* The same, broken at spaces so that no line is wider than 80 columns where that can be. */
void describe_wrapped(const char *label, enum colour colour, const char *text);
/* "height H, TIME", or "-" for null. out has room for 96 bytes. */
void describe_moment(char *out, const json_t *moment);

#endif
