/* SPDX-License-Identifier: ISC */
/* PRE-PREPARE: when a replica accepts a block and prepares it, conclave-protocol(7)
 * sections 6, 7 and 8 point 4. */
#include "base/alloc.h"
#include "pbft/internal.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

uint64_t accept_window_end(const struct pbft *p)
{
    return later_of(p->committed, p->new_view_height) + p->config.window;
}

static struct pending *pending_at(const struct pbft *p, uint64_t height)
{
    for (size_t i = 0; i < p->pending_count; i++) {
        if (p->pending[i].block->header.height == height) {
            return &p->pending[i];
        }
    }
    return NULL;
}

static void pending_drop(struct pbft *p, struct pending *q)
{
    block_unref(q->block);
    certificate_unref(q->certificate);
    *q = p->pending[--p->pending_count];
}

/* Drops what is of another view or committed. */
void accept_forget_pending(struct pbft *p)
{
    for (size_t i = p->pending_count; i-- > 0;) {
        const struct header *h = &p->pending[i].block->header;
        if (h->view != p->view || h->height <= p->committed) {
            pending_drop(p, &p->pending[i]);
        }
    }
}

void accept_forget_refused(struct pbft *p)
{
    p->refused_count = 0;
    p->refused_since = NEVER;
}

bool accept_is_refused(const struct pbft *p, const struct hash *block)
{
    for (size_t i = 0; i < p->refused_count && i < REFUSED_MAX; i++) {
        if (hash_equal(&p->refused[i], block)) {
            return true;
        }
    }
    return false;
}

/* Others may prepare it all the same; it is not looked for again. */
static void refuse(struct pbft *p, const struct block *b, enum pbft_cause cause)
{
    p->refused[p->refused_count++ % REFUSED_MAX] = b->hash;
    p->refused_height = b->header.height;
    p->refused_since = earlier_of(p->refused_since, p->now_ms);
    update_notice(p, PBFT_NOTICE_REFUSED, cause, p->view, b->header.height,
                  primary_of(p, p->view));
}

void accept_add_pending(struct pbft *p, struct block *b, struct certificate *c,
                        const struct signature *signature)
{
    uint64_t height = b->header.height;
    struct pending *q = pending_at(p, height);
    if (accept_is_refused(p, &b->hash) || height <= chain_tip_height(p) ||
        height > accept_window_end(p) + p->config.window) {
        return;
    }
    if (q != NULL) {
        /* The first block of a (view, height) counts, unless more than f seats already
         * prepare the other one: then it is the one that can be certified. */
        const struct hash *hash = &b->hash;
        if (hash_equal(&q->block->hash, hash) ||
            votes_count(p, PHASE_PREPARE, p->view, height, hash) < p->weak) {
            return;
        }
        pending_drop(p, q);
    }
    if (p->pending_count == p->pending_capacity) {
        p->pending_capacity = p->pending_capacity > 0 ? 2 * p->pending_capacity : 16;
        p->pending = alloc_resize(p->pending, p->pending_capacity, sizeof(*p->pending));
    }
    q = &p->pending[p->pending_count++];
    *q = (struct pending){.block = block_ref(b),
                          .certificate = c != NULL ? certificate_ref(c) : NULL,
                          .has_signature = signature != NULL,
                          .arrived_wall_ms = p->wall_ms,
                          .timer_ms = timers_request_ms(p)};
    if (signature != NULL) {
        q->signature = *signature;
    }
}

void accept_on_pre_prepare(struct pbft *p, const struct pre_prepare *m)
{
    const struct header *h = &m->block->header;
    struct vote v = pre_prepare_vote(m, primary_of(p, h->view));
    if (v.seat == p->config.seat) {
        p->proposing = false;
        standing_signed_vote(p, &v); /* even where its view was left in the same step */
    }
    if (h->view < p->view) {
        return;
    }
    if (m->certificate != NULL) {
        chain_learn(p, m->certificate);
    }
    /* A block of a later view is fetched by its hash once that view is entered. */
    if (h->view == p->view) {
        accept_add_pending(p, m->block, m->certificate, &m->signature);
    }
    votes_on_message(p, &v);
}

enum answer { ANSWER_ACCEPT, ANSWER_WAIT, ANSWER_REFUSE };

/* Section 7: not above the own clock + max-drift; and, when it first arrived, not below the
 * own clock - max-drift - the request timer, but for a parent's time + 1. */
