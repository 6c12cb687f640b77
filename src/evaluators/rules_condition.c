/* SPDX-License-Identifier: ISC */
/* Conditions: [count] PATH COMPARISON VALUE, and the words they are made of. */
#include "base/alloc.h"
#include "evaluators/parser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool parser_is_word(const struct parser *p, const char *word)
{
    return p->at->kind == TOKEN_WORD && strcmp(p->at->text, word) == 0;
}

bool parser_accept(struct parser *p, const char *word)
{
    bool found = parser_is_word(p, word);
    p->at += found;
    return found;
}

const char *parser_here(const struct parser *p)
{
    switch (p->at->kind) {
    case TOKEN_END:
        return "the line's end";
    case TOKEN_COMMA:
        return "a comma";
    case TOKEN_WORD:
    case TOKEN_TEXT:
        break;
    }
    return p->at->text;
}

bool parser_number(const char *text, double *number)
{
    char *end = NULL;
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0') {
        return false;
    }
    *number = strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

static bool is_path(const char *text)
{
    static const char *const fixed[] = {
        "seat.number",    "seat.name",         "seat.jurisdiction", "seat.speciality",
        "seat.vendor",    "seat.model_family", "seat.framework",    "proposal.class",
        "proposal.title", "proposal.text",     "proposal.proposer",
    };
    static const char root[] = "evidence.";
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (strcmp(text, fixed[i]) == 0) {
            return true;
        }
    }
    if (strncmp(text, root, sizeof(root) - 1) != 0) {
        return false;
    }
    const char *rest = text + sizeof(root) - 1;
    return rest[0] != '\0' && rest[0] != '.' && strstr(rest, "..") == NULL &&
           rest[strlen(rest) - 1] != '.';
}

static int parse_value(struct parser *p, struct condition *c)
{
    struct value v = {VALUE_TEXT, 0, false, NULL};
    if (p->at->kind == TOKEN_WORD && parser_number(p->at->text, &v.number)) {
        v.kind = VALUE_NUMBER;
    } else if (parser_is_word(p, "true") || parser_is_word(p, "false")) {
        v.kind = VALUE_BOOLEAN;
        v.boolean = p->at->text[0] == 't';
    } else if (p->at->kind == TOKEN_WORD || p->at->kind == TOKEN_TEXT) {
        v.text = alloc_string(p->at->text);
    } else {
        return REFUSE(p,
                      "a value is missing before %s; write a number, true, false, "
                      "a word or a \"text\"",
                      parser_here(p));
    }
    p->at++;
    c->values = alloc_resize(c->values, c->value_count + 1, sizeof(c->values[0]));
    c->values[c->value_count++] = v;
    return 0;
}

static int parse_bound(struct parser *p, struct condition *c)
{
    double number = 0;
    if (p->at->kind != TOKEN_WORD || !parser_number(p->at->text, &number)) {
        return REFUSE(p, "this comparison needs a number, not \"%.60s\"", parser_here(p));
    }
    return parse_value(p, c);
}

static int parse_comparison(struct parser *p, enum comparison *op)
{
    static const struct {
        const char *word;
        enum comparison op;
    } words[] = {
        {">=", OP_AT_LEAST},     {"<=", OP_AT_MOST},      {">", OP_MORE},
        {"<", OP_LESS},          {"==", OP_EQUAL},        {"!=", OP_NOT_EQUAL},
        {"in", OP_IN},           {"has", OP_HAS},         {"between", OP_BETWEEN},
        {"present", OP_PRESENT}, {"missing", OP_MISSING},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (parser_accept(p, words[i].word)) {
            *op = words[i].op;
            return 0;
        }
    }
    return REFUSE(p,
                  "expected a comparison instead of \"%.60s\"; write one of >= <= > < == "
                  "!= in has between present missing, with blanks around it",
                  parser_here(p));
}

static int parse_values(struct parser *p, struct condition *c)
{
    int error = 0;
    switch (c->op) {
    case OP_PRESENT:
    case OP_MISSING:
        break;
    case OP_AT_LEAST:
    case OP_AT_MOST:
    case OP_MORE:
    case OP_LESS:
        error = parse_bound(p, c);
        break;
    case OP_EQUAL:
    case OP_NOT_EQUAL:
        error = parse_value(p, c);
        break;
    case OP_BETWEEN:
        error = parse_bound(p, c);
        if (error == 0) {
            error = parse_bound(p, c);
        }
        if (error == 0 && c->values[0].number > c->values[1].number) {
            error = REFUSE(p, "between has its bounds the wrong way round; "
                              "write the smaller number first");
        }
        break;
    case OP_IN:
    case OP_HAS:
        error = parse_value(p, c);
        while (error == 0 && p->at->kind == TOKEN_COMMA) {
            p->at++;
            error = parse_value(p, c);
        }
        break;
    }
    return error;
}

static int parse_condition(struct parser *p, struct conditions *out)
{
    out->list = alloc_resize(out->list, out->count + 1, sizeof(out->list[0]));
    struct condition *c = &out->list[out->count++];
    *c = (struct condition){.count = parser_accept(p, "count")};
    if (p->at->kind != TOKEN_WORD || !is_path(p->at->text)) {
        return REFUSE(p,
                      "expected a path instead of \"%.60s\"; write evidence.FIELD, "
                      "proposal.class|title|text|proposer or seat.number|name|"
                      "jurisdiction|framework|speciality|vendor|model_family",
                      parser_here(p));
    }
    c->path = alloc_string(p->at->text);
    p->at++;
    int error = parse_comparison(p, &c->op);
    return error != 0 ? error : parse_values(p, c);
}

int parser_conditions(struct parser *p, struct conditions *out)
{
    int error;
    do {
        error = parse_condition(p, out);
    } while (error == 0 && parser_accept(p, "and"));
    return error;
}
