/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <stdarg.h>
#include <string.h>

static void print_row(struct table *t)
{
    for (unsigned c = 0; c < t->columns; c++) {
        if (t->mdoc) {
            (void)fprintf(t->out, "%s%s", c == 0 ? ".It " : " Ta ", t->cells[c]);
        } else {
            (void)fprintf(t->out, c == 0 ? "%-*s" : "  %*s", t->widths[c], t->cells[c]);
        }
    }
    (void)fputs("\n", t->out);
    t->at = 0;
}

static void trim(char *cell)
{
    size_t size = strlen(cell);
    while (size > 0 && cell[size - 1] == ' ') {
        cell[--size] = '\0';
    }
}

void table_begin(struct table *t, FILE *out, bool mdoc, const char *name,
                 const char *headings)
{
    *t = (struct table){.out = out, .mdoc = mdoc, .name = name};
    for (const char *at = headings; at != NULL && t->columns < TABLE_COLUMNS_MAX;) {
        size_t size = strcspn(at, "|");
        t->widths[t->columns] = (int)size;
        (void)snprintf(t->cells[t->columns++], TABLE_CELL, "%.*s", (int)size, at);
        at = at[size] == '|' ? at + size + 1 : NULL;
    }
    if (mdoc) {
        (void)fprintf(out, ".\\\" %s: begin\n.Bl -column", name);
        for (unsigned c = 0; c < t->columns; c++) {
            (void)fprintf(out, " \"%s\"", t->cells[c]);
        }
        (void)fputs("\n", out);
    }
    for (unsigned c = 0; c < t->columns; c++) {
        trim(t->cells[c]);
    }
    print_row(t);
}

void table_cell(struct table *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(t->cells[t->at++], TABLE_CELL, format, args);
    va_end(args);
    if (t->at == t->columns) {
        print_row(t);
    }
}

void table_end(struct table *t)
{
    if (t->mdoc) {
        (void)fprintf(t->out, ".El\n.\\\" %s: end\n", t->name);
    }
}
