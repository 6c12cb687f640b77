/* SPDX-License-Identifier: ISC */
/* A line of a rule file as words, quoted texts and commas. */
#ifndef CONCLAVE_EVALUATORS_TOKEN_H
#define CONCLAVE_EVALUATORS_TOKEN_H

#include "base/bytes.h"
#include "base/error.h"
#include "evaluators/rules.h"

enum { TOKENS_MAX = RULES_LINE_MAX / 2 + 1 };

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_TEXT, TOKEN_COMMA };

struct token {
    enum token_kind kind;
    const char *text; /* words and texts: ends with NUL; valid as long as the line */
};

struct token_line {
    char store[2 * RULES_LINE_MAX + 2];
    struct token tokens[TOKENS_MAX + 1]; /* ends with TOKEN_END */
    size_t count;                        /* without it */
};

/* 0, or CONCLAVE_EFORMAT, _ELIMIT, _ETEXT with *problem saying what is wrong and its cure.
 */
int token_split(struct token_line *line, struct slice text, const char **problem);

#endif
