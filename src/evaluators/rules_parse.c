/* SPDX-License-Identifier: ISC */
/* The grammar of conclave-rules(5): one statement a line. */
#include "base/alloc.h"
#include "evaluators/parser.h"

#include <stdlib.h>
#include <string.h>

static int parse_end(struct parser *p)
{
    if (p->at->kind != TOKEN_END) {
        return REFUSE(p, "unexpected \"%.60s\"; end the line before it", parser_here(p));
    }
    return 0;
}

static int parse_number(struct parser *p, double least, double most, const char *what,
                        double *number)
{
    if (p->at->kind != TOKEN_WORD || !parser_number(p->at->text, number) ||
        *number < least || *number > most) {
        return REFUSE(p, "%s is a number from %g to %g, not \"%.60s\"", what, least, most,
                      parser_here(p));
    }
    p->at++;
    return 0;
}

static int parse_name(struct parser *p, const char *what, char **name)
{
    if (p->at->kind != TOKEN_TEXT || p->at->text[0] == '\0' ||
        strlen(p->at->text) > RULES_NAME_MAX) {
        return REFUSE(p, "%s is a \"quoted text\" of 1 to %d bytes, not \"%.60s\"", what,
                      RULES_NAME_MAX, parser_here(p));
    }
    *name = alloc_string(p->at->text);
    p->at++;
    return 0;
}

/* One or more words or texts with commas between them. */
static int parse_names(struct parser *p, const char *what, struct names *names)
{
    for (;;) {
        if (p->at->kind != TOKEN_WORD && p->at->kind != TOKEN_TEXT) {
            return REFUSE(p,
                          "%s is missing before %s; write one or more, with commas between",
                          what, parser_here(p));
        }
        names->list = alloc_resize(names->list, names->count + 1, sizeof(names->list[0]));
        names->list[names->count++] = alloc_string(p->at->text);
        p->at++;
        if (p->at->kind != TOKEN_COMMA) {
            return 0;
        }
        p->at++;
    }
}

/* for, when, if and unless, each at most once, in any order. */
static int parse_clauses(struct parser *p, struct rule *r)
{
    while (p->at->kind != TOKEN_END) {
        struct conditions *clause = NULL;
        int error = 0;
        if (r->classes.count == 0 && parser_accept(p, "for")) {
            error = parse_names(p, "the name of a decision class", &r->classes);
        } else if (r->when.count == 0 && parser_accept(p, "when")) {
            clause = &r->when;
        } else if (r->test.count == 0 && parser_accept(p, "if")) {
            clause = &r->test;
        } else if (r->unless.count == 0 && parser_accept(p, "unless")) {
            clause = &r->unless;
        } else {
            error = REFUSE(p,
                           "expected for, when, if or unless (each once) instead of "
                           "\"%.60s\"; a rule reads: KIND \"NAME\" [for CLASS, ...] "
                           "[when ...] if CONDITION [and ...] [unless ...]",
                           parser_here(p));
        }
        if (clause != NULL) {
            error = parser_conditions(p, clause);
        }
        if (error != 0) {
            return error;
        }
    }
    if (r->test.count == 0) {
        return REFUSE(p, "the rule says nothing; add: if CONDITION");
    }
    return 0;
}

static int parse_rule(struct parser *p, enum rule_kind kind)
{
    struct rules *rules = p->rules;
    if (rules->count == RULES_MAX) {
        return REFUSE(p, "a file has at most %d rules; merge some", RULES_MAX);
    }
    rules->list = alloc_resize(rules->list, rules->count + 1, sizeof(rules->list[0]));
    struct rule *r = &rules->list[rules->count++];
    *r = (struct rule){.kind = kind};
    int error = 0;
    if (kind == RULE_WEIGH) {
        error =
            parse_number(p, -RULES_POINTS_MAX, RULES_POINTS_MAX, "a weight", &r->points);
        if (error == 0 && r->points == 0) {
            error = REFUSE(p, "a weight of 0 decides nothing; give it points or remove it");
        }
    } else if (kind == RULE_LIMIT) {
        error = parse_number(p, 0, 100, "a limit on the score", &r->points);
    }
    if (error == 0) {
        error = parse_name(p, "a rule's name", &r->name);
    }
    for (size_t i = 0; error == 0 && i + 1 < rules->count; i++) {
        if (strcmp(rules->list[i].name, r->name) == 0) {
            error = REFUSE(p, "the name \"%s\" is taken; give each rule its own", r->name);
        }
    }
    return error != 0 ? error : parse_clauses(p, r);
}

