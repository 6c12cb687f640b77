/* SPDX-License-Identifier: ISC */
#include "conclaved/agents.h"

#include "base/alloc.h"
#include "base/log.h"
#include "conclaved/json.h"
#include "conclaved/outbox.h"
#include "conclaved/turn.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct agent {
    struct control_session *session;
    uint64_t serial; /* grows with every attachment */
    char *name;
};

/* An open proposal as this seat sees it. */
struct task {
    struct hash proposal;
    uint64_t asked;  /* agents with a serial up to this one were asked */
    bool looked;     /* in the store for a ballot of before a restart */
    bool has_ballot; /* in the store */
    bool revealed;   /* the REVEAL is in the outbox or beyond */
};

struct agents {
    struct agent *list;
    size_t count, capacity;
    uint64_t serials;
    struct task *tasks;
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
    a->list[a->count++] = (struct agent){s, ++a->serials, alloc_string(name)};
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

void agents_failed(struct node *n, const struct hash *proposal, const char *reason)
{
    LOG_EVENT(LOG_LEVEL_WARN, "agent.failed",
              LOG_X("proposal", slice_of(proposal->bytes, HASH_BYTES)),
              LOG_S("reason", reason));
    json_t *params = json_object();
    json_put(params, "proposal", json_hash(proposal));
    json_put(params, "reason", json_string(reason));
    turn_publish(n, "agent.failed", params);
}

/* --- ballots --- */

static struct hash own_commitment(const struct node *n, const struct own_ballot *b)
{
    return hash_commitment(&n->charter->council_id, &b->proposal, n->seat, &b->ballot,
                           b->nonce);
}

static void send_commitment(struct node *n, const struct own_ballot *b)
{
    struct buffer encoding = {NULL, 0, 0};
    struct operation op = {.kind = OPERATION_BALLOT, .seat = n->seat};
    op.ballot.proposal = b->proposal;
    op.ballot.commitment = own_commitment(n, b);
    codec_encode_operation(&encoding, &op);
    outbox_add(n, buffer_slice(&encoding), false);
    buffer_free(&encoding);
}

static void send_reveal(struct node *n, const struct own_ballot *b)
{
    struct buffer encoding = {NULL, 0, 0};
    struct operation op = {.kind = OPERATION_REVEAL, .seat = n->seat};
    op.reveal.proposal = b->proposal;
    op.reveal.ballot = b->ballot;
    memcpy(op.reveal.nonce, b->nonce, sizeof(b->nonce));
    codec_encode_operation(&encoding, &op);
    outbox_add(n, buffer_slice(&encoding), false);
    buffer_free(&encoding);
}

static struct task *task_of(struct agents *a, const struct hash *proposal)
{
    for (size_t i = 0; i < a->task_count; i++) {
        if (hash_equal(&a->tasks[i].proposal, proposal)) {
            return &a->tasks[i];
        }
    }
    if (a->task_count == a->task_capacity) {
        a->task_capacity = a->task_capacity > 0 ? 2 * a->task_capacity : 16;
        a->tasks = alloc_resize(a->tasks, a->task_capacity, sizeof(*a->tasks));
    }
    struct task *t = &a->tasks[a->task_count++];
    *t = (struct task){.proposal = *proposal};
    return t;
}

static bool same_ballot(const struct ballot *a, const struct ballot *b)
{
    return a->choice == b->choice && a->confidence == b->confidence &&
           slice_equal(a->rationale, b->rationale);
}

int node_answer(struct node *n, const struct hash *proposal, const struct ballot *b,
                struct complaint *why)
{
    const struct proposal *p = council_find(n->council, proposal);
    struct own_ballot mine;
    if (p == NULL) {
        bool known = council_knows(n->council, proposal);
        return complain(why, known ? CONCLAVE_ESTATE : CONCLAVE_ENOENT,
                        known ? "the proposal is final" : "there is no such proposal");
    }
    if (ledger_get_ballot(n->ledger, proposal, &mine) == 0) {
        if (same_ballot(&mine.ballot, b)) {
            return 0;
        }
        return complain(why, CONCLAVE_EEXIST, "this seat holds another ballot already");
    }
    if (p->phase != PROPOSAL_SEALED) {
        return complain(why, CONCLAVE_ESTATE, "ballots are no longer taken");
    }
    mine = (struct own_ballot){.proposal = *proposal, .ballot = *b};
    randombytes_buf(mine.nonce, sizeof(mine.nonce));
    ledger_put_ballot(n->ledger, &mine);
    struct task *t = task_of(n->agents, proposal);
    t->looked = t->has_ballot = true;
    send_commitment(n, &mine);
    /* The end of the turn makes the ballot and its nonce durable, then lets the commitment
     * leave; the client's answer is later still (control/server.h). */
    sodium_memzero(&mine, sizeof(mine));
    return 0;
}

/* --- asking --- */

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

static void ask(struct node *n, const struct proposal *p, struct task *t)
{
    struct agents *a = n->agents;
    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].serial > t->asked) {
            control_notify(a->list[i].session, "agent.ask", question(n, p));
        }
    }
    t->asked = a->serials;
}

static void progress_one(struct node *n, const struct proposal *p)
{
    struct task *t = task_of(n->agents, &p->id);
    const struct seat_ballot *seat = &p->seats[n->seat - 1];
    struct own_ballot mine;
    if (t->revealed || seat->revealed || council_is_expelled(n->council, n->seat)) {
        return;
    }
    if (!t->looked) {
        t->looked = true;
        t->has_ballot = ledger_get_ballot(n->ledger, &p->id, &mine) == 0;
        /* After a restart the commitment may not have left yet. */
        if (t->has_ballot && !seat->committed && p->phase == PROPOSAL_SEALED) {
            send_commitment(n, &mine);
        }
    }
    if (p->phase == PROPOSAL_SEALED && !t->has_ballot && t->asked < n->agents->serials) {
        ask(n, p, t);
    }
    if (p->phase == PROPOSAL_OPENING && seat->committed && t->has_ballot &&
        ledger_get_ballot(n->ledger, &p->id, &mine) == 0) {
        send_reveal(n, &mine);
        t->revealed = true;
    }
}

void agents_progress(struct node *n)
{
    struct agents *a = n->agents;
    const struct proposal *p;
    for (size_t i = 0; (p = council_at(n->council, i)) != NULL; i++) {
        progress_one(n, p);
    }
    for (size_t i = a->task_count; i-- > 0;) {
        if (council_find(n->council, &a->tasks[i].proposal) == NULL) {
            a->tasks[i] = a->tasks[--a->task_count];
        }
    }
}
