/* SPDX-License-Identifier: ISC */
#include "evaluators/token.h"

#include "base/text.h"

#include <string.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Copies a quoted text after its opening quote. Returns the offset after the closing one,
 * 0 where there is none. */
static size_t quoted(struct slice text, size_t at, char **to, const char **problem)
{
    for (; at < text.size; at++) {
        char c = (char)text.data[at];
        if (c == '"') {
            return at + 1;
        }
        if (c == '\\') {
            at++;
            if (at == text.size || (text.data[at] != '"' && text.data[at] != '\\')) {
                *problem = "a backslash in a quoted text stands only before \" or \\; "
                           "write it twice for itself";
                return 0;
            }
            c = (char)text.data[at];
        }
        *(*to)++ = c;
    }
    *problem = "a quoted text does not end on its line; add the closing \"";
    return 0;
}

/* Copies a bare word. Returns the offset after it, 0 where it is not one. */
static size_t bare(struct slice text, size_t at, char **to, const char **problem)
{
    const char *start = *to;
    for (; at < text.size; at++) {
        uint8_t c = text.data[at];
        if (is_blank(c) || c == ',') {
            break;
        }
        if (c == '"' || c >= 0x7f) {
            *problem = "a bare word has only ASCII letters, digits and signs; "
                       "put other text into \"quotes\" of its own";
            return 0;
        }
        *(*to)++ = (char)c;
    }
    if ((size_t)(*to - start) > RULES_WORD_MAX) {
        *problem = "a word is longer than 128 bytes; shorten it";
        return 0;
    }
    return at;
}

int token_split(struct token_line *line, struct slice text, const char **problem)
{
    char *to = line->store;
    size_t at = 0;
    line->count = 0;
    if (text.size > RULES_LINE_MAX) {
        *problem = "the line is longer than 1024 bytes; split the rule in two";
        return CONCLAVE_ELIMIT;
    }
    if (text_check(text, true, NULL) != 0) {
        *problem = "the line is not plain UTF-8 text, or has a control character; "
                   "save the file as UTF-8 with line feeds alone";
        return CONCLAVE_ETEXT;
    }
    for (;;) {
        while (at < text.size && is_blank(text.data[at])) {
            at++;
        }
        if (at == text.size || text.data[at] == '#') {
            break;
        }
        if (line->count == TOKENS_MAX) {
            *problem = "the line has too many words; split the rule in two";
            return CONCLAVE_ELIMIT;
        }
        struct token *t = &line->tokens[line->count];
        t->text = to;
        if (text.data[at] == ',') {
            t->kind = TOKEN_COMMA;
            at++;
        } else if (text.data[at] == '"') {
            t->kind = TOKEN_TEXT;
            at = quoted(text, at + 1, &to, problem);
        } else {
            t->kind = TOKEN_WORD;
            at = bare(text, at, &to, problem);
        }
        if (at == 0) {
            return CONCLAVE_EFORMAT;
        }
        *to++ = '\0';
        line->count++;
    }
    line->tokens[line->count] = (struct token){TOKEN_END, ""};
    return 0;
}
