/* SPDX-License-Identifier: ISC */
/* Who asks the replicas for something: the seats' agents, who approve at once, and the
 * clients that submit operations and proposals; and what is measured of it. */
#include "inside.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

#define STALL_NS (120 * SCALE_S)

enum { WARM_BLOCKS = 2, BATCH = 64, NONCE_BYTES = 20, FILLER = 'x' };

/* --- measuring begins and ends --- */

static void begin_measuring(struct scale *s)
{
    s->measuring = true;
    s->measured_from = s->now;
    s->before = s->counts;
    s->height_before = s->height;
    s->operations_before = s->operations;
    memset(s->measured_s, 0, sizeof(s->measured_s));
    memset(s->measured_calls, 0, sizeof(s->measured_calls));
}

/* --- what they ask for --- */

static void submit_one(struct node *n)
{
    struct scale *s = n->s;
    uint8_t nonce[NONCE_BYTES] = {0};
    struct buffer text = {NULL, 0, 0}, encoding = {NULL, 0, 0};
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = n->seat};
    s->nonce++;
    memcpy(nonce, &s->nonce, sizeof(s->nonce));
    buffer_reserve(&text, s->plan->text_bytes + 1);
    memset(text.data, FILLER, s->plan->text_bytes);
    op.propose.title = slice_of_string("bench");
    op.propose.text = slice_of(text.data, s->plan->text_bytes);
    op.propose.nonce = slice_of(nonce, sizeof(nonce));
    codec_encode_operation(&encoding, &op);
    (void)replica_submit(n->replica, buffer_slice(&encoding), false);
    buffer_free(&encoding);
    buffer_free(&text);
}

static uint64_t submit(struct node *n, uint64_t count)
{
    double since = engine_begin();
    for (uint64_t i = 0; i < count; i++) {
        submit_one(n);
    }
    engine_took(n->s, CALL_SUBMIT, since);
    n->s->measured_calls[CALL_SUBMIT] += count - 1;
    return count;
}

static uint64_t top_up(struct node *n)
{
    struct replica_load load;
    unsigned outstanding = n->s->plan->outstanding;
    replica_load(n->replica, &load);
    return load.proposals + BATCH <= outstanding ? submit(n, outstanding - load.proposals)
                                                 : 0;
}

static void propose(struct node *n, struct decision *d)
{
    struct complaint why = {""};
    uint64_t nonce = ++n->s->nonce;
    struct propose p = {.title = slice_of_string("bench"),
                        .text = slice_of_string("The council decides that it decides."),
                        .nonce = slice_of(&nonce, sizeof(nonce))};
    d->proposed = true;
    if (replica_propose(n->replica, &p, &d->id, &why) != 0) {
        scale_fail("seat %u: %s", n->seat, why.text);
    }
}

static void vote(struct node *n)
{
    struct complaint why = {""};
    const struct ballot b = {.choice = CHOICE_APPROVE,
                             .confidence = 80,
                             .rationale = slice_of_string("The bench approves.")};
    for (size_t i = 0; i < n->task_count; i++) {
        if (replica_answer(n->replica, &n->tasks[i], &b, &why) != 0) {
            scale_fail("seat %u: %s", n->seat, why.text);
        }
    }
    n->task_count = 0;
}

uint64_t client_work(struct node *n)
{
    struct scale *s = n->s;
    vote(n);
    if (!s->started) {
        return 0;
    }
    switch (s->plan->kind) {
    case SCALE_LOAD:
        return top_up(n);
    case SCALE_ALONE:
        if (s->alone_since == 0 && n->seat == s->alone_count % s->plan->seats + 1) {
            s->alone_since = s->now;
            return submit(n, 1);
        }
        return 0;
    case SCALE_ONE:
    case SCALE_MANY:
        for (unsigned i = 0; i < s->decision_count; i++) {
            if (!s->decisions[i].proposed && s->decisions[i].seat == n->seat) {
                propose(n, &s->decisions[i]);
            }
        }
        return 0;
    }
    return 0;
}

static void rouse(struct node *n)
{
    n->work_due = true;
    engine_rouse(n);
}

/* --- what comes of it --- */

static struct decision *decision_of(struct scale *s, const struct hash *id)
{
    for (unsigned i = 0; i < s->decision_count; i++) {
        if (s->decisions[i].proposed && hash_equal(&s->decisions[i].id, id)) {
            return &s->decisions[i];
        }
    }
    return NULL;
}

static void reach(struct node *n, struct decision *d, enum milestone what)
{
    GROW(n->reached, n->reached_count, n->reached_capacity);
    n->reached[n->reached_count++] =
        (struct milestone_reached){(unsigned)(d - n->s->decisions), what};
}

