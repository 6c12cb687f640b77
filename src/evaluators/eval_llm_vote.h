/* SPDX-License-Identifier: ISC */
/* Several answers of one model become one vote. Pure. */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_VOTE_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_VOTE_H

#include "agent/answer.h"

enum { LLM_SAMPLES_MAX = 15 };

struct llm_vote {
    enum answer_choice choice; /* abstain where there is no majority */
    unsigned confidence;
    bool is_majority;
    size_t chosen;                       /* the sample whose rationale stands for all */
    unsigned counts[ANSWER_ABSTAIN + 1]; /* by choice */
};

/*
 * asked samples were asked for, count answers came. The choice that more than half of asked
 * gave wins; its confidence is the mean of theirs times their share of asked, rounded down.
 * Of those samples the one whose confidence is nearest to the mean is chosen, the first of
 * equals. 0 < asked <= LLM_SAMPLES_MAX, count <= asked.
 */
void llm_vote(const struct answer *answers, size_t count, size_t asked,
              struct llm_vote *out);

/* Whether some choice may get more than half of asked when so many answers are to come. */
bool llm_vote_is_open(const struct answer *answers, size_t count, size_t to_come,
                      size_t asked);

#endif
