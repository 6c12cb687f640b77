/* SPDX-License-Identifier: ISC */
/* JSON of any shape as lines of text: for what a node may tell in a form that is not known
 * yet. Every string is made safe and stays on its line. */
#ifndef CONCLAVE_UI_VIEW_TREE_H
#define CONCLAVE_UI_VIEW_TREE_H

#include "base/bytes.h"

#include <jansson.h>
#include <stdint.h>

enum { TREE_BYTES = 96 * 1024 }; /* of text; what is beyond is only counted */

/* A line for each member, deeper ones indented; times and durations in words, too. Where an
 * object has the members first and second, what they have in common is told once, and where
 * they differ both are. Appends. */
void tree_text(struct buffer *out, const json_t *value);
/* A value without parts, in a line; key: what it is called, which tells times. Appends. */
void tree_scalar(struct buffer *out, const char *key, const json_t *value);
/* The text of a JSON value, laid out over lines without being read: numbers stay as they
 * were written, and what is no JSON comes out with other blanks. Appends. */
void tree_lay(struct buffer *out, const char *text);

/* Appends to a text. */
void words_put(struct buffer *out, const char *text);
void words_format(struct buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
