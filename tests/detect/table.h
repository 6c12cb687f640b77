/* SPDX-License-Identifier: ISC */
/* A table of short cells, aligned for a terminal or as a list of mdoc(7). */
#ifndef CONCLAVE_TESTS_DETECT_TABLE_H
#define CONCLAVE_TESTS_DETECT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MAX = 10, TABLE_CELL = 24 };

struct table {
    FILE *out;
    bool mdoc;
    const char *name;
    unsigned columns, at;
    int widths[TABLE_COLUMNS_MAX];
    char cells[TABLE_COLUMNS_MAX][TABLE_CELL]; /* of the row that is being filled */
};

/* headings are separated by |; a column is as wide as its heading, spaces included. */
void table_begin(struct table *t, FILE *out, bool mdoc, const char *name,
                 const char *headings);
/* The next of the row, which is printed with the last. */
__attribute__((format(printf, 2, 3))) void table_cell(struct table *t, const char *format,
                                                      ...);
void table_end(struct table *t);

#endif
