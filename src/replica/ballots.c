/* SPDX-License-Identifier: ISC */
/* Own ballots: kept before their commitment leaves the node, committed, and opened once the
 * block that ended SEALED is committed. */
#include "replica/inside.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* An open proposal as this seat sees it. */
struct task {
    struct hash proposal;
    bool looked;     /* in the store for a ballot of before a restart */
    bool has_ballot; /* in the store */
    bool committed;  /* the BALLOT is in the outbox or beyond */
    bool revealed;   /* the REVEAL is in the outbox or beyond */
};

struct ballots {
    struct task *tasks; /* mostly in the order of the council's proposals */
    size_t count, capacity;
};

struct ballots *ballots_new(void)
{
    return alloc_zero(1, sizeof(struct ballots));
}

void ballots_free(struct ballots *b)
{
    if (b != NULL) {
        free(b->tasks);
    }
    free(b);
}

static void send_commitment(struct replica *r, const struct own_ballot *b)
{
    struct operation op = {.kind = OPERATION_BALLOT, .seat = r->seat};
    op.ballot.proposal = b->proposal;
    op.ballot.commitment = hash_commitment(&r->config.core.genesis, &b->proposal, r->seat,
                                           &b->ballot, b->nonce);
    outbox_add_operation(r, &op, false);
}

static void send_reveal(struct replica *r, const struct own_ballot *b)
{
    struct operation op = {.kind = OPERATION_REVEAL, .seat = r->seat};
    op.reveal.proposal = b->proposal;
    op.reveal.ballot = b->ballot;
    memcpy(op.reveal.nonce, b->nonce, sizeof(b->nonce));
    outbox_add_operation(r, &op, false);
}

static struct task *find(const struct ballots *b, const struct hash *proposal)
{
    for (size_t i = 0; i < b->count; i++) {
        if (hash_equal(&b->tasks[i].proposal, proposal)) {
            return &b->tasks[i];
        }
    }
    return NULL;
}

/* Of the proposal that is the council's index-th, or so. */
static struct task *task_of(struct ballots *b, const struct hash *proposal, size_t index)
{
    if (index < b->count && hash_equal(&b->tasks[index].proposal, proposal)) {
        return &b->tasks[index];
    }
    struct task *known = find(b, proposal);
    if (known != NULL) {
        return known;
    }
    if (b->count == b->capacity) {
        b->capacity = b->capacity > 0 ? 2 * b->capacity : 16;
        b->tasks = alloc_resize(b->tasks, b->capacity, sizeof(*b->tasks));
    }
    struct task *t = &b->tasks[b->count++];
    *t = (struct task){.proposal = *proposal};
    return t;
}

void ballots_keep(struct replica *r, const struct own_ballot *b)
{
    struct task *t = task_of(r->ballots, &b->proposal, r->ballots->count);
    t->looked = t->has_ballot = true;
    ledger_put_ballot(r->ledger, b);
    if (r->observer.ballot_drawn != NULL) {
        r->observer.ballot_drawn(r->observer.context, b);
    }
}

bool ballots_is_own(struct replica *r, const struct hash *proposal,
                    const struct hash *commitment)
{
    struct own_ballot mine;
    if (ledger_get_ballot(r->ledger, proposal, &mine) != 0) {
        return false;
    }
    struct hash own = hash_commitment(&r->config.core.genesis, proposal, r->seat,
                                      &mine.ballot, mine.nonce);
    return hash_equal(&own, commitment);
}

static void progress_one(struct replica *r, const struct proposal *p, size_t index)
{
    struct task *t = task_of(r->ballots, &p->id, index);
    const struct seat_ballot *seat = &p->seats[r->seat - 1];
    struct own_ballot mine;
    if (t->revealed || seat->revealed || council_is_expelled(r->council, r->seat)) {
        return;
    }
    if (!t->looked) {
        t->looked = true;
        t->has_ballot = ledger_get_ballot(r->ledger, &p->id, &mine) == 0;
    }
    /* After a restart, too: it may not have left before. */
    if (p->phase == PROPOSAL_SEALED && t->has_ballot && !seat->committed && !t->committed &&
        recover_may_ballot(r, p) && ledger_get_ballot(r->ledger, &p->id, &mine) == 0) {
        send_commitment(r, &mine);
        t->committed = true;
    }
    if (p->phase == PROPOSAL_OPENING && seat->committed && t->has_ballot &&
        ballots_is_own(r, &p->id, &seat->commitment) &&
        ledger_get_ballot(r->ledger, &p->id, &mine) == 0) {
        send_reveal(r, &mine);
        t->revealed = true;
    }
}

void ballots_progress(struct replica *r)
{
    struct ballots *b = r->ballots;
    const struct proposal *p;
    for (size_t i = 0; (p = council_at(r->council, i)) != NULL; i++) {
        progress_one(r, p, i);
    }
    size_t kept = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (council_find(r->council, &b->tasks[i].proposal) != NULL) {
            b->tasks[kept++] = b->tasks[i];
        }
    }
    b->count = kept;
}

bool replica_holds_ballot(const struct replica *r, const struct hash *proposal)
{
    const struct task *t = find(r->ballots, proposal);
    struct own_ballot mine;
    return t != NULL && t->looked ? t->has_ballot
                                  : ledger_get_ballot(r->ledger, proposal, &mine) == 0;
}

bool replica_own_ballot(const struct replica *r, const struct hash *proposal,
                        struct ballot *out)
{
    struct own_ballot mine;
    bool held = ledger_get_ballot(r->ledger, proposal, &mine) == 0;
    if (held) {
        *out = mine.ballot;
    }
    sodium_memzero(mine.nonce, sizeof(mine.nonce)); /* nobody else opens it */
    return held;
}

uint32_t ballots_count(const struct replica *r)
{
    return (uint32_t)r->ballots->count;
}
