/* SPDX-License-Identifier: ISC */
/*
 * What models may cost: tokens and money, of one evaluation or, in a file that evaluations
 * share, of a day (UTC). A request is charged with the most that it can cost before it is
 * sent, and with what it did cost afterwards, so that no number of them at once, and none
 * that is killed, spends more than is allowed.
 */
#ifndef CONCLAVE_EVALUATORS_EVAL_LLM_BUDGET_H
#define CONCLAVE_EVALUATORS_EVAL_LLM_BUDGET_H

#include "base/error.h"
#include "evaluators/eval_llm_completion.h"

enum { LLM_DAY_BYTES = 11, LLM_PRICE_MAX = 1000 }; /* 2026-01-02; per million tokens */

struct llm_limits {
    uint64_t tokens;      /* of input and output; UINT64_MAX: any */
    uint64_t cost_micros; /* millionths of the currency of the prices; UINT64_MAX: any */
    uint64_t input_price; /* millionths, per million tokens */
    uint64_t output_price;
};

struct llm_spent {
    char day[LLM_DAY_BYTES];
    uint64_t requests, tokens, cost_micros;
};

/* Rounded up. */
uint64_t llm_cost_micros(const struct llm_limits *l, struct llm_usage usage);
/* What is charged: what the endpoint says, or the most where it does not, or says what
 * cannot be. Less than a token for each 16 bytes of input that were sent cannot be. */
struct llm_usage llm_usage_judged(const struct llm_completion *c, size_t sent,
                                  struct llm_usage most);

struct llm_budget {
    struct llm_limits limits;
    const char *path; /* NULL: of this evaluation alone */
    int fd;
    uint64_t until_ms; /* monotonic: so long the file's lock is waited for */
    struct llm_spent own;
};

/* Makes the file where there is none. 0, or CONCLAVE_EIO, CONCLAVE_EPERM, CONCLAVE_EFORMAT.
 */
int llm_budget_open(struct llm_budget *b, const char *path, const struct llm_limits *l,
                    struct complaint *why);
void llm_budget_close(struct llm_budget *b);

/* Charges the most that a request may use. CONCLAVE_EFULL: the limits do not allow it, or
 * the file stayed locked; the complaint may become public. CONCLAVE_EIO, CONCLAVE_EFORMAT:
 * the file. */
int llm_budget_reserve(struct llm_budget *b, struct llm_usage most, uint64_t now_ms,
                       struct complaint *why);
/* Replaces what was charged by what was used. */
int llm_budget_settle(struct llm_budget *b, struct llm_usage most, struct llm_usage used,
                      uint64_t now_ms, struct complaint *why);

#endif
