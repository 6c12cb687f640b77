/* SPDX-License-Identifier: ISC */
/* What must hold of ballots before they are open, of convictions, and of queues. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "evidence/evidence.h"
#include "pbft/internal.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* --- nonces --- */

static unsigned two_bytes(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void rebuild_bits(struct cluster *c)
{
    memset(c->nonce_bits, 0, sizeof(c->nonce_bits));
    for (size_t i = 0; i < c->nonce_count; i++) {
        unsigned first = two_bytes(c->nonces[i].nonce);
        c->nonce_bits[first / 8] |= (uint8_t)(1U << first % 8);
    }
}

void watch_nonce(struct node *n, const struct own_ballot *b)
{
    struct cluster *c = n->c;
    const struct proposal_note *p = cluster_proposal(c, &b->proposal);
    if (n->faulty || p == NULL || p->sealed_ended) {
        return;
    }
    if (c->nonce_count == c->nonce_capacity) {
        c->nonce_capacity = c->nonce_capacity > 0 ? 2 * c->nonce_capacity : 64;
        c->nonces = alloc_resize(c->nonces, c->nonce_capacity, sizeof(*c->nonces));
    }
    struct sealed_nonce *s = &c->nonces[c->nonce_count++];
    s->seat = n->seat;
    s->proposal = b->proposal;
    memcpy(s->nonce, b->nonce, sizeof(s->nonce));
    rebuild_bits(c);
}

void watch_sealed_ended(struct cluster *c, const struct hash *proposal)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->nonce_count; i++) {
        if (!hash_equal(&c->nonces[i].proposal, proposal)) {
            c->nonces[kept++] = c->nonces[i];
        }
    }
    if (kept != c->nonce_count) {
        c->nonce_count = kept;
        rebuild_bits(c);
    }
}

/* Any eight bytes of a nonce in a row are too many. */
static bool shows(const uint8_t *at, const struct sealed_nonce *s)
{
    enum { TELLING = 8 };
    return memcmp(at, s->nonce, TELLING) == 0;
}

void watch_content(struct node *n, struct slice content)
{
    struct cluster *c = n->c;
    if (n->faulty || c->nonce_count == 0) {
        return;
    }
    for (size_t i = 0; i + 8 <= content.size; i++) {
        unsigned first = two_bytes(content.data + i);
        if ((c->nonce_bits[first / 8] >> first % 8 & 1) == 0) {
            continue;
        }
        for (size_t j = 0; j < c->nonce_count; j++) {
            if (shows(content.data + i, &c->nonces[j])) {
                check_fail(c, "seat %u sends the nonce of seat %u's sealed ballot", n->seat,
                           c->nonces[j].seat);
                return;
            }
        }
    }
}

/* --- equivocation that was seen --- */

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static uint64_t word_of(const struct hash *h)
{
    uint64_t word;
    memcpy(&word, h->bytes, sizeof(word));
    return word;
}

static struct seen_note *seen_slot(const struct cluster *c, uint64_t key)
{
    size_t at = key & (c->seen_capacity - 1);
    while (c->seen[at].set && c->seen[at].key != key) {
        at = (at + 1) & (c->seen_capacity - 1);
    }
    return &c->seen[at];
}

static void grow_seen(struct cluster *c)
{
    struct seen_note *old = c->seen;
    size_t old_capacity = c->seen_capacity;
    c->seen_capacity = old_capacity > 0 ? 2 * old_capacity : 1024;
    c->seen = alloc_zero(c->seen_capacity, sizeof(*c->seen));
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].set) {
            *seen_slot(c, old[i].key) = old[i];
        }
    }
    free(old);
}

