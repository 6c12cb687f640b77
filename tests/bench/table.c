/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 3 };

void table_head(const char *title, const struct table_column *columns, size_t count)
{
    printf("\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        printf("%*s%s", i > 0 ? GAP : 0, "", columns[i].head);
    }
    printf("\n");
}

void table_row(const struct table_column *columns, size_t count, const double *values)
{
    for (size_t i = 0; i < count; i++) {
        int width = (int)strlen(columns[i].head);
        printf("%*s", i > 0 ? GAP : 0, "");
        if (isnan(values[i])) {
            printf("%*s", width, "-");
        } else {
            printf("%*.*f", width, columns[i].decimals, values[i]);
        }
    }
    printf("\n");
}
