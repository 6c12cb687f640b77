/* SPDX-License-Identifier: ISC */
#include "corpus.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void unescape(const char *line, struct buffer *out)
{
    while (*line != '\0' && *line != '\n') {
        char character[TEXT_CHARACTER_MAX];
        if (line[0] == '\\' && line[1] == 'n') {
            buffer_append(out, "\n", 1);
            line += 2;
        } else if (strncmp(line, "\\u{", 3) == 0) {
            char *end;
            uint32_t c = (uint32_t)strtoul(line + 3, &end, 16);
            buffer_append(out, character, text_encode(c, character));
            line = end + 1;
        } else {
            buffer_append(out, line++, 1);
        }
    }
}

size_t corpus_each(const char *name,
                   void (*take)(void *context, struct slice text, size_t line),
                   void *context)
{
    char path[2048], line[8192];
    size_t count = 0, number = 0;
    const char *top = getenv("top_srcdir");
    (void)snprintf(path, sizeof(path), "%s/tests/patterns/corpus/%s",
                   top != NULL ? top : ".", name);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        number++;
        if (line[0] == '\n' || (line[0] == '#' && (line[1] == ' ' || line[1] == '\n'))) {
            continue;
        }
        struct buffer text = {0};
        unescape(line, &text);
        take(context, buffer_slice(&text), number);
        buffer_free(&text);
        count++;
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return count;
}
