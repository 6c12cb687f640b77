/* SPDX-License-Identifier: ISC */
/* What the operations of the chain say about the proposals that are open. */
#include "audit/recount_private.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct recount *recount_new(const struct charter *charter)
{
    struct recount *r = alloc_zero(1, sizeof(*r));
    r->charter = charter;
    r->times_capacity = 64;
    r->times = alloc_zero(r->times_capacity, sizeof(*r->times));
    r->times[0] = charter->created_ms;
    return r;
}

void recount_free(struct recount *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        free(r->open[i]);
    }
    free(r->open);
    free(r->times);
    free(r);
}

/* --- the open proposals, by id --- */

static size_t place_of(const struct recount *r, const struct hash *id)
{
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (memcmp(r->open[middle]->id.bytes, id->bytes, sizeof(id->bytes)) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct ballots *recount_find(const struct recount *r, const struct hash *id)
{
    size_t at = place_of(r, id);
    return at < r->count && hash_equal(&r->open[at]->id, id) ? r->open[at] : NULL;
}

static void add(struct recount *r, const struct hash *id, const struct operation *op)
{
    size_t at = place_of(r, id);
    if (r->count == r->capacity) {
        r->capacity = r->capacity == 0 ? 16 : 2 * r->capacity;
        r->open = alloc_resize(r->open, r->capacity, sizeof(struct ballots *));
    }
    memmove(&r->open[at + 1], &r->open[at], (r->count - at) * sizeof(struct ballots *));
    struct ballots *p = alloc_zero(1, sizeof(*p));
    p->id = *id;
    p->opened = r->height;
    p->class_index = op->propose.class_index;
    r->open[at] = p;
    r->count++;
    r->tried++;
}

void recount_remove(struct recount *r, struct ballots *p)
{
    size_t at = place_of(r, &p->id);
    r->count--;
    memmove(&r->open[at], &r->open[at + 1], (r->count - at) * sizeof(struct ballots *));
    free(p);
}

/* --- operations --- */

void recount_begin(struct recount *r, const struct header *h)
{
    r->height = h->height;
    if (r->height >= r->times_capacity) {
        r->times_capacity *= 2;
        r->times = alloc_resize(r->times, r->times_capacity, sizeof(*r->times));
    }
    r->times[r->height] = h->time_ms;
}

static void take_ballot(struct recount *r, uint16_t seat, const struct ballot_commit *b)
{
    struct ballots *p = recount_find(r, &b->proposal);
    if (p != NULL && p->hands[seat - 1].ballot == 0) {
        p->hands[seat - 1].ballot = r->height;
        p->hands[seat - 1].commitment = b->commitment;
    }
}

/* It counts from the block after the one that ended SEALED, and only if it opens what the
 * seat had committed itself to by then. */
static void take_reveal(struct recount *r, uint16_t seat, const struct reveal *v)
{
    struct ballots *p = recount_find(r, &v->proposal);
    struct hand *hand = p != NULL ? &p->hands[seat - 1] : NULL;
    if (hand == NULL || p->sealed == 0 || hand->ballot == 0 || hand->ballot > p->sealed ||
        hand->reveal != 0) {
        return;
    }
    struct hash opened =
        hash_commitment(&r->charter->council_id, &v->proposal, seat, &v->ballot, v->nonce);
    if (hash_equal(&opened, &hand->commitment)) {
        hand->reveal = r->height;
        hand->choice = v->ballot.choice;
        hand->confidence = v->ballot.confidence;
        hand->rationale = hash_rationale(v->ballot.rationale);
    }
}

static void take_propose(struct recount *r, struct slice encoding,
                         const struct operation *op)
{
    struct hash id = hash_operation(encoding);
    if (recount_find(r, &id) == NULL) {
        add(r, &id, op);
    }
}

void recount_operation(struct recount *r, struct slice encoding, const struct operation *op)
{
    uint64_t *convicted = &r->convicted[op->seat - 1];
    bool expelled = *convicted != 0 && *convicted < r->height;
    switch (op->kind) {
    case OPERATION_PROPOSE:
        if (!expelled) {
            take_propose(r, encoding, op);
        }
        break;
    case OPERATION_BALLOT:
        if (!expelled) {
            take_ballot(r, op->seat, &op->ballot);
        }
        break;
    case OPERATION_REVEAL:
        if (!expelled) {
            take_reveal(r, op->seat, &op->reveal);
        }
        break;
    case OPERATION_EVIDENCE:
        *convicted = *convicted == 0 ? r->height : *convicted;
        break;
    case OPERATION_RETURN:
        break;
    }
}

/* --- what the council made of them --- */

bool recount_opened(struct recount *r, const struct hash *proposal, struct complaint *why)
{
    struct ballots *p = recount_find(r, proposal);
    if (p == NULL || p->opened != r->height || p->confirmed) {
        (void)complain(why, CONCLAVE_ECORRUPT,
                       "it opens a proposal that it does not propose");
        return false;
    }
    p->confirmed = true;
    r->tried--;
    return true;
}

bool recount_sealed(struct recount *r, const struct hash *proposal, struct complaint *why)
{
    struct ballots *p = recount_find(r, proposal);
    if (p == NULL || p->sealed != 0) {
        (void)complain(why, CONCLAVE_ECORRUPT, "it unseals ballots that are not sealed");
        return false;
    }
    p->sealed = r->height;
    return true;
}

void recount_end(struct recount *r)
{
    for (size_t i = r->count; r->tried > 0 && i > 0; i--) {
        if (!r->open[i - 1]->confirmed) {
            recount_remove(r, r->open[i - 1]);
            r->tried--;
        }
    }
}
