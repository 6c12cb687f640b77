/* SPDX-License-Identifier: ISC */
#include "conclaved/agents.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "conclaved/flagging.h"
#include "conclaved/json.h"
#include "conclaved/publish.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* An agent that reads slowly gets no more questions ahead than this: many long proposals at
 * once would be more than a client may leave unread, and it is listened to meanwhile. */
enum { AHEAD_BYTES = 256 * 1024 };

struct agent {
    struct control_session *session;
    uint64_t asked; /* the last question that it got, or that needs no answer any more */
    char *name;
};

/* An open proposal. */
struct task {
    struct hash proposal;
    uint64_t question;  /* numbers go up as ballots come to be wanted; 0: it was not yet */
    bool settled;       /* no ballot will be wanted any more */
    bool asked;         /* an agent was */
    uint64_t asked_ms;  /* monotonic, when the first was */
    bool timed;         /* one answered, or failed */
    bool judged;        /* the seat's evaluator, by that or by its absence */
    uint64_t window_ms; /* what there is for an answer */
};

struct agents {
    struct agent *list;
    size_t count, capacity;
    uint64_t questions;
    struct task *tasks; /* in the order of the council's proposals */
    size_t task_count, task_capacity;
};

struct agents *agents_new(void)
{
    return alloc_zero(1, sizeof(struct agents));
}

void agents_free(struct agents *a)
{
    if (a == NULL) {
        return;
    }
    for (size_t i = 0; i < a->count; i++) {
        free(a->list[i].name);
    }
    free(a->list);
    free(a->tasks);
    free(a);
}

int agents_attach(struct agents *a, struct control_session *s, const char *name,
                  struct complaint *why)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].session == s) {
            return complain(why, CONCLAVE_EEXIST, "this client is attached already");
        }
    }
    if (a->count == a->capacity) {
        a->capacity = a->capacity > 0 ? 2 * a->capacity : 4;
        a->list = alloc_resize(a->list, a->capacity, sizeof(*a->list));
    }
    a->list[a->count++] = (struct agent){s, 0, alloc_string(name)};
    LOG_EVENT(LOG_LEVEL_INFO, "agent.attached", LOG_S("name", name));
    return 0;
}

void agents_detach(struct agents *a, struct control_session *s)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].session == s) {
            LOG_EVENT(LOG_LEVEL_INFO, "agent.detached", LOG_S("name", a->list[i].name));
            free(a->list[i].name);
            a->list[i] = a->list[--a->count];
            return;
        }
    }
}

const char *agents_name(const struct agents *a, const struct control_session *s)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].session == s) {
            return a->list[i].name;
        }
    }
    return NULL;
}

unsigned agents_count(const struct agents *a)
{
    return (unsigned)a->count;
}

/* How much of the time that there was it took, or that nobody answered in it. */
static void judge_evaluator(struct node *n, struct task *t, bool answered)
{
    struct own *own = &n->flagging->own;
    if (!t->judged && t->asked && t->window_ms > 0) {
        uint64_t took_ms = clock_monotonic_ms() - t->asked_ms;
        t->judged = true;
        own->abandoned += !answered;
        samples_add(&own->answered, took_ms * 100 / t->window_ms);
    }
}

static void note_time(struct node *n, const struct hash *proposal)
{
    for (size_t i = 0; i < n->agents->task_count; i++) {
        struct task *t = &n->agents->tasks[i];
        if (!t->timed && t->asked && hash_equal(&t->proposal, proposal)) {
            t->timed = true;
            judge_evaluator(n, t, true);
            histogram_add(&n->metrics.evaluated,
                          1000 * (clock_monotonic_ms() - t->asked_ms));
        }
    }
}

void agents_answered(struct node *n, const struct hash *proposal, bool accepted)
{
    n->metrics.answered += accepted;
    n->metrics.refused_answers += !accepted;
    note_time(n, proposal);
}

void agents_failed(struct node *n, const struct hash *proposal, const char *reason)
{
    n->metrics.failed++;
    note_time(n, proposal);
    LOG_EVENT(LOG_LEVEL_WARN, "agent.failed",
              LOG_X("proposal", slice_of(proposal->bytes, HASH_BYTES)),
              LOG_S("reason", reason));
    json_t *params = json_object();
    json_put(params, "proposal", json_hash(proposal));
    json_put(params, "reason", json_string(reason));
    publish(n, "agent.failed", params);
    flagging_agent_failed(n, proposal, reason);
}

/* --- asking --- */

/* Drops those of proposals that are final. */
static void forget_tasks(struct agents *a, const struct council *council)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->task_count; i++) {
        if (council_find(council, &a->tasks[i].proposal) != NULL) {
            a->tasks[kept++] = a->tasks[i];
        }
    }
    a->task_count = kept;
}

/* Of the council's index-th proposal: what is final was dropped, and what is new comes
 * last, here as there. */
