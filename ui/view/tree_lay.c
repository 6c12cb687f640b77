/* SPDX-License-Identifier: ISC */
#include "ui/view/tree.h"

#include <stdbool.h>

enum { TREE_DEPTH = 16 };

static void new_line(struct buffer *out, unsigned depth)
{
    words_put(out, "\n");
    for (unsigned i = 0; i < depth && i < TREE_DEPTH; i++) {
        words_put(out, "  ");
    }
}

void tree_lay(struct buffer *out, const char *text)
{
    unsigned depth = 0;
    bool quoted = false;
    for (const char *s = text; *s != '\0'; s++) {
        bool opens = *s == '{' || *s == '[', closes = *s == '}' || *s == ']';
        if (quoted) {
            buffer_append(out, s, 1);
            if (*s == '\\' && s[1] != '\0') {
                buffer_append(out, ++s, 1);
            } else if (*s == '"') {
                quoted = false;
            }
            continue;
        }
        if (closes && depth > 0) {
            new_line(out, --depth);
        }
        if (*s != ' ' && *s != '\n') {
            buffer_append(out, s, 1);
        }
        quoted = *s == '"';
        if (opens && s[1] != '}' && s[1] != ']') {
            new_line(out, ++depth);
        } else if (opens) {
            buffer_append(out, ++s, 1);
        } else if (*s == ',') {
            new_line(out, depth);
        } else if (*s == ':') {
            words_put(out, " ");
        }
    }
    words_put(out, "\n");
}
