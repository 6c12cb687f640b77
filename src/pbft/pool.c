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

static struct pool_entry *find(struct pool *p, const struct hash *id)
{
    struct pool_entry *e = *bucket_of(p, id);
    while (e != NULL && !hash_equal(&e->envelope->id, id)) {
        e = e->next_in_bucket;
    }
    return e;
}

static struct pool_queue *queue_of(struct pool *p, const struct envelope *e)
{
    return &p->queues[e->seat - 1][e->sort];
}

static bool is_ready(const struct pool_entry *e)
{
    return !e->judgement.keep && !e->in_chain;
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
    if (is_ready(e)) {
        p->ready += in ? 1U : -1U;
        p->ready_bytes = in ? p->ready_bytes + size : p->ready_bytes - size;
        if (e->judgement.deadline_ms == UINT64_MAX) {
            p->ready_alone += in ? 1U : -1U;
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

/* Calls fn for every entry; fn may drop the one it is given. */
static void each(struct pool *p, void (*fn)(struct pool *, struct pool_entry *, void *),
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
    memset(p, 0, sizeof(*p));
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
    each(p, drop_any, NULL);
}

bool pool_add(struct pool *p, struct envelope *e, uint16_t channel,
              const struct pbft_judgement *j, uint64_t now_ms)
{
    assert(e->seat >= 1 && e->seat <= p->seats && channel >= 1 && channel <= p->seats);
    struct pool_entry *known = find(p, &e->id);
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
        struct pool_entry *e = find(p, &b->envelopes[i]->id);
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
    each(p, leave_chain, NULL);
}

void pool_ordered(struct pool *p, const struct block *b, uint64_t now_ms)
{
    for (uint32_t i = 0; i < b->count; i++) {
        struct pool_queue *q = queue_of(p, b->envelopes[i]);
        struct pool_entry *e = find(p, &b->envelopes[i]->id);
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
    each(p, judge_entry, &j);
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
            while (e != NULL && !is_ready(e)) {
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

/* --- choosing for a block --- */

struct choice_state {
    struct envelope **chosen;
    size_t count, capacity;
    size_t bytes, limit;
    bool full;
};

static void choose(struct choice_state *s, struct envelope *e)
{
    if (s->count > 0 &&
        (s->bytes + e->encoding.size > s->limit || s->count == BLOCK_ENVELOPES_MAX)) {
        s->full = true;
        return;
    }
    if (s->count == s->capacity) {
        s->capacity = s->capacity > 0 ? 2 * s->capacity : 64;
        s->chosen = alloc_resize(s->chosen, s->capacity, sizeof(*s->chosen));
    }
    s->chosen[s->count++] = e;
    s->bytes += e->encoding.size;
}

/* One against a seat is enough, and more of them make a block invalid. */
static bool is_accused(struct pool *p, uint16_t seat)
{
    const struct pool_entry *e = p->queues[seat - 1][ENVELOPE_UNSIGNED].first;
    while (e != NULL && !(e->envelope->has_evidence && (e->chosen || e->in_chain))) {
        e = e->next_in_queue;
    }
    return e != NULL;
}

static void choose_evidence(struct pool *p, struct pool_entry *e, void *context)
{
    struct choice_state *s = context;
    if (is_ready(e) && e->envelope->has_evidence && !s->full &&
        !is_accused(p, e->envelope->seat)) {
        choose(s, e->envelope);
        e->chosen = !s->full;
    }
}

/* What would be too late in any later block may take all the room, or nobody would prepare
 * the block (pool_is_shut_out); EVIDENCE has a block's worth of what is left, and goes
 * before it. */
static void choose_evidence_too(struct pool *p, struct choice_state *s, size_t bytes,
                                size_t room)
{
    size_t before = s->count;
    s->full = false;
    s->limit = bytes < room - s->bytes ? s->bytes + bytes : room;
    each(p, choose_evidence, s);
    size_t evidence = s->count - before;
    if (before > 0 && evidence > 0) {
        struct envelope **others = alloc_zero(before, sizeof(*others));
        memcpy(others, s->chosen, before * sizeof(*others));
        memmove(s->chosen, s->chosen + before, evidence * sizeof(*others));
        memcpy(s->chosen + evidence, others, before * sizeof(*others));
        free(others);
    }
    s->limit = bytes;
    s->full = s->full || s->bytes >= bytes || s->count == BLOCK_ENVELOPES_MAX;
}

static bool is_urgent(const struct pool_entry *e, uint64_t time_ms)
{
    return is_ready(e) && e->judgement.deadline_ms <= time_ms;
}

struct urgent_list {
    struct pool_entry **entries;
    size_t count, capacity;
    uint64_t time_ms;
};

static void gather_urgent(struct pool *p, struct pool_entry *e, void *context)
{
    struct urgent_list *l = context;
    (void)p;
    if (!is_urgent(e, l->time_ms) || e->chosen) {
        return;
    }
    if (l->count == l->capacity) {
        l->capacity = l->capacity > 0 ? 2 * l->capacity : 64;
        l->entries = alloc_resize(l->entries, l->capacity, sizeof(*l->entries));
    }
    l->entries[l->count++] = e;
}

static int smaller_first(const void *a, const void *b)
{
    const struct envelope *x = (*(struct pool_entry *const *)a)->envelope;
    const struct envelope *y = (*(struct pool_entry *const *)b)->envelope;
    if (x->encoding.size != y->encoding.size) {
        return x->encoding.size < y->encoding.size ? -1 : 1;
    }
    return memcmp(x->id.bytes, y->id.bytes, HASH_BYTES);
}

/* What would be too late in any block after this one. */
static void choose_urgent(struct pool *p, struct choice_state *s, uint64_t time_ms,
                          size_t room)
{
    struct urgent_list l = {.time_ms = time_ms};
    each(p, gather_urgent, &l);
    if (l.count > 0) {
        qsort(l.entries, l.count, sizeof(*l.entries), smaller_first);
    }
    s->limit = room;
    for (size_t i = 0; i < l.count && !s->full; i++) {
        choose(s, l.entries[i]->envelope);
        l.entries[i]->chosen = !s->full;
    }
    free(l.entries);
}

static void forget_choice(struct pool *p, struct pool_entry *e, void *context)
{
    (void)p, (void)context;
    e->chosen = false;
}

/* The next entry of the queue, from at on, that may be taken in a seat's turn. */
static struct pool_entry *next_ready(struct pool_entry *at)
{
    while (at != NULL && (!is_ready(at) || at->chosen || at->envelope->has_evidence)) {
        at = at->next_in_queue;
    }
    return at;
}

size_t pool_choose(struct pool *p, uint64_t time_ms, size_t bytes, size_t room,
                   struct envelope ***out)
{
    struct choice_state s = {.limit = bytes};
    struct pool_entry *at[SEATS_MAX][ENVELOPE_SORTS];
    choose_urgent(p, &s, time_ms, room);
    choose_evidence_too(p, &s, bytes, room);
    for (uint16_t seat = 0; seat < p->seats; seat++) {
        for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
            at[seat][sort] = next_ready(p->queues[seat][sort].first);
        }
    }
    /* Rounds of one envelope of each sort a seat, until nothing is left or no room is. The
     * cursor stays at the seat for which there was no room: it is first next time. */
    for (bool more = true; more && !s.full;) {
        more = false;
        for (uint16_t turn = 0; turn < p->seats && !s.full; turn++) {
            uint16_t seat = p->cursor;
            for (int sort = 0; sort < ENVELOPE_SORTS && !s.full; sort++) {
                struct pool_entry *e = at[seat][sort];
                if (e != NULL) {
                    choose(&s, e->envelope);
                    at[seat][sort] = next_ready(e->next_in_queue);
                    more = true;
                }
            }
            if (!s.full) {
                p->cursor = (uint16_t)((seat + 1) % p->seats);
            }
        }
    }
    each(p, forget_choice, NULL);
    *out = s.chosen;
    return s.count;
}

/* --- questions about time --- */

/* Whether the block, filled with what is as urgent as e and not larger, would have room for
 * e, too, and does not hold it. */
static bool leaves_out(const struct pool *p, const struct block *b,
                       const struct pool_entry *e, size_t room)
{
    size_t bytes = 0, count = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct envelope *held = b->envelopes[i];
        if (hash_equal(&held->id, &e->envelope->id)) {
            return false;
        }
        const struct pool_entry *known = find((struct pool *)p, &held->id);
        bool counts = known != NULL && is_urgent(known, b->header.time_ms);
        if (counts && held->encoding.size <= e->envelope->encoding.size) {
            bytes += held->encoding.size;
            count++;
        }
    }
    return bytes + e->envelope->encoding.size <= room && count < BLOCK_ENVELOPES_MAX;
}

bool pool_is_shut_out(const struct pool *p, const struct block *b, size_t room,
                      uint64_t now_ms, uint64_t patience_ms)
{
    for (uint16_t seat = 0; seat < p->seats; seat++) {
        for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
            const struct pool_queue *q = &p->queues[seat][sort];
            for (const struct pool_entry *e = q->first; e != NULL; e = e->next_in_queue) {
                if (!is_urgent(e, b->header.time_ms) ||
                    now_ms - e->arrived_ms <= patience_ms ||
                    e->arrived_ms < q->ordered_ms) {
                    continue;
                }
                if (leaves_out(p, b, e, room)) {
                    return true;
                }
            }
        }
    }
    return false;
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
    if (wanted && is_ready(e) && !e->relayed && e->arrived_ms <= r->before_ms) {
        e->relayed = true;
        r->fn(r->context, e->envelope);
    }
}

void pool_relay(struct pool *p, uint64_t before_ms, bool urgent,
                void (*fn)(void *context, struct envelope *e), void *context)
{
    struct relaying r = {before_ms, urgent, fn, context};
    each(p, relay_entry, &r);
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
    each(p, show_entry, &s);
}
