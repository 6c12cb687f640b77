/* SPDX-License-Identifier: ISC */
/* Own operations and ballots: what src/conclaved/outbox.c and agents.c do. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

static const char rationale[] = "as I was told";

static struct item *find(struct node *n, const struct hash *id)
{
    for (size_t i = 0; i < n->item_count; i++) {
        if (hash_equal(&n->items[i].id, id)) {
            return &n->items[i];
        }
    }
    return NULL;
}

void outbox_add(struct node *n, struct slice operation, bool durable)
{
    struct operation op;
    struct hash id = hash_operation(operation);
    if (find(n, &id) != NULL || codec_decode_operation(operation, &op) != 0) {
        return;
    }
    if (n->item_count == n->item_capacity) {
        n->item_capacity = n->item_capacity > 0 ? 2 * n->item_capacity : 16;
        n->items = alloc_resize(n->items, n->item_capacity, sizeof(*n->items));
    }
    n->items[n->item_count++] = (struct item){.id = id,
                                              .operation = bytes_copy(operation),
                                              .sort = codec_sort_of(op.kind),
                                              .durable = durable};
    if (durable) {
        disk_put_own(&n->disk, &id, operation);
    }
}

void outbox_restore(struct node *n)
{
    for (size_t i = 0; i < n->disk.own_count; i++) {
        outbox_add(n, bytes_slice(n->disk.own[i].operation), true);
    }
    disk_crash(&n->disk); /* they are there already */
}

static void remove_item(struct node *n, struct item *i)
{
    bytes_unref(i->operation);
    envelope_unref(i->envelope);
    size_t at = (size_t)(i - n->items);
    n->item_count--;
    memmove(i, i + 1, (n->item_count - at) * sizeof(*i));
}

void outbox_clear(struct node *n)
{
    while (n->item_count > 0) {
        remove_item(n, &n->items[n->item_count - 1]);
    }
    free(n->items);
    free(n->tasks);
    n->items = NULL;
    n->tasks = NULL;
    n->item_capacity = n->task_count = n->task_capacity = 0;
}

/* --- sealing --- */

/* Envelopes of the sort that are not ordered yet. */
static uint32_t outstanding(const struct node *n, enum envelope_sort sort)
{
    uint32_t count = 0;
    const struct envelope *last = NULL;
    for (size_t i = 0; i < n->item_count; i++) {
        const struct envelope *e = n->items[i].envelope;
        if (e != NULL && e->sort == sort && e != last) {
            count++;
            last = e;
        }
    }
    return count;
}

static bool seal(struct node *n, enum envelope_sort sort)
{
    struct slice operations[ENVELOPE_OPERATIONS_MAX];
    struct item *members[ENVELOPE_OPERATIONS_MAX];
    size_t count = 0, bytes = 128;
    for (size_t i = 0; i < n->item_count && count < ENVELOPE_OPERATIONS_MAX; i++) {
        struct item *item = &n->items[i];
        if (item->envelope == NULL && item->sort == sort &&
            bytes + item->operation->size <= ENVELOPE_MAX) {
            operations[count] = bytes_slice(item->operation);
            members[count++] = item;
            bytes += item->operation->size;
        }
    }
    if (count == 0) {
        return false;
    }
    struct envelope *e = authenticate_seal_envelope(&n->auth, n->c->secrets[n->seat - 1],
                                                    n->seat, operations, count);
    for (size_t i = 0; i < count; i++) {
        members[i]->envelope = envelope_ref(e);
    }
    struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
    node_post(n, 0, &m);
    (void)node_feed_envelope(n, e, n->seat);
    envelope_unref(e);
    return true;
}

void outbox_progress(struct node *n)
{
    for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
        while (outstanding(n, (enum envelope_sort)sort) < n->c->config.seat_window &&
               seal(n, (enum envelope_sort)sort)) {
        }
    }
}

static void done(struct node *n, const struct hash *id)
{
    struct item *i = find(n, id);
    if (i != NULL) {
        if (i->durable) {
            disk_drop_own(&n->disk, id);
        }
        remove_item(n, i);
    }
}

static void done_all(struct node *n, const struct envelope *e)
{
    for (uint32_t i = 0; i < e->count; i++) {
        struct hash id = hash_operation(e->operations[i]);
        done(n, &id);
    }
}

