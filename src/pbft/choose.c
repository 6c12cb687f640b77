/* SPDX-License-Identifier: ISC */
/* Which waiting envelopes go into a block, and which must not be left out of one. */
#include "pbft/pool.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

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
    if (pool_is_ready(e) && e->envelope->has_evidence && !s->full &&
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
    pool_each(p, choose_evidence, s);
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
    return pool_is_ready(e) && e->judgement.deadline_ms <= time_ms;
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
    pool_each(p, gather_urgent, &l);
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
    while (at != NULL && (!pool_is_ready(at) || at->chosen || at->envelope->has_evidence)) {
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
    pool_each(p, forget_choice, NULL);
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
        const struct pool_entry *known = pool_find((struct pool *)p, &held->id);
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
