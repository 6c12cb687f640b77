/* SPDX-License-Identifier: ISC */
/* What must hold, whatever happens: TESTING, the simulator's list. */
#include "cluster/inside.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "pbft/internal.h"
#include "wire/codec.h"
#include "wire/shared.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void check_fail(struct cluster *c, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    cluster_note(c, TRACE_STORY, "FAULT: %s", text);
    if (c->fault[0] == '\0') {
        (void)snprintf(c->fault, sizeof(c->fault), "at %llu ms, seed %llu: %s",
                       (unsigned long long)c->now, (unsigned long long)c->config.seed,
                       text);
    }
}

/* --- one block per height everywhere, one state after it --- */

void check_committed(struct node *n, struct block *b, const struct hash *state_root)
{
    struct cluster *c = n->c;
    uint64_t height = b->header.height;
    if (n->faulty) {
        return;
    }
    if (height > c->top) {
        if (height != c->top + 1) {
            check_fail(c, "seat %u commits height %llu, the council is at %llu", n->seat,
                       (unsigned long long)height, (unsigned long long)c->top);
            return;
        }
        if (c->top == c->chain_capacity) {
            c->chain_capacity = c->chain_capacity > 0 ? 2 * c->chain_capacity : 256;
            c->chain = alloc_resize(c->chain, c->chain_capacity, sizeof(struct block *));
            c->roots = alloc_resize(c->roots, c->chain_capacity, sizeof(*c->roots));
        }
        c->chain[c->top] = block_ref(b);
        c->roots[c->top] = *state_root;
        c->top++;
        cluster_note(c, TRACE_STORY, "%u: commits %llu of view %llu, %u envelopes",
                     n->number, (unsigned long long)height,
                     (unsigned long long)b->header.view, b->count);
        return;
    }
    if (!hash_equal(&c->chain[height - 1]->hash, &b->hash)) {
        check_fail(c, "two different blocks are committed at height %llu, one by seat %u",
                   (unsigned long long)height, n->seat);
    } else if (!hash_equal(&c->roots[height - 1], state_root)) {
        check_fail(c, "two different state roots after height %llu, one of seat %u",
                   (unsigned long long)height, n->seat);
    }
}

void check_certificate(struct node *n, const struct certificate *c)
{
    if (c->count != n->c->config.core.quorum) {
        check_fail(n->c, "a certificate of %u seats", c->count);
    }
    for (uint16_t i = 1; i < c->count; i++) {
        if (c->entries[i].seat <= c->entries[i - 1].seat) {
            check_fail(n->c, "a certificate names seat %u twice or out of order",
                       c->entries[i].seat);
        }
    }
}

/* --- what a correct seat signs --- */

static uint64_t own_view(const struct node *n)
{
    uint64_t kept = n->disk.has_view_change ? n->disk.view_change.view : 0;
    return kept > n->view_signed ? kept : n->view_signed;
}

static void check_standing(struct node *n, const struct message *m)
{
    struct pbft_status s;
    replica_status(n->replica, &s);
    if (s.standing.lost) {
        check_fail(n->c, "seat %u signs tag %d although it has lost its state", n->seat,
                   m->tag);
    } else if (!said_may_sign(n)) {
        check_fail(n->c, "seat %u signs tag %d before q-1 others have reported", n->seat,
                   m->tag);
    }
}

void check_signed(struct node *n, const struct message *m)
{
    uint64_t view = 0;
    if (n->faulty) {
        return;
    }
    check_standing(n, m);
    if (m->tag == MESSAGE_VIEW_CHANGE) {
        view = m->view_change.change.view;
        if (view < own_view(n)) {
            check_fail(n->c, "seat %u asks for view %llu after %llu", n->seat,
                       (unsigned long long)view, (unsigned long long)own_view(n));
        }
        n->view_signed = view;
        return;
    }
    if (m->tag == MESSAGE_PRE_PREPARE) {
        view = m->pre_prepare.block->header.view;
    } else if (m->tag == MESSAGE_PREPARE || m->tag == MESSAGE_COMMIT) {
        view = m->vote.view;
    } else if (m->tag == MESSAGE_NEW_VIEW) {
        view = m->new_view->view;
    }
    if (view < own_view(n)) {
        check_fail(n->c, "seat %u signs tag %d in view %llu after it left for %llu",
                   n->seat, m->tag, (unsigned long long)view,
                   (unsigned long long)own_view(n));
    }
}

/* --- what a correct seat sends --- */

static void check_vote(struct node *n, const struct vote *v)
{
    struct cluster *c = n->c;
    said_once(n, v->phase == PHASE_PREPARE ? SAID_PREPARE : SAID_COMMIT, v->view, v->height,
              &v->block);
    if (v->height <= n->disk.height) {
        return; /* what it was for is durable, and the vote forgotten */
    }
    const struct vote *kept = disk_vote(&n->disk, v->phase, v->view, v->height);
    if (kept == NULL || !hash_equal(&kept->block, &v->block)) {
        check_fail(c, "seat %u sends a vote for height %llu that is not durable", n->seat,
                   (unsigned long long)v->height);
    }
    if (!disk_has_block(&n->disk, v->height, &v->block)) {
        check_fail(c, "seat %u votes for a block of height %llu that it does not keep",
                   n->seat, (unsigned long long)v->height);
    }
}

