/* SPDX-License-Identifier: ISC */
/*
 * What a correct seat says once it may not say otherwise, whatever became of its disk, and
 * nothing new may it say before q-1 others have reported (conclave-protocol(7) section 6,
 * restore-safe seats).
 *
 * Whose disk was put back, is gone, or runs twice, and whose marks are good, can know only
 * what others show it. Where a seat that reported to it over a connection of its present
 * life had heard the first word, the second one is a fault; and once it has taken itself
 * for lost and returned, any is. Where nobody who reported had heard the first, the rule
 * promises nothing: that seat is faulty from then on, one of the f.
 */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* When a node heard it, in which of its lives; life 0: it did not. */
struct hearing {
    uint64_t at, life;
};

struct said_note {
    bool set;
    uint16_t seat;
    enum said_kind kind;
    uint64_t a, b;
    struct hash what;
    struct hearing *heard; /* [node - 1], of seats that may forget; else NULL */
};

struct said {
    struct said_note *notes; /* a hash table */
    size_t count, capacity;
};

struct said *said_new(void)
{
    return alloc_zero(1, sizeof(struct said));
}

void said_free(struct said *s)
{
    for (size_t i = 0; i < s->capacity; i++) {
        free(s->notes[i].heard);
    }
    free(s->notes);
    free(s);
}

static struct said_note *slot_of(const struct said *s, const struct said_note *like)
{
    uint64_t z = like->a * 0x9e3779b97f4a7c15U + like->b * 0xbf58476d1ce4e5b9U +
                 like->seat * 131U + (uint64_t)like->kind;
    z ^= z >> 29;
    z *= 0x94d049bb133111ebU;
    size_t at = (z ^ z >> 32) & (s->capacity - 1);
    struct said_note *o = &s->notes[at];
    while (o->set && (o->seat != like->seat || o->kind != like->kind || o->a != like->a ||
                      o->b != like->b)) {
        at = (at + 1) & (s->capacity - 1);
        o = &s->notes[at];
    }
    return o;
}

static void grow(struct said *s)
{
    struct said old = *s;
    s->capacity = old.capacity > 0 ? 2 * old.capacity : 4096;
    s->notes = alloc_zero(s->capacity, sizeof(*s->notes));
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.notes[i].set) {
            *slot_of(s, &old.notes[i]) = old.notes[i];
        }
    }
    free(old.notes);
}

/* --- who heard it, and who reported --- */

static void hear(struct node *by, uint16_t seat, enum said_kind kind, uint64_t a,
                 uint64_t b, const struct hash *what)
{
    struct cluster *c = by->c;
    struct said_note like = {.seat = seat, .kind = kind, .a = a, .b = b};
    if (c->said->capacity == 0) {
        return;
    }
    struct said_note *o = slot_of(c->said, &like);
    if (!o->set || !hash_equal(&o->what, what)) {
        return;
    }
    if (o->heard == NULL) {
        o->heard = alloc_zero(NODES_MAX, sizeof(*o->heard));
    }
    struct hearing *h = &o->heard[by->number - 1];
    if (h->life != by->life) {
        *h = (struct hearing){c->now, by->life};
    }
}

static uint64_t word_at(const struct hash *h, size_t offset)
{
    uint64_t word;
    memcpy(&word, h->bytes + offset, sizeof(word));
    return word;
}

static void hear_envelope(struct node *by, const struct envelope *e)
{
    struct operation op;
    if (e->seat < 1 || e->seat > by->c->config.seats || !by->c->forgets[e->seat - 1]) {
        return;
    }
    for (uint32_t i = 0; e->sort == ENVELOPE_SIGNED && i < e->count; i++) {
        if (codec_decode_operation(e->operations[i], &op) == 0 &&
            op.kind == OPERATION_BALLOT) {
            hear(by, e->seat, SAID_BALLOT, word_at(&op.ballot.proposal, 0),
                 word_at(&op.ballot.proposal, 8), &op.ballot.commitment);
        }
    }
}

void said_committed(struct node *by, const struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        hear_envelope(by, b->envelopes[i]);
    }
}

