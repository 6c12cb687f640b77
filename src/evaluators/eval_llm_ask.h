/* SPDX-License-Identifier: ISC */
/* One answer of a model, whatever it takes: retries, a weaker form, one correction. */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_ASK_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_ASK_H

#include "evaluators/eval_llm_options.h"

struct llm_ask {
    const struct llm_options *options;
    const struct llm_prompt *prompt;
    const struct llm_key *key;
    struct llm_http *http;
    struct llm_budget *budget;
    uint64_t until_ms;          /* monotonic: no request after this */
    struct llm_request request; /* with the form that the endpoint is known to take */
    unsigned requests;          /* sent so far */
    struct llm_usage used;
};

/*
 * Asks for the sample, which counts from 0 and moves the seed. CONCLAVE_EAGAIN: there is no
 * answer, and why->text may become public: it has no text of endpoint or model.
 * CONCLAVE_EINVAL: what the operator gave is wrong, and no vote must come of it.
 */
int llm_ask(struct llm_ask *a, unsigned sample, struct answer *out, struct complaint *why);

/* A line on standard error, without the key. */
void llm_say(const struct llm_key *key, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
