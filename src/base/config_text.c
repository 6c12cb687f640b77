/* SPDX-License-Identifier: ISC */
#include "base/config_text.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_BYTES_MAX = 1024 * 1024 };

/* What follows the comment that begins at p, or p where none begins. */
static char *comment_end(char *p)
{
    if (p[0] == '#' || (p[0] == '/' && p[1] == '/')) {
        return p + strcspn(p, "\n");
    }
    if (p[0] == '/' && p[1] == '*') {
        char *end = strstr(p + 2, "*/");
        return end != NULL ? end + 2 : p; /* unclosed: libconfuse says so */
    }
    return p;
}

static char *string_end(char *p)
{
    char quote = *p++;
    while (*p != '\0' && *p != quote) {
        p += *p == '\\' && p[1] != '\0' ? 2 : 1;
    }
    return *p != '\0' ? p + 1 : p;
}

/* libconfuse counts the lines of comments more than once, so that its complaints would name
 * later lines: it gets spaces instead. */
static void blank_comments(char *text)
{
    for (char *p = text; *p != '\0';) {
        char *end = comment_end(p);
        if (end > p) {
            for (; p < end; p++) {
                *p = *p == '\n' ? '\n' : ' ';
            }
        } else if (*p == '"' || *p == '\'') {
            p = string_end(p);
        } else if (strchr(" \t\r\n={}(),+", *p) != NULL) {
            p++;
        } else {
            p += strcspn(p, " \t\r\n={}(),+#\"'"); /* a word may hold // */
        }
    }
}

char *config_text_read(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return NULL;
    }
    char *text = alloc_zero(CONFIG_BYTES_MAX + 2, 1);
    size_t size = fread(text, 1, CONFIG_BYTES_MAX + 1, file);
    int error = ferror(file) != 0         ? errno
                : size > CONFIG_BYTES_MAX ? EFBIG
                : strlen(text) != size    ? EILSEQ
                                          : 0;
    (void)fclose(file);
    if (error == 0) {
        /* libconfuse would print a backslash that ends the text to standard output. */
        text[size] = '\n';
        blank_comments(text);
        return text;
    }
    free(text);
    errno = error;
    return NULL;
}

char *config_text_path(const char *folder, const char *path)
{
    if (path == NULL) {
        return NULL;
    }
    return path[0] == '/' ? alloc_string(path) : alloc_printf("%s/%s", folder, path);
}

/* --- what is wrong --- */

static const char *cure_of(const char *words)
{
    static const struct {
        const char *part, *cure;
    } cures[] = {
        {"invalid integer value", ": write a whole number, without a unit"},
        {"invalid boolean value", ": write yes or no"},
        {"missing equal sign", ": or a quote above it is not closed"},
        {"premature end of file", ": close the quote, brace or comment"},
        {"missing title", ": write a name in quotes before the brace"},
        {"duplicate title", ": give each a name of its own"},
    };
    for (size_t i = 0; i < sizeof(cures) / sizeof(cures[0]); i++) {
        if (strstr(words, cures[i].part) != NULL) {
            return cures[i].cure;
        }
    }
    return "";
}

void config_text_complain(struct complaint *why, const char *path, int line,
                          const char *page, const char *format, va_list args)
{
    char words[COMPLAINT_BYTES];
    (void)vsnprintf(words, sizeof(words), format, args);
    if (why->text[0] != '\0') {
        return;
    }
    if (strstr(words, "no such option") != NULL) {
        (void)complain(
            why, CONCLAVE_EFORMAT,
            "%s:%d: %s: %s lists them; correct its name or remove it, or upgrade "
            "if it is a later version's",
            path, line, words, page);
    } else {
        (void)complain(why, CONCLAVE_EFORMAT, "%s:%d: %s%s", path, line, words,
                       cure_of(words));
    }
}
