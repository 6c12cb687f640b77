/* SPDX-License-Identifier: ISC */
/* What an endpoint sent back, and the vote in it: believed only after size, shape and text
 * were checked. Pure. */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_COMPLETION_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_COMPLETION_H

#include "agent/answer.h"
#include "evaluators/eval_llm_key.h"

struct llm_usage {
    uint64_t input, output; /* tokens */
};
enum { LLM_USAGE_MAX = 1000000000 }; /* what is more is taken for so much */

struct llm_completion {
    char *content; /* what the model wrote; NULL after an error */
    bool has_usage;
    struct llm_usage usage; /* as the endpoint says */
};

/*
 * Parses the body of a response. CONCLAVE_EFORMAT: it is no completion; CONCLAVE_ELIMIT:
 * the answer was cut; CONCLAVE_EPERM: the model answered with a refusal or a call of a
 * tool. The complaint has no text of the response. usage is filled where it is there, also
 * after errors. The caller frees with llm_completion_free, also after an error.
 */
int llm_completion_parse(struct slice body, struct llm_completion *out,
                         struct complaint *why);
void llm_completion_free(struct llm_completion *c);

/*
 * The vote in what a model wrote: one JSON object that answer_parse takes. White space
 * around it, one block <think>...</think> before it, and one fence of ``` or ```json around
 * it are dropped, and nothing else is. Codes and complaints are those of answer_parse.
 */
int llm_vote_parse(const char *content, struct answer *out, struct complaint *why);

/* The message of an error in a response's body, with the key blotted out and everything
 * harmful escaped, at most 200 bytes of it; nothing where there is none. */
void llm_error_text(struct slice body, const struct llm_key *key, struct buffer *out);

#endif
