/* SPDX-License-Identifier: ISC */
/* Tables of numbers on standard output; what was not measured (NAN) is a dash. */
#ifndef CONCLAVE_TESTS_BENCH_TABLE_H
#define CONCLAVE_TESTS_BENCH_TABLE_H

#include <stddef.h>

struct table_column {
    const char
        *head; /* as wide as the column; what is wider than its column shifts others */
    int decimals;
};

#define TABLE_COLUMNS(columns) (sizeof(columns) / sizeof(*(columns)))

void table_head(const char *title, const struct table_column *columns, size_t count);
void table_row(const struct table_column *columns, size_t count, const double *values);

#endif
