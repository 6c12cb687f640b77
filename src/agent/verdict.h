/* SPDX-License-Identifier: ISC */
/* What a check said, and what becomes of it in the question and in the answer. */
#ifndef CONCLAVE_AGENT_VERDICT_H
#define CONCLAVE_AGENT_VERDICT_H

#include "agent/answer.h"
#include "agent/checks.h"
#include "agent/run.h"

enum { VERDICT_DETAIL_MAX = 300 /* bytes */, VERDICT_FACTS_DEPTH = 8 };

struct verdict {
    const struct check *check; /* borrowed */
    enum { VERDICT_BROKEN, VERDICT_PASSED, VERDICT_FAILED } kind;
    char *detail;  /* one line, its own words; why it is broken where it is */
    json_t *facts; /* NULL: none */
};

/* Why a run gave no answer, in words; an empty complaint where it may have given one. */
void explain_end(const struct run_result *r, const struct run_limits *limits,
                 struct complaint *why);

/* From the end of its run; what was started is no longer of use. */
void verdict_conclude(struct verdict *v, const struct run_result *r,
                      const struct run_limits *limits);
/* It was never run. */
void verdict_break(struct verdict *v, const char *why);
void verdict_clear(struct verdict *v);
const char *verdict_word(const struct verdict *v);

/* The member "checks" of a question, a new reference. */
json_t *verdicts_json(const struct verdict *v, size_t count);
/* Turns an approval into an abstention where a check that says so has failed. That check,
 * or NULL. */
const struct verdict *verdicts_override(const struct verdict *v, size_t count,
                                        struct answer *a);
/* Puts what the checks said at the end of the rationale, as far as there is room. */
void verdicts_note(const struct verdict *v, size_t count, struct answer *a);

#endif