static int parse_approve(struct parser *p)
{
    struct rules *rules = p->rules;
    struct threshold t = {0, {NULL, 0}};
    int error = parse_number(p, 0, 100, "a score to approve", &t.score);
    if (error == 0 && parser_accept(p, "for")) {
        error = parse_names(p, "the name of a decision class", &t.classes);
    }
    for (size_t i = 0; i < rules->threshold_count && error == 0; i++) {
        const struct names *before = &rules->thresholds[i].classes;
        if (before->count == 0 && t.classes.count == 0) {
            error = REFUSE(p, "a second score to approve for all classes; keep one");
        }
        for (size_t k = 0; k < t.classes.count && error == 0; k++) {
            if (names_have(before, slice_of_string(t.classes.list[k]))) {
                error = REFUSE(p, "a second score to approve for %.60s; keep one",
                               t.classes.list[k]);
            }
        }
    }
    rules->thresholds =
        alloc_resize(rules->thresholds, rules->threshold_count + 1, sizeof(t));
    rules->thresholds[rules->threshold_count++] = t;
    return error;
}

static int parse_framework(struct parser *p)
{
    struct rules *rules = p->rules;
    rules->frameworks = alloc_resize(rules->frameworks, rules->framework_count + 1,
                                     sizeof(rules->frameworks[0]));
    struct framework *f = &rules->frameworks[rules->framework_count++];
    *f = (struct framework){NULL, {NULL, 0}};
    int error = parse_name(p, "a framework's name", &f->name);
    if (error == 0 && !parser_accept(p, "in")) {
        error = REFUSE(p,
                       "expected \"in\" instead of \"%.60s\"; write: "
                       "framework \"NAME\" in JURISDICTION, ...",
                       parser_here(p));
    }
    return error != 0 ? error : parse_names(p, "a jurisdiction", &f->jurisdictions);
}

static int parse_family(struct parser *p)
{
    if (p->at->kind != TOKEN_WORD || strlen(p->at->text) > RULES_FAMILY_MAX) {
        return REFUSE(p, "a family is one bare word of at most %d bytes, not \"%.60s\"",
                      RULES_FAMILY_MAX, parser_here(p));
    }
    if (p->rules->family != NULL) {
        return REFUSE(p, "a second family; keep one");
    }
    p->rules->family = alloc_string(p->at->text);
    p->at++;
    return 0;
}

static int parse_title(struct parser *p)
{
    if (p->rules->title != NULL) {
        return REFUSE(p, "a second title; keep one");
    }
    return parse_name(p, "the title", &p->rules->title);
}

static int parse_margin(struct parser *p)
{
    if (p->has_margin) {
        return REFUSE(p, "a second margin; keep one");
    }
    p->has_margin = true;
    return parse_number(p, 0, 50, "the margin", &p->rules->margin);
}

static int parse_missing(struct parser *p)
{
    if (p->has_missing) {
        return REFUSE(p, "a second statement about missing evidence; keep one");
    }
    p->has_missing = true;
    if (parser_accept(p, "against")) {
        p->rules->missing = MISSING_AGAINST;
    } else if (parser_accept(p, "aside")) {
        p->rules->missing = MISSING_ASIDE;
    } else if (parser_accept(p, "abstain")) {
        p->rules->missing = MISSING_ABSTAIN;
    } else {
        return REFUSE(p, "missing evidence counts against, aside or abstain, not \"%.60s\"",
                      parser_here(p));
    }
    return 0;
}

