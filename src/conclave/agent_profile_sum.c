/* SPDX-License-Identifier: ISC */
#include "conclave/agent_profile.h"

#include "patterns/inside.h"

#include <string.h>

/* The choice of a ballot is spelt as that of an answer. */
static enum choice ballot_of(enum answer_choice c)
{
    switch (c) {
    case ANSWER_REJECT:
        return CHOICE_REJECT;
    case ANSWER_APPROVE:
        return CHOICE_APPROVE;
    case ANSWER_ABSTAIN:
        break;
    }
    return CHOICE_ABSTAIN;
}

bool profile_turns(const struct profile *p, const struct past *d)
{
    enum answer_choice c;
    const struct record *r = d->record;
    const struct seat_record *s = &r->seats[p->seat - 1];
    if (!trial_choice(&d->trial, &c)) {
        return false;
    }
    uint32_t before = s->has_reveal && s->choice == CHOICE_APPROVE;
    uint32_t approve = r->approve - before + (c == ANSWER_APPROVE);
    return (approve >= r->threshold) != (r->outcome == OUTCOME_APPROVED);
}

void profile_sum(const struct profile *p, struct profile_totals *out)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < p->count; i++) {
        const struct past *d = &p->list[i];
        enum answer_choice c;
        if (d->trial.replied == 0) {
            continue;
        }
        out->asked++;
        uint64_t slowest = trial_slowest(&d->trial);
        out->slowest_ms = slowest > out->slowest_ms ? slowest : out->slowest_ms;
        if (!trial_choice(&d->trial, &c)) {
            continue;
        }
        out->answered++;
        out->choices[c]++;
        out->unstable += !trial_is_stable(&d->trial);
        out->turned += profile_turns(p, d);
        if (c != ANSWER_ABSTAIN) {
            out->decided++;
            out->with_outcome +=
                (c == ANSWER_APPROVE) == (d->record->outcome == OUTCOME_APPROVED);
        }
    }
}

void profile_likeness(const struct profile *p, uint16_t seat, struct likeness *out)
{
    struct crossed x = {0, 0, 0, 0};
    for (size_t i = 0; i < p->count; i++) {
        enum answer_choice c;
        if (p->list[i].trial.replied == 0 || !trial_choice(&p->list[i].trial, &c)) {
            continue;
        }
        const struct seat_record *s = &p->list[i].record->seats[seat - 1];
        enum choice own = ballot_of(c);
        if (own == CHOICE_ABSTAIN || !s->has_reveal || s->choice == CHOICE_ABSTAIN) {
            continue;
        }
        bool first = own == CHOICE_APPROVE, second = s->choice == CHOICE_APPROVE;
        x.both_approve += first && second;
        x.only_first += first && !second;
        x.only_second += !first && second;
        x.both_reject += !first && !second;
    }
    out->agree = x.both_approve + x.both_reject;
    out->both = out->agree + x.only_first + x.only_second;
    struct measure kappa = {.is_defined = false};
    if (out->both > 0) {
        kappa = pair_kappa(&x);
    }
    out->has_kappa = kappa.is_defined;
    out->kappa = kappa.value;
}
