/* SPDX-License-Identifier: ISC */
/*
 * A rule file, conclave-rules(5): one seat's view of what deserves approval, as data.
 * This header is the parsed file; judge.h applies it to a proposal.
 */
#ifndef CONCLAVE_EVALUATORS_RULES_H
#define CONCLAVE_EVALUATORS_RULES_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

enum {
    RULES_FILE_MAX = 64 * 1024, /* bytes */
    RULES_LINE_MAX = 1024,      /* bytes of a line */
    RULES_MAX = 128,            /* rules in a file */
    RULES_NAME_MAX = 80,        /* bytes of a rule's name, the title and a framework */
    RULES_WORD_MAX = 128,       /* bytes of a path or a bare word */
    RULES_FAMILY_MAX = 32,      /* bytes of the family */
    RULES_POINTS_MAX = 1000,    /* of one criterion, either sign */
};

enum rule_kind { RULE_WEIGH, RULE_VETO, RULE_REQUIRE, RULE_LIMIT };

enum comparison {
    OP_AT_LEAST,
    OP_AT_MOST,
    OP_MORE,
    OP_LESS,
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_IN,
    OP_HAS,
    OP_BETWEEN,
    OP_PRESENT,
    OP_MISSING,
};

enum value_kind { VALUE_NUMBER, VALUE_TEXT, VALUE_BOOLEAN };

struct value {
    enum value_kind kind;
    double number;
    bool boolean;
    char *text;
};

struct condition {
    bool count; /* the number of elements rather than the value */
    char *path; /* evidence.a.b, seat.name, proposal.title */
    enum comparison op;
    struct value *values;
    size_t value_count;
};

/* Conditions that must all hold. */
struct conditions {
    struct condition *list;
    size_t count;
};

struct names {
    char **list;
    size_t count;
};

struct rule {
    enum rule_kind kind;
    double points; /* WEIGH: its weight; LIMIT: the highest score left; else 0 */
    char *name;
    struct names classes; /* none: all */
    struct conditions when, test, unless;
};

/* What a criterion without its evidence does to the score. */
enum on_missing { MISSING_AGAINST, MISSING_ASIDE, MISSING_ABSTAIN };

struct threshold {
    double score;
    struct names classes; /* none: wherever no other threshold names the class */
};

/* A legal framework and the jurisdictions of the seats that work under it. */
struct framework {
    char *name;
    struct names jurisdictions;
};

struct rules {
    char *family;
    char *title;
    enum on_missing missing;
    double margin;
    struct threshold *thresholds;
    size_t threshold_count;
    struct framework *frameworks;
    size_t framework_count;
    struct rule *list;
    size_t count;
};

/* Parses text; file is what complaints call it. 0, or CONCLAVE_EFORMAT, _ELIMIT, _ETEXT
 * with "FILE:LINE: what is wrong; what cures it". The caller frees with rules_free. */
int rules_parse(const char *file, struct slice text, struct rules **out,
                struct complaint *why);
/* The same from a file; also CONCLAVE_EIO. */
int rules_load(const char *path, struct rules **out, struct complaint *why);
void rules_free(struct rules *r);

/* Equal but for the case of ASCII letters. */
bool rules_same_word(struct slice a, struct slice b);
bool names_have(const struct names *n, struct slice word);

#endif
