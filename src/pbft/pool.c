/* SPDX-License-Identifier: ISC */
#include "pbft/pool.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct pool_entry **bucket_of(struct pool *p, const struct hash *id)
{
    /* The id is a SHA-256: any bytes of it are evenly spread, and a seat that grinds
     * for collisions slows down nobody by more than its channel's share of entries. */
    return &p->buckets[(id->bytes[0] | id->bytes[1] << 8) % POOL_BUCKETS];
}

struct pool_entry *pool_find(struct pool *p, const struct hash *id)
{
    struct pool_entry *e = *bucket_of(p, id);
    while (e != NULL && !hash_equal(&e->envelope->id, id)) {
        e = e->next_in_bucket;
    }
    return e;
}

/* Envelopes end with a signature, or with what a REVEAL opens a commitment with: bytes that
 * are as good as random before the last one. Ids come dearer: they are hashes of it all. */
static struct pool_entry **tail_of(struct pool *p, struct slice encoding)
{
    uint16_t tail = 0;
    if (encoding.size > sizeof(tail)) {
        memcpy(&tail, encoding.data + encoding.size - 1 - sizeof(tail), sizeof(tail));
    }
    return &p->tails[tail % POOL_BUCKETS];
}

struct pool_entry *pool_find_encoding(struct pool *p, struct slice encoding)
{
    struct pool_entry *e = *tail_of(p, encoding);
    while (e != NULL && !slice_equal(e->envelope->encoding, encoding)) {
        e = e->next_in_tail;
    }
    return e;
}

static struct pool_queue *queue_of(struct pool *p, const struct envelope *e)
{
    return &p->queues[e->seat - 1][e->sort];
}

/* Takes the entry out of, or puts it into, the counts that depend on its state. */
static void count(struct pool *p, const struct pool_entry *e, bool in)
{
    struct pool_queue *q = queue_of(p, e->envelope);
    size_t size = e->envelope->encoding.size;
    if (!e->judgement.keep) {
        q->waiting += in ? 1U : -1U;
    } else {
        p->channel_kept[e->channel - 1] += in ? 1U : -1U;
    }
    if (pool_is_ready(e)) {
        p->ready += in ? 1U : -1U;
        p->ready_bytes = in ? p->ready_bytes + size : p->ready_bytes - size;
        if (e->judgement.deadline_ms == UINT64_MAX) {
            p->ready_alone += in ? 1U : -1U;
        } else {
            p->crowd -= q->due > 0;
            q->due += in ? 1U : -1U;
            p->crowd += q->due > 0;
        }
    }
}

static void refresh_timer(struct pool_queue *q, uint64_t now_ms)
{
    if (q->waiting == 0) {
        q->since_ms = UINT64_MAX;
    } else if (q->since_ms == UINT64_MAX) {
        q->since_ms = now_ms;
    }
}

/* Emergency proposals go before the others of their queue, behind their like. */
static void link_in_queue(struct pool_queue *q, struct pool_entry *e)
{
    struct pool_entry *before = NULL;
    if (e->judgement.emergency) {
        before = q->first;
        while (before != NULL && before->judgement.emergency) {
            before = before->next_in_queue;
        }
    }
    e->next_in_queue = before;
    e->previous_in_queue = before != NULL ? before->previous_in_queue : q->last;
    *(e->previous_in_queue != NULL ? &e->previous_in_queue->next_in_queue : &q->first) = e;
    *(before != NULL ? &before->previous_in_queue : &q->last) = e;
}

static void unlink_from_queue(struct pool_queue *q, struct pool_entry *e)
{
    *(e->previous_in_queue != NULL ? &e->previous_in_queue->next_in_queue : &q->first) =
        e->next_in_queue;
    *(e->next_in_queue != NULL ? &e->next_in_queue->previous_in_queue : &q->last) =
        e->previous_in_queue;
}

