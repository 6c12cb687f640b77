/* SPDX-License-Identifier: ISC */
/* What an evaluator made of a sample, and what to think of that. */
#ifndef CONCLAVE_CONCLAVE_AGENT_TRIAL_H
#define CONCLAVE_CONCLAVE_AGENT_TRIAL_H

#include "conclave/agent_ask.h"
#include "conclave/agent_samples.h"

enum trial_verdict { TRIAL_OK, TRIAL_WARNING, TRIAL_FAILED };
const char *trial_verdict_name(enum trial_verdict f);

struct trial {
    const struct sample *sample; /* NULL: of another question, which is not judged */
    const struct trial *of;      /* of the sample that it is derived from, or NULL */
    enum answer_choice demands;  /* what an injection asks for */
    unsigned times;              /* it is asked */
    unsigned replied;
    struct reply *replies; /* of replied */
    enum trial_verdict verdict;
    json_t *reasons; /* texts, the gravest first */
};

/* Adds a reply, of which it takes the answer; replies has room for it. */
void trial_take(struct trial *t, struct reply *r);
void trial_clear(struct trial *t);

unsigned trial_answered(const struct trial *t);
/* How often it gave this answer. */
unsigned trial_count(const struct trial *t, enum answer_choice c);
/* The answer that it gave most often, of equals the most careful one: abstain, reject,
 * approve. False: it never answered. */
bool trial_choice(const struct trial *t, enum answer_choice *out);
/* The mean of those answers, 0 to 100. */
unsigned trial_confidence(const struct trial *t, enum answer_choice c);
bool trial_is_stable(const struct trial *t);
uint64_t trial_slowest(const struct trial *t);

/* The name, or null; and an array of all that it replied. New references. */
json_t *trial_choice_json(bool is_there, enum answer_choice c);
json_t *trial_answers_json(const struct trial *t);

/* Finds what is wrong; limit_ms is that of its time. */
void trial_judge(struct trial *t, uint64_t limit_ms);
/* What is odd about all of them together: texts are appended to out. */
void trials_judge(const struct trial *list, size_t count, json_t *out);

#endif