static enum answer judge_time(struct pbft *p, const struct pending *q)
{
    uint64_t time = q->block->header.time_ms;
    uint64_t parent = chain_tip_time(p);
    uint64_t slack = p->config.max_drift_ms + q->timer_ms;
    uint64_t bound = q->arrived_wall_ms > slack ? q->arrived_wall_ms - slack : 0;
    if (time <= parent) {
        return ANSWER_REFUSE;
    }
    if (time < bound && !(time == parent + 1 && parent >= bound)) {
        return ANSWER_REFUSE;
    }
    if (time > p->wall_ms + p->config.max_drift_ms) {
        p->hold_until = earlier_of(
            p->hold_until, p->now_ms + (time - p->wall_ms - p->config.max_drift_ms));
        return ANSWER_WAIT;
    }
    return ANSWER_ACCEPT;
}

static enum answer judge(struct pbft *p, const struct pending *q, enum pbft_cause *cause)
{
    const struct header *h = &q->block->header;
    *cause = PBFT_CAUSE_CHAIN;
    if (!hash_equal(&h->prev_hash, chain_tip_hash(p)) ||
        h->executed_height < chain_tip_executed(p) || h->executed_height >= h->height) {
        return ANSWER_REFUSE;
    }
    if (h->height > accept_window_end(p)) {
        return ANSWER_WAIT;
    }
    *cause = PBFT_CAUSE_TIME;
    enum answer time = judge_time(p, q);
    if (time != ANSWER_ACCEPT) {
        return time;
    }
    /* The certificate that came along lets this replica commit and execute that far. */
    if (h->executed_height > p->executed) {
        return ANSWER_WAIT;
    }
    *cause = PBFT_CAUSE_STATE_ROOT;
    const struct hash *root = chain_root(p, h->executed_height);
    if (root == NULL || !hash_equal(root, &h->state_root)) {
        return ANSWER_REFUSE;
    }
    *cause = PBFT_CAUSE_CENSORED;
    if (pool_is_shut_out(&p->pool, q->block, BLOCK_MAX, p->now_ms,
                         timers_request_ms(p) / 2)) {
        return ANSWER_REFUSE;
    }
    return ANSWER_ACCEPT;
}

static void accept_block(struct pbft *p, const struct pending *q)
{
    struct block *b = q->block;
    chain_push(p, b, true);
    struct link *l = chain_link(p, b->header.height);
    l->has_signature = q->has_signature;
    l->signature = q->signature;
    l->executed_certificate =
        q->certificate != NULL ? certificate_ref(q->certificate) : NULL;
    update_add(p, PBFT_STORE_CANDIDATE)->block = block_ref(b);
}

/* The block that more than f seats prepare at the next height, though its PRE-PREPARE did
 * not come: at least one correct seat has seen the primary's signature on it. */
static void look_for_missing(struct pbft *p)
{
    uint64_t height = chain_tip_height(p) + 1;
    for (uint16_t seat = 1; seat <= p->config.seats; seat++) {
        const struct vote_slot *s = votes_slot(p, seat, PHASE_PREPARE, height);
        if (!s->set || s->height != height || s->view != p->view ||
            accept_is_refused(p, &s->block) ||
            votes_count(p, PHASE_PREPARE, p->view, height, &s->block) < p->weak) {
            continue;
        }
        struct block *b = chain_known(p, &s->block);
        if (b == NULL) {
            fetch_expect_block(p, height, &s->block, seat);
        } else {
            const struct vote_slot *own =
                votes_slot(p, primary_of(p, p->view), PHASE_PREPARE, height);
            bool signed_it = own->set && own->height == height && own->view == p->view &&
                             hash_equal(&own->block, &b->hash);
            accept_add_pending(p, b, NULL, signed_it ? &own->signature : NULL);
        }
        return;
    }
}

void accept_progress(struct pbft *p)
{
    p->hold_until = NEVER;
    while (p->mode == MODE_NORMAL && !p->stopped) {
        struct pending *q = pending_at(p, chain_tip_height(p) + 1);
        if (q == NULL) {
            look_for_missing(p);
            q = pending_at(p, chain_tip_height(p) + 1);
        }
        if (q == NULL) {
            return;
        }
        enum pbft_cause cause;
        enum answer answer = judge(p, q, &cause);
        if (answer == ANSWER_WAIT) {
            p->chain_since = earlier_of(p->chain_since, p->now_ms);
            return;
        }
        if (answer == ANSWER_ACCEPT) {
            accept_block(p, q);
        } else {
            refuse(p, q->block, cause);
        }
        pending_drop(p, q);
    }
}
