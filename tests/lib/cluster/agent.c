/* SPDX-License-Identifier: ISC */
/* The seats' agents: each thinks a while, then answers as the test told. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "wire/shared.h"

static struct task *task_of(struct node *n, const struct hash *proposal)
{
    for (size_t i = 0; i < n->task_count; i++) {
        if (hash_equal(&n->tasks[i].proposal, proposal)) {
            return &n->tasks[i];
        }
    }
    if (n->task_count == n->task_capacity) {
        n->task_capacity = n->task_capacity > 0 ? 2 * n->task_capacity : 16;
        n->tasks = alloc_resize(n->tasks, n->task_capacity, sizeof(*n->tasks));
    }
    struct task *t = &n->tasks[n->task_count++];
    uint64_t delay = rng_below(&n->c->rng, n->c->config.vote_ms + 1);
    *t = (struct task){.proposal = *proposal, .answer_at = n->c->now + delay};
    t->answered = replica_holds_ballot(n->replica, proposal); /* before a restart */
    if (!t->answered && delay > 0) {
        network_push(n->c, t->answer_at, EVENT_AGENT, 0, n->number);
    }
    return t;
}

static void answer(struct node *n, struct task *t)
{
    struct complaint why;
    const struct proposal_note *p = cluster_proposal(n->c, &t->proposal);
    bool approves = p != NULL && n->seat <= p->approvals;
    struct ballot b = {.choice = approves ? CHOICE_APPROVE : CHOICE_REJECT,
                       .confidence = 80,
                       .rationale = slice_of_string("as I was told")};
    t->answered = true;
    int error = replica_answer(n->replica, &t->proposal, &b, &why);
    if (error != 0) {
        check_fail(n->c, "seat %u does not take a ballot: %s", n->seat, why.text);
    }
}

void agent_progress(struct node *n)
{
    const struct council *council = replica_council(n->replica);
    const struct proposal *p;
    for (size_t i = 0; n->votes && (p = council_at(council, i)) != NULL; i++) {
        struct task *t = task_of(n, &p->id);
        if (p->phase == PROPOSAL_SEALED && !t->answered &&
            replica_may_answer(n->replica, p) && n->c->now >= t->answer_at &&
            !council_is_expelled(council, n->seat)) {
            answer(n, t);
        }
    }
    for (size_t i = n->task_count; i-- > 0;) {
        if (council_find(council, &n->tasks[i].proposal) == NULL) {
            n->tasks[i] = n->tasks[--n->task_count];
        }
    }
}
