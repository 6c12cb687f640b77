/* SPDX-License-Identifier: ISC */
/* The command line of conclave-eval-llm(1), and the files that it names. */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_OPTIONS_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_OPTIONS_H

#include "evaluators/eval_llm_budget.h"
#include "evaluators/eval_llm_http.h"
#include "evaluators/eval_llm_request.h"

struct llm_options {
    const char *endpoint; /* as given */
    const char *key_file, *credential, *profile_file, *budget_file;
    bool allow_http, print_request;
    struct llm_place place; /* its url is the program's to free */
    struct llm_request request;
    uint64_t samples;
    uint64_t timeout_ms; /* for all of it */
    uint64_t retries;    /* after failures of an endpoint, for each sample */
    uint64_t data_max;   /* bytes, llm_prompt_build */
    struct llm_limits limits;
};

/* True: go on; false: exit with status. The strings are those of argv. */
bool llm_options_parse(struct llm_options *o, int argc, char **argv, int *status);

/* The text of the profile; empty where none is named. The caller frees. */
int llm_profile_load(const char *path, struct buffer *out, struct complaint *why);

#endif
