/* SPDX-License-Identifier: ISC */
#include "evaluators/eval_llm_vote.h"

/* The distance of a confidence from the mean, times the number of those in it. */
static unsigned distance(unsigned confidence, unsigned votes, unsigned sum)
{
    unsigned scaled = confidence * votes;
    return scaled > sum ? scaled - sum : sum - scaled;
}

static void choose(const struct answer *answers, size_t count, size_t asked,
                   struct llm_vote *v)
{
    unsigned votes = v->counts[v->choice], sum = 0, nearest = 0;
    bool has_one = false;
    for (size_t i = 0; i < count; i++) {
        sum += answers[i].choice == v->choice ? answers[i].confidence : 0;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned d = distance(answers[i].confidence, votes, sum);
        if (answers[i].choice == v->choice && (!has_one || d < nearest)) {
            has_one = true;
            nearest = d;
            v->chosen = i;
        }
    }
    /* The mean, sum / votes, times the share, votes / asked. */
    v->confidence = sum / (unsigned)asked;
}

static void tally(const struct answer *answers, size_t count, struct llm_vote *v)
{
    *v = (struct llm_vote){.choice = ANSWER_ABSTAIN};
    for (size_t i = 0; i < count; i++) {
        v->counts[answers[i].choice]++;
    }
}

void llm_vote(const struct answer *answers, size_t count, size_t asked,
              struct llm_vote *out)
{
    tally(answers, count, out);
    for (int c = ANSWER_REJECT; c <= ANSWER_ABSTAIN; c++) {
        if (2 * (size_t)out->counts[c] > asked) {
            out->choice = (enum answer_choice)c;
            out->is_majority = true;
            choose(answers, count, asked, out);
        }
    }
}

bool llm_vote_is_open(const struct answer *answers, size_t count, size_t to_come,
                      size_t asked)
{
    struct llm_vote v;
    bool is_open = false;
    tally(answers, count, &v);
    for (int c = ANSWER_REJECT; c <= ANSWER_ABSTAIN; c++) {
        is_open = is_open || 2 * (v.counts[c] + to_come) > asked;
    }
    return is_open;
}
