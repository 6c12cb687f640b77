/* SPDX-License-Identifier: ISC */
/*
 * The pieces that the texts of a transparency log are made of: lines that end in a line
 * feed, decimal numbers without leading zeroes, base64 (RFC 4648 section 4, padded, one
 * encoding for one value).
 */
#ifndef CONCLAVE_TLOG_LINES_H
#define CONCLAVE_TLOG_LINES_H

#include "wire/types.h"

/* Sizes are those of the field's other programs, which count with 63 bits. */
#define LINES_NUMBER_MAX ((uint64_t)INT64_MAX)
enum { LINES_NUMBER_BYTES = 20 };

/* Takes the next line off *rest, without its line feed. False where there is no further
 * line, or where the last one has no end; *rest is then as it was. */
bool lines_next(struct slice *rest, struct slice *line);
/* Takes prefix off the front of *line; false where it does not begin with it. */
bool lines_skip(struct slice *line, const char *prefix);

/* The whole of text. 0 or CONCLAVE_EFORMAT. */
int lines_number(struct slice text, uint64_t *out);
int lines_hash(struct slice text, struct hash *out);
/* Appends the decoded bytes. 0, or CONCLAVE_EFORMAT with nothing appended. */
int lines_base64(struct slice text, struct buffer *out);

void lines_write_text(struct buffer *out, const char *text);
void lines_write_number(struct buffer *out, uint64_t number); /* <= LINES_NUMBER_MAX */
void lines_write_base64(struct buffer *out, struct slice bytes);
void lines_write_hash(struct buffer *out, const struct hash *h);

#endif