/* Seat `who` says `said` of what kind, a and b name. */
static void saw(struct node *n, uint16_t who, int kind, uint64_t a, uint64_t b,
                uint64_t said)
{
    struct cluster *c = n->c;
    if (n->faulty || who < 1 || who > c->config.seats || !c->nodes[who - 1].faulty) {
        return; /* that correct seats never say two things is checked where they speak */
    }
    uint64_t key = mix(n->life << 24 ^ (uint64_t)n->seat << 12 ^ who);
    key = mix(mix(mix(key + (uint64_t)kind) + a) + b);
    if (2 * c->seen_count >= c->seen_capacity) {
        grow_seen(c);
    }
    struct seen_note *s = seen_slot(c, key);
    if (!s->set) {
        *s = (struct seen_note){true, key, said};
        c->seen_count++;
    } else if (s->said != said && n->saw_two_in[who - 1] != n->life) {
        n->saw_two_in[who - 1] = n->life;
        cluster_note(c, TRACE_STORY, "%u: seat %u said two things (%d)", n->number, who,
                     kind);
        cluster_mark(c, "equivocation seen, kind %d", kind);
    }
}

/* What is old or far ahead is nobody's business (evidence/evidence.h). */
static bool matters(const struct node *n, uint64_t view, uint64_t height)
{
    uint64_t own = replica_core(n->replica)->view;
    return view <= own + 1 && view + 1 >= own &&
           height + EVIDENCE_HEIGHTS / 2 > n->disk.height &&
           height < n->disk.height + EVIDENCE_HEIGHTS / 2;
}

static void received_envelope(struct node *n, const struct envelope *e)
{
    struct operation op;
    for (uint32_t i = 0; e->sort == ENVELOPE_SIGNED && i < e->count; i++) {
        if (codec_decode_operation(e->operations[i], &op) == 0 &&
            op.kind == OPERATION_BALLOT &&
            council_find(replica_council(n->replica), &op.ballot.proposal) != NULL) {
            saw(n, e->seat, EVIDENCE_BALLOT, word_of(&op.ballot.proposal), 0,
                word_of(&op.ballot.commitment));
        }
    }
}

void watch_received(struct node *n, const struct message *m)
{
    uint16_t seats = n->c->config.seats;
    const struct vote *v = &m->vote;
    switch (m->tag) {
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        if (matters(n, v->view, v->height)) {
            saw(n, v->seat, v->phase == PHASE_PREPARE ? EVIDENCE_PREPARE : EVIDENCE_COMMIT,
                v->view, v->height, word_of(&v->block));
        }
        break;
    case MESSAGE_PRE_PREPARE: {
        const struct block *b = m->pre_prepare.block;
        if (matters(n, b->header.view, b->header.height)) {
            saw(n, (uint16_t)(1 + b->header.view % seats), EVIDENCE_PREPARE, b->header.view,
                b->header.height, word_of(&b->hash));
        }
        break;
    }
    case MESSAGE_NEW_VIEW:
        if (matters(n, m->new_view->view, n->disk.height)) {
            saw(n, (uint16_t)(1 + m->new_view->view % seats), EVIDENCE_NEW_VIEW,
                m->new_view->view, 0, word_of(&m->new_view->tip));
        }
        break;
    case MESSAGE_ENVELOPE:
        received_envelope(n, m->envelope);
        break;
    case MESSAGE_HEARTBEAT:
    case MESSAGE_VIEW_CHANGE:
    case MESSAGE_FETCH_BLOCK:
    case MESSAGE_BLOCK:
    case MESSAGE_FETCH_RANGE:
    case MESSAGE_RANGE:
    case MESSAGE_FETCH_NEW_VIEW:
    case MESSAGE_ASK:
    case MESSAGE_REPORT:
    case MESSAGE_CHECKPOINT:
        break;
    }
}

bool cluster_is_caught(const struct cluster *c, uint16_t seat)
{
    unsigned witnesses = 0;
    for (uint16_t i = 0; i < c->node_count; i++) {
        const struct node *n = &c->nodes[i];
        witnesses += n->up && !n->faulty && n->saw_two_in[seat - 1] == n->life;
    }
    return witnesses >= 2;
}