/* Whose disk was put back relays what it sent before, too. */
static void check_envelope(struct node *n, const struct envelope *e)
{
    struct cluster *c = n->c;
    for (uint32_t i = 0; e->seat == n->seat && i < e->count; i++) {
        struct operation op;
        struct proposal_note *p = NULL;
        if (codec_decode_operation(e->operations[i], &op) != 0) {
            continue;
        }
        if (op.kind == OPERATION_BALLOT) {
            said_ballot(n, &op.ballot.proposal, &op.ballot.commitment);
        }
        if (op.kind == OPERATION_BALLOT && n->votes && !n->put_back &&
            disk_ballot(&n->disk, &op.ballot.proposal) == NULL) {
            check_fail(c, "seat %u commits to a ballot that is not durable", n->seat);
        } else if (op.kind == OPERATION_REVEAL) {
            p = cluster_proposal(c, &op.reveal.proposal);
            if (p != NULL && !p->sealed_ended) {
                check_fail(c, "seat %u opens its ballot while others are sealed", n->seat);
            }
        } else if (op.kind == OPERATION_PROPOSE) {
            struct hash id = hash_operation(e->operations[i]);
            p = cluster_proposal(c, &id);
            if (p != NULL && (!n->put_back || disk_has_own(&n->disk, &id))) {
                p->acknowledged = true;
            }
            bool voided = p != NULL && p->voided; /* ordered, without effect */
            if (!voided && !n->put_back && !disk_has_own(&n->disk, &id) &&
                !council_knows(replica_council(n->replica), &id)) {
                check_fail(c, "seat %u sends a proposal that is not durable", n->seat);
            }
        }
    }
}

/* One that it only heard of may be shown to its primary before that. */
static void check_new_view(struct node *n, uint64_t view)
{
    const struct pbft *p = replica_core(n->replica);
    bool own = quorum_primary(n->c->config.seats, view) == n->seat;
    bool entered = p->mode == MODE_NORMAL && p->view == view;
    if ((own || entered) && (n->disk.new_view == NULL || n->disk.new_view->view < view)) {
        check_fail(n->c, "seat %u sends a NEW-VIEW that is not durable", n->seat);
    }
}

void check_sent(struct node *n, const struct message *m)
{
    struct vote v;
    uint16_t primary = 0;
    if (n->faulty) {
        return;
    }
    if (m->tag == MESSAGE_NEW_VIEW) {
        primary = (uint16_t)(1 + m->new_view->view % n->c->config.seats);
    }
    switch (m->tag) {
    case MESSAGE_PRE_PREPARE: {
        const struct header *h = &m->pre_prepare.block->header;
        v = (struct vote){
            .phase = PHASE_PREPARE, .seat = n->seat, .view = h->view, .height = h->height};
        const struct vote *kept = disk_vote(&n->disk, PHASE_PREPARE, h->view, h->height);
        if (kept == NULL && h->height > n->disk.height) {
            check_fail(n->c, "seat %u proposes what is not durable", n->seat);
        } else if (kept != NULL) {
            v.block = kept->block;
            check_vote(n, &v);
        }
        break;
    }
    case MESSAGE_PREPARE:
    case MESSAGE_COMMIT:
        check_vote(n, &m->vote);
        break;
    case MESSAGE_VIEW_CHANGE:
        if (!n->disk.has_view_change ||
            n->disk.view_change.view < m->view_change.change.view) {
            check_fail(n->c, "seat %u sends a VIEW-CHANGE that is not durable", n->seat);
        }
        if (m->view_change.certificate != NULL &&
            (n->disk.best == NULL ||
             best_compare(&n->disk.best->what, &m->view_change.change.best) < 0)) {
            check_fail(n->c, "seat %u sends a certificate that is not durable", n->seat);
        }
        break;
    case MESSAGE_NEW_VIEW:
        check_new_view(n, m->new_view->view);
        if (primary == n->seat) {
            said_once(n, SAID_NEW_VIEW, m->new_view->view, 0, &m->new_view->tip);
        }
        break;
    case MESSAGE_ENVELOPE:
        check_envelope(n, m->envelope);
        break;
    case MESSAGE_HEARTBEAT:
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

/* --- after every step --- */

void check_stepped(struct node *n)
{
    struct pbft_status s;
    if (n->faulty) {
        return;
    }
    replica_status(n->replica, &s);
    if (s.view < n->view_seen) {
        check_fail(n->c, "seat %u goes back from view %llu to %llu", n->seat,
                   (unsigned long long)n->view_seen, (unsigned long long)s.view);
    }
    if (s.committed_height < n->height_seen) {
        check_fail(n->c, "seat %u goes back from height %llu to %llu", n->seat,
                   (unsigned long long)n->height_seen,
                   (unsigned long long)s.committed_height);
    }
    size_t room = (size_t)n->c->config.seats * n->c->config.core.channel_bytes;
    if (s.waiting_bytes > room) {
        check_fail(n->c, "seat %u lets %zu bytes wait", n->seat, s.waiting_bytes);
    }
    n->view_seen = s.view;
    n->height_seen = s.committed_height;
}