static void on_event(struct node *n, const struct block *b, const struct council_event *e)
{
    struct scale *s = n->s;
    struct decision *d = NULL;
    bool counts = e->kind == COUNCIL_DECIDED || e->kind == COUNCIL_FINAL;
    if (e->kind == COUNCIL_OPENED && s->plan->kind != SCALE_LOAD &&
        s->plan->kind != SCALE_ALONE) {
        GROW(n->tasks, n->task_count, n->task_capacity);
        n->tasks[n->task_count++] = e->proposal;
        n->work_due = true; /* the agent answers in a turn of its own */
    }
    s->final_count += e->kind == COUNCIL_FINAL && n->seat == 1;
    if (counts && s->plan->kind == SCALE_ONE) {
        d = decision_of(s, &e->proposal);
    }
    if (d == NULL || d->seat != n->seat) {
        return;
    }
    if (e->kind == COUNCIL_FINAL) {
        d->final_height = b->header.height;
        reach(n, d, MILESTONE_FINAL);
    } else {
        reach(n, d, MILESTONE_OUTCOME);
    }
}

void client_executed(struct node *n, const struct block *b, const struct council_result *r)
{
    struct scale *s = n->s;
    uint64_t operations = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        operations += b->envelopes[i]->count;
        n->executed_own |= b->envelopes[i]->seat == n->seat;
    }
    if (n->seat == 1) {
        s->height = b->header.height;
        s->operations += operations;
        s->loaded_from += operations > 0 && s->loaded_from < WARM_BLOCKS;
    }
    for (unsigned i = 0; s->plan->kind == SCALE_ONE && i < s->decision_count; i++) {
        struct decision *d = &s->decisions[i];
        if (d->seat == n->seat && d->final_height > 0 && d->at[MILESTONE_PROVABLE] == 0 &&
            b->header.executed_height >= d->final_height) {
            reach(n, d, MILESTONE_PROVABLE);
        }
    }
    for (size_t i = 0; i < r->event_count; i++) {
        on_event(n, b, &r->events[i]);
    }
}

void client_begin(struct scale *s)
{
    s->decisions = alloc_zero(s->plan->count + 1, sizeof(*s->decisions));
}

/* --- the four kinds --- */

static void next_decision(struct scale *s)
{
    struct decision *d = &s->decisions[s->decision_count];
    d->seat = (uint16_t)(s->decision_count++ % s->plan->seats + 1);
    d->begun = s->now;
    rouse(&s->nodes[d->seat - 1]);
}

static void start(struct scale *s)
{
    s->started = true;
    switch (s->plan->kind) {
    case SCALE_LOAD:
    case SCALE_ALONE:
        break;
    case SCALE_ONE:
        next_decision(s); /* the first is not measured */
        break;
    case SCALE_MANY:
        begin_measuring(s);
        while (s->decision_count < s->plan->count) {
            next_decision(s);
        }
        break;
    }
    for (uint16_t i = 0; i < s->plan->seats; i++) {
        rouse(&s->nodes[i]);
    }
}

static void settled_load(struct scale *s)
{
    if (!s->measuring && s->loaded_from == WARM_BLOCKS) {
        begin_measuring(s);
    }
    s->done = s->measuring && s->height >= s->height_before + s->plan->count;
}

static void settled_alone(struct scale *s, struct node *n)
{
    if (s->alone_since == 0 || n->seat != s->alone_count % s->plan->seats + 1 ||
        !n->executed_own) {
        return;
    }
    if (s->measuring) {
        s->samples[s->alone_count - 1] =
            (double)(s->now - s->alone_since) / (double)SCALE_S;
    } else {
        begin_measuring(s);
    }
    s->alone_count++;
    s->done = s->alone_count > s->plan->count;
    s->alone_since = 0;
    rouse(&s->nodes[s->alone_count % s->plan->seats]);
}

static void settled_one(struct scale *s, struct node *n)
{
    const unsigned last = s->decision_count;
    enum milestone wanted = s->plan->quiet ? MILESTONE_PROVABLE : MILESTONE_FINAL;
    for (size_t i = 0; i < n->reached_count; i++) {
        struct decision *d = &s->decisions[n->reached[i].decision];
        d->at[n->reached[i].what] = s->now;
        bool is_last = n->reached[i].decision + 1 == last;
        if (is_last && n->reached[i].what == wanted && last <= s->plan->count) {
            if (last == 1) {
                begin_measuring(s);
            }
            next_decision(s);
        } else if (is_last && n->reached[i].what == MILESTONE_PROVABLE) {
            s->done = true;
        }
    }
    n->reached_count = 0;
}

void client_settled(struct node *n)
{
    struct scale *s = n->s;
    if (n->seat == 1 && s->height != s->progress_at) {
        s->progress_at = s->height;
        s->progressed = s->now;
    }
    if (s->now - s->progressed > STALL_NS) {
        s->done = s->out->stalled = true;
    }
    if (!s->started) {
        if (s->height > 0) {
            start(s);
        }
        n->executed_own = false;
        return;
    }
    switch (s->plan->kind) {
    case SCALE_LOAD:
        settled_load(s);
        break;
    case SCALE_ALONE:
        settled_alone(s, n);
        break;
    case SCALE_ONE:
        settled_one(s, n);
        break;
    case SCALE_MANY:
        s->done = s->final_count == s->plan->count;
        break;
    }
    n->executed_own = false;
}
