/* SPDX-License-Identifier: ISC */
/* What a model is told: the question of conclave-agent(1) and the seat's profile become two
 * messages. Pure. */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_PROMPT_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_PROMPT_H

#include "base/error.h"
#include "evaluators/eval_llm_data.h"

#include <jansson.h>

enum { LLM_PROFILE_MAX = 16 * 1024 }; /* bytes of a profile's text */

struct llm_prompt {
    struct buffer system; /* who the seat is, its profile, the rules of the task */
    struct buffer user;   /* the proposal, as data */
    struct buffer cuts;   /* sentences that say what was left out; empty: nothing was */
};

/*
 * profile is the operator's own text and is trusted; what the question holds is not.
 * data_max: bytes of the proposal's text, evidence and checks together that are shown. The
 * nonce is LLM_NONCE_DIGITS digits that nobody who wrote the question could know.
 * CONCLAVE_EFORMAT where the question is none; the caller frees with llm_prompt_free, also
 * after an error.
 */
int llm_prompt_build(const json_t *question, struct slice profile, size_t data_max,
                     const char *nonce, struct llm_prompt *out, struct complaint *why);
void llm_prompt_free(struct llm_prompt *p);

/* A profile is UTF-8 without control characters but line feed and tab, and of at most
 * LLM_PROFILE_MAX bytes. where is the file's name. CONCLAVE_ELIMIT or CONCLAVE_ETEXT. */
int llm_profile_check(struct slice text, const char *where, struct complaint *why);

#endif
