/* SPDX-License-Identifier: ISC */
#include "agent/words.h"

#include "base/alloc.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Appends one word. Returns what follows it, NULL where a quote does not end. */
static const char *read_word(const char *at, struct buffer *word)
{
    char quote = '\0';
    for (; *at != '\0' && (quote != '\0' || !is_blank(*at)); at++) {
        char c = *at;
        if (c == quote) {
            quote = '\0';
            continue;
        }
        if (quote == '\0' && (c == '\'' || c == '"')) {
            quote = c;
            continue;
        }
        bool escapes = quote == '\0' || (quote == '"' && (at[1] == '"' || at[1] == '\\'));
        if (c == '\\' && escapes) {
            if (at[1] == '\0') {
                return NULL;
            }
            c = *++at;
        }
        buffer_append(word, &c, 1);
    }
    return quote == '\0' ? at : NULL;
}

int words_split(const char *command, char ***out, struct complaint *why)
{
    char **words = alloc_zero(WORDS_MAX + 1, sizeof(*words));
    size_t count = 0;
    const char *problem = NULL;
    while (is_blank(*command)) {
        command++;
    }
    while (problem == NULL && *command != '\0') {
        struct buffer word = {NULL, 0, 0};
        command = read_word(command, &word);
        if (command == NULL) {
            problem = "a quote or a backslash at its end is left open; close it";
        } else if (count == WORDS_MAX) {
            problem = "it has more than 128 words; put them into a script";
        } else {
            buffer_append(&word, "", 1);
            words[count++] = alloc_string((const char *)word.data);
            while (is_blank(*command)) {
                command++;
            }
        }
        buffer_free(&word);
    }
    if (problem == NULL && (count == 0 || words[0][0] == '\0')) {
        problem = "it names no program; write \"PROGRAM ARGUMENTS\"";
    }
    if (problem != NULL) {
        words_free(words);
        return complain(why, CONCLAVE_EFORMAT, "the command line: %s", problem);
    }
    *out = words;
    return 0;
}

void words_free(char **words)
{
    for (char **w = words; w != NULL && *w != NULL; w++) {
        free(*w);
    }
    free(words);
}

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int words_resolve(char **words, struct complaint *why)
{
    if (strchr(words[0], '/') != NULL) {
        if (is_program(words[0])) {
            return 0;
        }
        int error = access(words[0], F_OK) == 0 ? CONCLAVE_EPERM : CONCLAVE_ENOENT;
        return complain(why, error, "the program %s %s", words[0],
                        error == CONCLAVE_EPERM
                            ? "is no executable file; check its mode (chmod +x)"
                            : "does not exist; check the path");
    }
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        char *candidate = alloc_printf("%.*s/%s", (int)length, path, words[0]);
        if (length > 0 && is_program(candidate)) {
            free(words[0]);
            words[0] = candidate;
            return 0;
        }
        free(candidate);
        path += length + (path[length] == ':');
    }
    return complain(why, CONCLAVE_ENOENT,
                    "the program %s is not in $PATH; write its whole path", words[0]);
}

/* A bare word such as approve may be a file here by chance, seat.rules hardly. */
static bool looks_like_path(const char *word)
{
    return word[0] != '/' && word[0] != '-' && strpbrk(word, "/.") != NULL;
}

void words_anchor(char **words)
{
    char *here = realpath(".", NULL);
    for (char **w = words; here != NULL && *w != NULL; w++) {
        struct stat st;
        if (looks_like_path(*w) && stat(*w, &st) == 0 &&
            (S_ISREG(st.st_mode) || strchr(*w, '/') != NULL)) {
            char *whole = alloc_printf("%s/%s", here, *w);
            free(*w);
            *w = whole;
        }
    }
    free(here);
}
