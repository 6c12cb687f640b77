/* SPDX-License-Identifier: ISC */
/* Rows for programs, one after the other: CSV (RFC 4180) or an object of JSON a line. */
#ifndef CONCLAVE_CONCLAVE_SHEET_H
#define CONCLAVE_CONCLAVE_SHEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct sheet {
    FILE *out;
    bool csv;
    const char *const *columns; /* ends with NULL */
};

/* The names of the columns, in CSV. */
void sheet_begin(const struct sheet *s);
/* An object that has each column as a member, and no other; stolen. In CSV null is empty,
 * an array or object its JSON, and text that a spreadsheet would take for a formula gets
 * an apostrophe before it, as does text that begins with one. False when it cannot be
 * written. */
bool sheet_row(const struct sheet *s, json_t *row);

#endif