static void hear_message(struct node *by, uint16_t seat, const struct message *m)
{
    if (m->tag == MESSAGE_PREPARE || m->tag == MESSAGE_COMMIT) {
        hear(by, seat, m->tag == MESSAGE_PREPARE ? SAID_PREPARE : SAID_COMMIT, m->vote.view,
             m->vote.height, &m->vote.block);
    } else if (m->tag == MESSAGE_PRE_PREPARE) {
        const struct block *b = m->pre_prepare.block;
        hear(by, seat, SAID_PREPARE, b->header.view, b->header.height, &b->hash);
    } else if (m->tag == MESSAGE_NEW_VIEW) {
        hear(by, seat, SAID_NEW_VIEW, m->new_view->view, 0, &m->new_view->tip);
    } else if (m->tag == MESSAGE_ENVELOPE) {
        hear_envelope(by, m->envelope);
    }
}

void said_delivered(struct node *n, struct node *from, struct bytes *content, uint64_t sent)
{
    struct cluster *c = n->c;
    struct channel *l = network_link(c, n->number, from->number);
    struct message m;
    uint64_t tag = bytes_slice(content).data[1];
    if (tag == MESSAGE_REPORT && l->reported != l->connection) {
        l->reported = l->connection;
        l->report_sent = sent;
        l->report_life = n->life;
    }
    bool tells =
        c->forgets[from->seat - 1] || (c->someone_forgets && tag == MESSAGE_ENVELOPE);
    if (!tells || from->faulty ||
        codec_decode_message(content, bytes_slice(content), &m) != 0) {
        return;
    }
    hear_message(n, from->seat, &m);
    message_clear(&m);
}

static bool has_reported(struct node *n, uint16_t seat)
{
    for (uint16_t i = 1; i <= n->c->node_count; i++) {
        const struct channel *l = network_link(n->c, n->number, i);
        if (n->c->nodes[i - 1].seat == seat && l->connected &&
            l->reported == l->connection) {
            return true;
        }
    }
    return false;
}

bool said_may_sign(struct node *n)
{
    unsigned reports = 0;
    for (uint16_t seat = 1; seat <= n->c->config.seats; seat++) {
        reports += seat != n->seat && has_reported(n, seat);
    }
    return reports + 1 >= n->c->config.core.quorum;
}

/* --- saying --- */

/* Whether a correct seat that has held it ever since has reported to this node in its
 * present life, after it heard it. What is heard within a turn may be told in the next. */
static bool was_shown(struct node *n, const struct said_note *o)
{
    struct cluster *c = n->c;
    uint64_t turn = c->config.disk_ms + 2;
    for (uint16_t i = 1; o->heard != NULL && i <= c->node_count; i++) {
        const struct node *p = &c->nodes[i - 1];
        const struct hearing *h = &o->heard[i - 1];
        const struct channel *l = network_link(c, n->number, i);
        if (!p->faulty && p->seat != n->seat && h->life != 0 && h->life == p->life &&
            l->report_life == n->life && h->at + turn < l->report_sent) {
            return true;
        }
    }
    return false;
}

static void contradict(struct node *n, const struct said_note *o)
{
    static const char *const kinds[] = {"PREPAREs", "COMMITs", "NEW-VIEWs", "BALLOTs"};
    struct cluster *c = n->c;
    if (!n->excused || was_shown(n, o)) {
        check_fail(c, "seat %u sends two %s for %llu, %llu", n->seat, kinds[o->kind],
                   (unsigned long long)o->a, (unsigned long long)o->b);
        return;
    }
    cluster_note(c, TRACE_STORY, "%u: says two things that nobody could show it",
                 n->number);
    cluster_mark(c, "two %s that nobody could show", kinds[o->kind]);
    for (uint16_t i = 0; i < c->node_count; i++) {
        c->nodes[i].faulty = c->nodes[i].faulty || c->nodes[i].seat == n->seat;
    }
}

void said_once(struct node *n, enum said_kind kind, uint64_t a, uint64_t b,
               const struct hash *what)
{
    struct said *s = n->c->said;
    struct said_note like = {.seat = n->seat, .kind = kind, .a = a, .b = b};
    if (2 * s->count >= s->capacity) {
        grow(s);
    }
    struct said_note *o = slot_of(s, &like);
    if (o->set && !hash_equal(&o->what, what)) {
        contradict(n, o);
    } else if (!o->set) {
        *o = (struct said_note){true, n->seat, kind, a, b, *what, NULL};
        s->count++;
    }
}

void said_ballot(struct node *n, const struct hash *proposal, const struct hash *commitment)
{
    said_once(n, SAID_BALLOT, word_at(proposal, 0), word_at(proposal, 8), commitment);
}
