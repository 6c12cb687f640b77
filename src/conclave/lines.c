/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/lines.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096 };

void describe_line(const char *label, const char *format, ...)
{
    char text[LINE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    describe_coloured(label, COLOUR_PLAIN, text);
}

void describe_coloured(const char *label, enum colour colour, const char *text)
{
    (void)printf("  %-*s  ", LABEL_WIDTH, label);
    output_text(colour, text);
    (void)printf("\n");
}

void describe_wrapped(const char *label, enum colour colour, const char *text)
{
    const unsigned room = PAGE_WIDTH - LABEL_WIDTH - 4;
    char *copy = alloc_string(text), *rest = copy, *line = copy, *word;
    unsigned used = 0;
    while ((word = strsep(&rest, " ")) != NULL) {
        unsigned width = output_width(word);
        if (used > 0 && used + 1 + width > room) {
            word[-1] = '\0';
            describe_coloured(label, colour, line);
            label = "";
            line = word;
            used = width;
            continue;
        }
        if (used > 0) {
            word[-1] = ' ';
        }
        used += width + (used > 0);
    }
    describe_coloured(label, colour, line);
    free(copy);
}

void describe_foreign(const char *label, enum colour colour, const char *text)
{
    char *safe = output_safe(text), *rest = safe;
    do {
        size_t length = output_fit(rest, PAGE_WIDTH - LABEL_WIDTH - 4);
        char *line = alloc_printf("%.*s", (int)length, rest);
        describe_coloured(label, colour, line);
        free(line);
        label = "";
        rest += length;
        rest += *rest == ' ';
    } while (*rest != '\0');
    free(safe);
}
