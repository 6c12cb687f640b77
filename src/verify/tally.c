/* SPDX-License-Identifier: ISC */
/* Section 11 check 8: the counts, and the outcome by the rule, from the openings. */
#include "verify/checks.h"

/* By the letters of section 11. */
struct count {
    uint32_t choices[CHOICE_ABSTAIN + 1];
    uint32_t approvals;         /* A: opened up to the block that decided */
    uint32_t approvals_before;  /* B: below that block */
    uint32_t sealed;            /* C: seats with a commitment, */
    uint32_t sealed_unexpelled; /* D: those of them that are not expelled, */
    uint32_t closed_unexpelled; /* and of these without a ballot open by then */
    uint32_t unexpelled;        /* seats, */
};

static struct count recount(const struct proof *p)
{
    struct count c = {.approvals = 0};
    const struct record *r = &p->record;
    for (uint16_t i = 0; i < p->opening_count; i++) {
        const struct proof_opening *o = &p->openings[i];
        uint64_t height = r->seats[o->seat - 1].reveal_height;
        bool approves = o->ballot.choice == CHOICE_APPROVE;
        c.choices[o->ballot.choice]++;
        c.approvals += approves && height <= r->decided.height;
        c.approvals_before += approves && height < r->decided.height;
    }
    for (uint16_t i = 0; i < r->seat_count; i++) {
        const struct seat_record *s = &r->seats[i];
        bool unexpelled = s->status != STATUS_EXPELLED;
        bool opened = s->has_reveal && s->reveal_height <= r->decided.height;
        c.unexpelled += unexpelled;
        c.sealed += s->has_ballot;
        c.sealed_unexpelled += s->has_ballot && unexpelled;
        c.closed_unexpelled += s->has_ballot && unexpelled && !opened;
    }
    return c;
}

static bool check_counts(struct verification *v, const struct count *c)
{
    const struct record *r = &v->proof->record;
    const uint32_t said[] = {[CHOICE_REJECT] = r->reject,
                             [CHOICE_APPROVE] = r->approve,
                             [CHOICE_ABSTAIN] = r->abstain};
    for (int choice = CHOICE_REJECT; choice <= CHOICE_ABSTAIN; choice++) {
        if (said[choice] != c->choices[choice]) {
            return verify_refuse(v,
                                 "the record counts %u ballots of \"%s\", the opened "
                                 "ballots are %u",
                                 (unsigned)said[choice], choice_name((enum choice)choice),
                                 (unsigned)c->choices[choice]);
        }
    }
    return true;
}

static bool check_approval(struct verification *v, const struct count *c)
{
    const struct record *r = &v->proof->record;
    if (r->reason != REASON_NONE) {
        return verify_refuse(v,
                             "the outcome is approved, but there is a reason for a "
                             "rejection: %s",
                             reason_name(r->reason));
    }
    if (c->approvals < r->threshold) {
        return verify_refuse(v,
                             "the outcome is approved, but %u approvals were open when it "
                             "was fixed, and %u are needed",
                             (unsigned)c->approvals, (unsigned)r->threshold);
    }
    if (c->approvals_before >= r->threshold) {
        return verify_refuse(v,
                             "the outcome was fixed too late: %u approvals were open "
                             "before that block, and %u are enough",
                             (unsigned)c->approvals_before, (unsigned)r->threshold);
    }
    return true;
}

static bool reason_holds(const struct verification *v, const struct count *c)
{
    const struct record *r = &v->proof->record;
    bool opening = r->sealed.height < r->decided.height;
    bool lapsed = verify_is_due(r->decided.time_ms, r->sealed.time_ms,
                                v->charter->classes[r->class_index].reveal_ms);
    switch (r->reason) {
    case REASON_NONE:
        return false;
    case REASON_TOO_FEW_BALLOTS:
        return opening && c->sealed_unexpelled < r->threshold;
    case REASON_DEADLINE:
        return opening && c->sealed >= r->threshold && lapsed;
    case REASON_THRESHOLD_UNREACHABLE:
        return opening ? c->sealed >= r->threshold && !lapsed &&
                             c->approvals + c->closed_unexpelled < r->threshold
                       : c->unexpelled < r->threshold;
    }
    return false;
}

static bool check_rejection(struct verification *v, const struct count *c)
{
    const struct record *r = &v->proof->record;
    if (c->approvals >= r->threshold) {
        return verify_refuse(v,
                             "the outcome is rejected, but %u approvals were open when it "
                             "was fixed, and %u are enough",
                             (unsigned)c->approvals, (unsigned)r->threshold);
    }
    if (r->reason == REASON_NONE) {
        return verify_refuse(v, "the outcome is rejected, but there is no reason");
    }
    if (!reason_holds(v, c)) {
        return verify_refuse(v,
                             "the reason of the rejection, %s, does not fit the ballots, "
                             "heights and times of the record",
                             reason_name(r->reason));
    }
    return true;
}

bool check_tally(struct verification *v)
{
    struct count c = recount(v->proof);
    if (!check_counts(v, &c)) {
        return false;
    }
    switch (v->proof->record.outcome) {
    case OUTCOME_APPROVED:
        return check_approval(v, &c);
    case OUTCOME_REJECTED:
        return check_rejection(v, &c);
    }
    return false;
}
