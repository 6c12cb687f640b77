/* SPDX-License-Identifier: ISC */
/* What an evaluator wrote: believed only after size, shape and text were checked. */
#ifndef CONCLAVE_AGENT_ANSWER_H
#define CONCLAVE_AGENT_ANSWER_H

#include "base/bytes.h"
#include "base/error.h"

#include <jansson.h>

enum { ANSWER_RATIONALE_MAX = 4096, ANSWER_CONFIDENCE_MAX = 100 };

enum answer_choice { ANSWER_REJECT, ANSWER_APPROVE, ANSWER_ABSTAIN };
const char *answer_choice_name(enum answer_choice c);

struct answer {
    enum answer_choice choice;
    unsigned confidence; /* 0..100 */
    char *rationale;
};

/*
 * Parses exactly one JSON object with choice ("approve", "reject" or "abstain"), confidence
 * (an integer, 0 to 100) and rationale (text, conclave-protocol(7) section 3, at most 4,096
 * bytes). Fields of other names are ignored. CONCLAVE_EFORMAT, _ELIMIT or _ETEXT with a
 * complaint. The caller frees with answer_clear.
 */
int answer_parse(struct slice output, struct answer *out, struct complaint *why);
void answer_clear(struct answer *a);

/* The parameters of agent.answer, a new reference. */
json_t *answer_params(const struct answer *a, const char *proposal);

#endif
