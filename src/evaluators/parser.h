/* SPDX-License-Identifier: ISC */
/* Where the parser of a rule file stands: the statements (rules_parse.c) and their
 * conditions (rules_condition.c) share it. */
#ifndef CONCLAVE_EVALUATORS_PARSER_H
#define CONCLAVE_EVALUATORS_PARSER_H

#include "evaluators/token.h"

struct parser {
    const char *file;
    unsigned line_number;
    struct token_line line;
    const struct token *at;
    struct rules *rules;
    struct complaint *why;
    bool has_missing, has_margin;
};

#define REFUSE(p, format, ...)                                                             \
    complain((p)->why, CONCLAVE_EFORMAT, "%s:%u: " format, (p)->file, (p)->line_number,    \
             ##__VA_ARGS__)

bool parser_is_word(const struct parser *p, const char *word);
/* Steps over the word if it stands here. */
bool parser_accept(struct parser *p, const char *word);
/* What stands here, for a message. */
const char *parser_here(const struct parser *p);
/* A finite decimal number; hexadecimal, infinities and the like are words. */
bool parser_number(const char *text, double *number);

/* Condition [and condition ...], appended to out. 0 or CONCLAVE_EFORMAT. */
int parser_conditions(struct parser *p, struct conditions *out);

#endif