static struct task *task_of(struct agents *a, const struct hash *proposal, size_t index)
{
    assert(index <= a->task_count);
    if (index < a->task_count) {
        assert(hash_equal(&a->tasks[index].proposal, proposal));
        return &a->tasks[index];
    }
    if (a->task_count == a->task_capacity) {
        a->task_capacity = a->task_capacity > 0 ? 2 * a->task_capacity : 16;
        a->tasks = alloc_resize(a->tasks, a->task_capacity, sizeof(*a->tasks));
    }
    struct task *t = &a->tasks[a->task_count++];
    *t = (struct task){.proposal = *proposal};
    return t;
}

static json_t *text_of(struct slice s)
{
    return json_stringn((const char *)s.data, s.size);
}

/* What an agent is given: conclave-control(7), agent.ask. */
static json_t *question(const struct node *n, const struct proposal *p)
{
    const struct charter_seat *s = &n->charter->seats[n->seat - 1];
    const struct propose *c = &p->content;
    json_t *proposal = json_object();
    json_put(proposal, "id", json_hash(&p->id));
    json_put(proposal, "class", json_string(class_name(n->charter, c->class_index)));
    json_put(proposal, "title", text_of(c->title));
    json_put(proposal, "text", text_of(c->text));
    /* Evidence is a JSON object as text, never judged by the council: where it is none, the
     * agent gets the text itself. */
    json_t *evidence = json_evidence(c->evidence);
    bool none = c->evidence.size == 0;
    json_put(proposal, "evidence",
             evidence != NULL ? evidence : (none ? json_null() : text_of(c->evidence)));
    json_put(proposal, "payload", c->payload.size > 0 ? json_hex(c->payload) : json_null());
    json_put(proposal, "proposer", json_number(p->proposer));
    json_t *seat = json_object();
    json_put(seat, "number", json_number(n->seat));
    json_put(seat, "name", json_string(s->name));
    json_put(seat, "jurisdiction", json_string(s->jurisdiction));
    json_put(seat, "speciality", json_string(s->speciality));
    json_put(seat, "vendor", json_string(s->vendor));
    json_put(seat, "model_family", json_string(s->model_family));
    json_t *params = json_object();
    json_put(params, "proposal", proposal);
    json_put(params, "seat", seat);
    json_put(params, "deadline_ms", json_number(p->commit_deadline_ms));
    return params;
}

/* Whether the seat's ballot is wanted; once it is there, or too late, it never is again. */
static bool is_wanted(const struct node *n, const struct proposal *p, struct task *t)
{
    const struct council *council = replica_council(n->replica);
    if (!t->settled && (p->phase != PROPOSAL_SEALED || p->seats[n->seat - 1].revealed ||
                        replica_holds_ballot(n->replica, &p->id))) {
        t->settled = true;
    }
    return !t->settled && replica_may_answer(n->replica, p) &&
           !council_is_expelled(council, n->seat);
}

static void ask(struct node *n, const struct proposal *p, struct task *t,
                struct agent *agent)
{
    control_notify(agent->session, "agent.ask", question(n, p));
    if (!t->asked) {
        t->asked = true;
        t->asked_ms = clock_monotonic_ms();
        t->window_ms = p->commit_deadline_ms - p->opened.time_ms;
    }
    n->metrics.asked++;
}

/* The index of the first question after the one that the agent got last, or task_count. */
static size_t next_question(const struct agents *a, const struct agent *agent)
{
    size_t next = a->task_count;
    for (size_t i = 0; i < a->task_count; i++) {
        uint64_t number = a->tasks[i].question;
        if (number > agent->asked &&
            (next == a->task_count || number < a->tasks[next].question)) {
            next = i;
        }
    }
    return next;
}

/* What the agent has not been asked yet, as far as it reads. */
static void ask_agent(struct node *n, struct agent *agent)
{
    struct agents *a = n->agents;
    while (agent->asked < a->questions && control_unsent(agent->session) < AHEAD_BYTES) {
        size_t i = next_question(a, agent);
        if (i == a->task_count) {
            agent->asked = a->questions;
            return;
        }
        const struct proposal *p = council_at(replica_council(n->replica), i);
        agent->asked = a->tasks[i].question;
        if (is_wanted(n, p, &a->tasks[i])) {
            ask(n, p, &a->tasks[i], agent);
        }
    }
}

void agents_ask(struct node *n)
{
    struct agents *a = n->agents;
    const struct council *council = replica_council(n->replica);
    const struct proposal *p;
    forget_tasks(a, council);
    for (size_t i = 0; (p = council_at(council, i)) != NULL; i++) {
        struct task *t = task_of(a, &p->id, i);
        if (a->count > 0 && t->question == 0 && is_wanted(n, p, t)) {
            t->question = ++a->questions;
        }
        if (p->phase != PROPOSAL_SEALED) {
            judge_evaluator(n, t, false);
        }
    }
    for (size_t i = 0; i < a->count; i++) {
        ask_agent(n, &a->list[i]);
    }
}