static struct pool_entry *insert(struct pool *p, struct envelope *envelope,
                                 uint16_t channel, const struct pbft_judgement *j,
                                 uint64_t now_ms)
{
    struct pool_entry *e = alloc_zero(1, sizeof(*e));
    struct pool_entry **bucket = bucket_of(p, &envelope->id);
    e->envelope = envelope_ref(envelope);
    e->judgement = *j;
    e->arrived_ms = now_ms;
    e->channel = channel;
    e->next_in_bucket = *bucket;
    *bucket = e;
    struct pool_entry **tail = tail_of(p, envelope->encoding);
    e->next_in_tail = *tail;
    *tail = e;
    link_in_queue(queue_of(p, envelope), e);
    p->channel_bytes[channel - 1] += envelope->encoding.size;
    count(p, e, true);
    refresh_timer(queue_of(p, envelope), now_ms);
    return e;
}

static void drop(struct pool *p, struct pool_entry *e)
{
    struct pool_entry **at = bucket_of(p, &e->envelope->id);
    while (*at != e) {
        at = &(*at)->next_in_bucket;
    }
    *at = e->next_in_bucket;
    at = tail_of(p, e->envelope->encoding);
    while (*at != e) {
        at = &(*at)->next_in_tail;
    }
    *at = e->next_in_tail;
    count(p, e, false);
    unlink_from_queue(queue_of(p, e->envelope), e);
    p->channel_bytes[e->channel - 1] -= e->envelope->encoding.size;
    envelope_unref(e->envelope);
    free(e);
}

static void set_in_chain(struct pool *p, struct pool_entry *e, bool in_chain)
{
    count(p, e, false);
    e->in_chain = in_chain;
    count(p, e, true);
}

void pool_each(struct pool *p, void (*fn)(struct pool *, struct pool_entry *, void *),
               void *context)
{
    for (uint16_t seat = 0; seat < p->seats; seat++) {
        for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
            struct pool_entry *next;
            for (struct pool_entry *e = p->queues[seat][sort].first; e != NULL; e = next) {
                next = e->next_in_queue;
                fn(p, e, context);
            }
        }
    }
}

void pool_init(struct pool *p, uint16_t seats, size_t channel_bytes_max)
{
    p->seats = seats;
    p->channel_bytes_max = channel_bytes_max;
    for (uint16_t seat = 0; seat < seats; seat++) {
        for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
            p->queues[seat][sort].since_ms = UINT64_MAX;
        }
    }
}

static void drop_any(struct pool *p, struct pool_entry *e, void *context)
{
    (void)context;
    drop(p, e);
}

void pool_free(struct pool *p)
{
    pool_each(p, drop_any, NULL);
}

bool pool_add(struct pool *p, struct envelope *e, uint16_t channel,
              const struct pbft_judgement *j, uint64_t now_ms)
{
    assert(e->seat >= 1 && e->seat <= p->seats && channel >= 1 && channel <= p->seats);
    struct pool_entry *known = pool_find(p, &e->id);
    if (known != NULL) {
        /* It may have come in a block that was abandoned, and not have been judged yet. */
        count(p, known, false);
        known->judgement = *j;
        count(p, known, true);
        refresh_timer(queue_of(p, e), now_ms);
        return false;
    }
    if (p->channel_bytes[channel - 1] + e->encoding.size > p->channel_bytes_max ||
        (j->keep && p->channel_kept[channel - 1] >= POOL_KEEP_MAX)) {
        return false;
    }
    insert(p, e, channel, j, now_ms);
    return true;
}

void pool_enter_chain(struct pool *p, const struct block *b, uint16_t channel,
                      uint64_t now_ms)
{
    static const struct pbft_judgement plain = {.deadline_ms = UINT64_MAX};
    for (uint32_t i = 0; i < b->count; i++) {
        struct pool_entry *e = pool_find(p, &b->envelopes[i]->id);
        if (e == NULL) {
            e = insert(p, b->envelopes[i], channel, &plain, now_ms);
        }
        set_in_chain(p, e, true);
    }
}

static void leave_chain(struct pool *p, struct pool_entry *e, void *context)
{
    (void)context;
    set_in_chain(p, e, false);
    e->relayed = false;
    /* A primary's blocks may have brought more than its channel's share. */
    if (p->channel_bytes[e->channel - 1] > p->channel_bytes_max) {
        struct pool_queue *q = queue_of(p, e->envelope);
        drop(p, e);
        refresh_timer(q, q->since_ms);
    }
}