/* --- convictions and exclusions --- */

static void check_excluded(struct node *n)
{
    const struct council *council = replica_council(n->replica);
    unsigned expelled = 0, suspended = 0;
    for (uint16_t seat = 1; seat <= n->c->config.seats; seat++) {
        bool is_expelled = council_is_expelled(council, seat);
        bool is_suspended = council_is_suspended(council, seat);
        expelled += is_expelled;
        suspended += is_suspended;
        if (is_expelled && is_suspended) {
            check_fail(n->c, "seat %u is expelled and suspended", seat);
        }
    }
    if (suspended > 0 && expelled + suspended > quorum_faulty(n->c->config.seats)) {
        check_fail(n->c, "%u seats are expelled and %u suspended, more than f", expelled,
                   suspended);
    }
    if (suspended > 0) {
        cluster_mark(n->c, "blocks with a seat suspended");
    }
}

void watch_executed(struct node *n, const struct council_event *events, size_t count)
{
    struct cluster *c = n->c;
    if (n->faulty || n->disk.height + 1 < c->top) {
        return; /* another seat has been there */
    }
    for (size_t i = 0; i < count; i++) {
        const struct council_event *e = &events[i];
        switch (e->kind) {
        case COUNCIL_CONVICTED:
            cluster_note(c, TRACE_STORY, "%u: seat %u is expelled", n->number, e->seat);
            cluster_mark(c, "seat expelled");
            if (!c->nodes[e->seat - 1].faulty) {
                check_fail(c, "the correct seat %u is expelled", e->seat);
            }
            break;
        case COUNCIL_VOID:
            cluster_mark(c, "void: %s", verdict_name(e->verdict));
            break;
        case COUNCIL_EPOCH:
            cluster_mark(c, "epoch ended");
            break;
        case COUNCIL_FINAL:
            cluster_mark(c, "%s %s", outcome_name(e->record->outcome),
                         reason_name(e->record->reason));
            for (unsigned s = 0; s < e->record->seat_count; s++) {
                cluster_mark(c, "seat %s", seat_status_name(e->record->seats[s].status));
            }
            break;
        case COUNCIL_OPENED:
        case COUNCIL_BALLOT:
        case COUNCIL_LATE:
        case COUNCIL_SEALED:
        case COUNCIL_REVEALED:
        case COUNCIL_DECIDED:
            break;
        }
    }
    check_excluded(n);
}

/* --- queues --- */

void watch_queues(struct node *n)
{
    const struct cluster_config *k = &n->c->config;
    const struct pbft *p = replica_core(n->replica);
    struct replica_load load;
    if (n->faulty) {
        return;
    }
    replica_load(n->replica, &load);
    for (int sort = 0; sort < ENVELOPE_SORTS; sort++) {
        if (load.outstanding[sort] > k->seat_window) {
            check_fail(n->c, "seat %u has %u envelopes of one sort outstanding", n->seat,
                       load.outstanding[sort]);
        }
    }
    if (load.ballots > (size_t)k->seats * k->council.open_proposals) {
        check_fail(n->c, "seat %u has %u ballots to see to", n->seat, load.ballots);
    }
    /* Two windows of this view; what views without a commit have left on top, and what is
     * fetched from above where no range comes. */
    uint64_t lag = n->c->top - (n->disk.height < n->c->top ? n->disk.height : n->c->top);
    if (p->pending_count > 2 * (size_t)k->core.window + 2) {
        check_fail(n->c, "seat %u holds %zu blocks for later", n->seat, p->pending_count);
    }
    if (p->known_count > 8 * (size_t)k->core.window + 8 * (p->link_count + 8) + 2 * lag) {
        check_fail(n->c, "seat %u keeps %zu blocks that are not committed, %zu accepted",
                   n->seat, p->known_count, p->link_count);
    }
}
