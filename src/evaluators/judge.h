/* SPDX-License-Identifier: ISC */
/*
 * A rule file applied to a proposal by a seat: the answer and the criteria that decided.
 * Total: whatever JSON the evidence is, there is an answer.
 */
#ifndef CONCLAVE_EVALUATORS_JUDGE_H
#define CONCLAVE_EVALUATORS_JUDGE_H

#include "evaluators/rules.h"

#include <jansson.h>

enum truth { NO, YES, UNKNOWN };

/* What the conditions are about. Borrowed; each may be NULL or of any type. */
struct subject {
    const json_t *proposal;
    const json_t *seat;
    const char *framework; /* of the seat, or NULL */
};

/* A value of another type than the condition compares with is as good as missing: UNKNOWN.
 */
enum truth condition_judge(const struct condition *c, const struct subject *s);
/* NO if any is, else UNKNOWN if any is, else YES. */
enum truth conditions_judge(const struct conditions *c, const struct subject *s);

enum choice { CHOICE_REJECT, CHOICE_APPROVE, CHOICE_ABSTAIN };
const char *choice_name(enum choice c);

enum { VERDICT_RATIONALE_MAX = 4096 };

struct verdict {
    enum choice choice;
    unsigned confidence;                       /* 0..100 */
    double score;                              /* 0..100, after limits */
    char rationale[VERDICT_RATIONALE_MAX + 1]; /* passes text_check, of several lines */
};

void judge(const struct rules *r, const json_t *proposal, const json_t *seat,
           struct verdict *out);

#endif