void pool_leave_chain(struct pool *p)
{
    pool_each(p, leave_chain, NULL);
}

void pool_ordered(struct pool *p, const struct block *b, uint64_t now_ms)
{
    for (uint32_t i = 0; i < b->count; i++) {
        struct pool_queue *q = queue_of(p, b->envelopes[i]);
        struct pool_entry *e = pool_find(p, &b->envelopes[i]->id);
        if (e != NULL) {
            drop(p, e);
        }
        q->ordered_ms = now_ms;
        q->since_ms = UINT64_MAX;
        refresh_timer(q, now_ms);
    }
}

struct judging {
    pbft_judge *judge;
    void *context;
    uint64_t now_ms;
};

static void judge_entry(struct pool *p, struct pool_entry *e, void *context)
{
    const struct judging *j = context;
    struct pool_queue *q = queue_of(p, e->envelope);
    struct pbft_judgement judgement = j->judge(j->context, e->envelope);
    /* What an accepted block holds stays until the block is committed or abandoned. */
    if (judgement.refuse && !e->in_chain) {
        drop(p, e);
    } else {
        count(p, e, false);
        e->judgement = judgement;
        count(p, e, true);
    }
    refresh_timer(q, j->now_ms);
}

void pool_judge(struct pool *p, pbft_judge *judge, void *context, uint64_t now_ms)
{
    struct judging j = {judge, context, now_ms};
    pool_each(p, judge_entry, &j);
}

void pool_restart_timers(struct pool *p, uint64_t now_ms)
{
    for (uint16_t seat = 0; seat < p->seats; seat++) {
        for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
            struct pool_queue *q = &p->queues[seat][sort];
            if (q->since_ms != UINT64_MAX) {
                q->since_ms = now_ms;
            }
        }
    }
}

uint64_t pool_first_ready(const struct pool *p)
{
    uint64_t first = UINT64_MAX;
    for (uint16_t seat = 0; seat < p->seats; seat++) {
        for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
            const struct pool_entry *e = p->queues[seat][sort].first;
            while (e != NULL && !pool_is_ready(e)) {
                e = e->next_in_queue;
            }
            first = e != NULL && e->arrived_ms < first ? e->arrived_ms : first;
        }
    }
    return first;
}

uint64_t pool_oldest(const struct pool *p)
{
    uint64_t oldest = UINT64_MAX;
    for (uint16_t seat = 0; seat < p->seats; seat++) {
        for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
            uint64_t since = p->queues[seat][sort].since_ms;
            oldest = since < oldest ? since : oldest;
        }
    }
    return oldest;
}

struct relaying {
    uint64_t before_ms;
    bool urgent;
    void (*fn)(void *context, struct envelope *e);
    void *context;
};

static void relay_entry(struct pool *p, struct pool_entry *e, void *context)
{
    const struct relaying *r = context;
    (void)p;
    bool wanted = !r->urgent || e->judgement.deadline_ms != UINT64_MAX;
    if (wanted && pool_is_ready(e) && !e->relayed && e->arrived_ms <= r->before_ms) {
        e->relayed = true;
        r->fn(r->context, e->envelope);
    }
}

void pool_relay(struct pool *p, uint64_t before_ms, bool urgent,
                void (*fn)(void *context, struct envelope *e), void *context)
{
    struct relaying r = {before_ms, urgent, fn, context};
    pool_each(p, relay_entry, &r);
}

struct showing {
    uint16_t seat;
    void (*fn)(void *context, struct envelope *e);
    void *context;
};

static void show_entry(struct pool *p, struct pool_entry *e, void *context)
{
    const struct showing *s = context;
    (void)p;
    if (e->envelope->seat == s->seat && e->envelope->sort == ENVELOPE_SIGNED) {
        s->fn(s->context, e->envelope);
    }
}

void pool_show(struct pool *p, uint16_t seat, void (*fn)(void *context, struct envelope *e),
               void *context)
{
    struct showing s = {seat, fn, context};
    pool_each(p, show_entry, &s);
}
