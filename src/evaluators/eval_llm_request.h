/* SPDX-License-Identifier: ISC */
/* The body of a request for a chat completion, as OpenAI-compatible endpoints take it.
 * Pure. */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_REQUEST_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_REQUEST_H

#include "evaluators/eval_llm_prompt.h"

/* How the answer's form is asked for, the strictest first. */
enum llm_form {
    LLM_FORM_SCHEMA, /* response_format of type json_schema */
    LLM_FORM_OBJECT, /* of type json_object */
    LLM_FORM_TEXT,   /* in words alone */
};
const char *llm_form_name(enum llm_form f);
/* -1 where the word is none. */
int llm_form_parse(const char *word);

struct llm_request {
    const char *model;
    enum llm_form form;
    bool has_temperature, has_seed;
    double temperature;
    uint64_t seed;
    uint64_t tokens_max; /* of the answer */
    /* max_tokens has become max_completion_tokens, and some know only one of the two. */
    bool new_name;
    /* Why an earlier answer could not be used, NULL where there was none. */
    const char *correction;
};

/* Appends JSON. */
void llm_request_write(const struct llm_request *r, const struct llm_prompt *p,
                       struct buffer *out);

#endif