static int parse_statement(struct parser *p)
{
    if (parser_accept(p, "weigh")) {
        return parse_rule(p, RULE_WEIGH);
    }
    if (parser_accept(p, "veto")) {
        return parse_rule(p, RULE_VETO);
    }
    if (parser_accept(p, "require")) {
        return parse_rule(p, RULE_REQUIRE);
    }
    if (parser_accept(p, "limit")) {
        return parse_rule(p, RULE_LIMIT);
    }
    if (parser_accept(p, "approve")) {
        return parse_approve(p);
    }
    if (parser_accept(p, "framework")) {
        return parse_framework(p);
    }
    if (parser_accept(p, "family")) {
        return parse_family(p);
    }
    if (parser_accept(p, "title")) {
        return parse_title(p);
    }
    if (parser_accept(p, "margin")) {
        return parse_margin(p);
    }
    if (parser_accept(p, "missing")) {
        return parse_missing(p);
    }
    return REFUSE(p,
                  "no statement begins with \"%.60s\"; use family, title, framework, "
                  "missing, approve, margin, weigh, veto, require or limit",
                  parser_here(p));
}

static int parse_line(struct parser *p, struct slice text)
{
    const char *problem = NULL;
    int error = token_split(&p->line, text, &problem);
    if (error != 0) {
        return complain(p->why, error, "%s:%u: %s", p->file, p->line_number, problem);
    }
    p->at = p->line.tokens;
    if (p->line.count == 0) {
        return 0;
    }
    error = parse_statement(p);
    return error != 0 ? error : parse_end(p);
}

/* What only the whole file can show. */
static int check_whole(struct parser *p)
{
    const struct rules *r = p->rules;
    bool general = false, weighs = false;
    for (size_t i = 0; i < r->threshold_count; i++) {
        general = general || r->thresholds[i].classes.count == 0;
    }
    for (size_t i = 0; i < r->count; i++) {
        weighs = weighs || (r->list[i].kind == RULE_WEIGH && r->list[i].points > 0);
    }
    if (r->family == NULL || r->title == NULL) {
        return complain(p->why, CONCLAVE_EFORMAT,
                        "%s: the file has no %s; add the line: %s", p->file,
                        r->family == NULL ? "family" : "title",
                        r->family == NULL ? "family WORD" : "title \"TEXT\"");
    }
    if (!general) {
        return complain(p->why, CONCLAVE_EFORMAT,
                        "%s: no score to approve for all classes; add a line like: "
                        "approve 60",
                        p->file);
    }
    if (!weighs) {
        return complain(p->why, CONCLAVE_EFORMAT,
                        "%s: no criterion has a positive weight; add a line like: "
                        "weigh 10 \"Audited\" if evidence.audited == true",
                        p->file);
    }
    return 0;
}

int rules_parse(const char *file, struct slice text, struct rules **out,
                struct complaint *why)
{
    struct parser p = {.file = file, .why = why};
    int error = 0;
    *out = NULL;
    if (text.size > RULES_FILE_MAX) {
        return complain(why, CONCLAVE_ELIMIT,
                        "%s: the file is longer than %d bytes; remove rules", file,
                        RULES_FILE_MAX);
    }
    p.rules = alloc_zero(1, sizeof(*p.rules));
    for (size_t at = 0; at < text.size && error == 0;) {
        const uint8_t *end = memchr(text.data + at, '\n', text.size - at);
        size_t length = end != NULL ? (size_t)(end - text.data) - at : text.size - at;
        p.line_number++;
        error = parse_line(&p, slice_of(text.data + at, length));
        at += length + 1;
    }
    if (error == 0) {
        error = check_whole(&p);
    }
    if (error != 0) {
        rules_free(p.rules);
        return error;
    }
    *out = p.rules;
    return 0;
}