void outbox_on_block(struct node *n, const struct block *b)
{
    for (uint32_t i = 0; i < b->count && n->item_count > 0; i++) {
        if (b->envelopes[i]->seat == n->seat) {
            done_all(n, b->envelopes[i]);
        }
    }
}

void outbox_repeat(struct node *n, uint16_t to)
{
    struct envelope *last = NULL;
    for (size_t i = 0; i < n->item_count;) {
        struct envelope *e = n->items[i].envelope;
        if (e == NULL || e == last) {
            i++;
            continue;
        }
        last = e;
        envelope_ref(e);
        struct judgement j = node_feed_envelope(n, e, n->seat);
        if (j.kind == JUDGEMENT_REFUSE) {
            done_all(n, e); /* events overtook it */
            i = 0;
        } else {
            struct message m = {.tag = MESSAGE_ENVELOPE, .envelope = e};
            node_post(n, to, &m);
            i++;
        }
        envelope_unref(e);
    }
}

/* --- ballots --- */

static struct ballot ballot_of(const struct disk_ballot *b)
{
    return (struct ballot){b->choice, 80, slice_of(rationale, sizeof(rationale) - 1)};
}

static void add_operation(struct node *n, const struct operation *op)
{
    struct buffer encoding = {0};
    codec_encode_operation(&encoding, op);
    outbox_add(n, buffer_slice(&encoding), false);
    buffer_free(&encoding);
}

static void send_commitment(struct node *n, const struct disk_ballot *b)
{
    struct ballot ballot = ballot_of(b);
    struct operation op = {.kind = OPERATION_BALLOT, .seat = n->seat};
    op.ballot.proposal = b->proposal;
    op.ballot.commitment =
        hash_commitment(&n->c->genesis, &b->proposal, n->seat, &ballot, b->nonce);
    add_operation(n, &op);
}

static void send_reveal(struct node *n, const struct disk_ballot *b)
{
    struct operation op = {.kind = OPERATION_REVEAL, .seat = n->seat};
    op.reveal.proposal = b->proposal;
    op.reveal.ballot = ballot_of(b);
    memcpy(op.reveal.nonce, b->nonce, sizeof(b->nonce));
    add_operation(n, &op);
}

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
    const struct disk_ballot *kept = disk_ballot(&n->disk, proposal);
    t->has_ballot = kept != NULL;
    if (!t->has_ballot && delay > 0) {
        network_push(n->c, t->answer_at, EVENT_AGENT, 0, n->seat);
    }
    return t;
}

static void answer(struct node *n, struct task *t)
{
    const struct proposal_note *p = cluster_proposal(n->c, &t->proposal);
    struct disk_ballot b = {.proposal = t->proposal};
    bool approves = p != NULL && n->seat <= p->approvals;
    b.choice = approves ? CHOICE_APPROVE : CHOICE_REJECT;
    rng_fill(&n->c->rng, b.nonce, sizeof(b.nonce));
    disk_put_ballot(&n->disk, &b);
    watch_nonce(n, &b);
    t->has_ballot = t->committed = true;
    send_commitment(n, &b);
}

static void progress_one(struct node *n, const struct proposal *p)
{
    struct task *t = task_of(n, &p->id);
    const struct seat_ballot *own = &p->seats[n->seat - 1];
    const struct disk_ballot *kept = disk_ballot(&n->disk, &p->id);
    if (t->revealed || own->revealed || council_is_expelled(n->council, n->seat)) {
        return;
    }
    if (p->phase == PROPOSAL_SEALED) {
        if (!t->has_ballot && n->c->now >= t->answer_at) {
            answer(n, t);
        } else if (kept != NULL && !own->committed && !t->committed) {
            t->committed = true; /* after a restart: it may not have left yet */
            send_commitment(n, kept);
        }
    }
    if (p->phase == PROPOSAL_OPENING && own->committed && kept != NULL) {
        send_reveal(n, kept);
        t->revealed = true;
    }
}

void agents_progress(struct node *n)
{
    const struct proposal *p;
    for (size_t i = 0; n->votes && (p = council_at(n->council, i)) != NULL; i++) {
        progress_one(n, p);
    }
    for (size_t i = n->task_count; i-- > 0;) {
        if (council_find(n->council, &n->tasks[i].proposal) == NULL) {
            n->tasks[i] = n->tasks[--n->task_count];
        }
    }
}
