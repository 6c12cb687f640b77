/* SPDX-License-Identifier: ISC */
#include "base/alloc.h"
#include "base/error.h"
#include "pbft/internal.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- the accepted chain --- */

uint64_t chain_tip_height(const struct pbft *p)
{
    return p->committed + p->link_count;
}

static const struct link *tip_link(const struct pbft *p)
{
    return p->link_count > 0 ? &p->links[p->link_count - 1] : NULL;
}

const struct hash *chain_tip_hash(const struct pbft *p)
{
    const struct link *l = tip_link(p);
    return l != NULL ? &l->block->hash : &p->committed_hash;
}

uint64_t chain_tip_time(const struct pbft *p)
{
    const struct link *l = tip_link(p);
    return l != NULL ? l->block->header.time_ms : p->committed_time_ms;
}

uint64_t chain_tip_executed(const struct pbft *p)
{
    const struct link *l = tip_link(p);
    return l != NULL ? l->block->header.executed_height : p->committed_executed;
}

struct link *chain_link(const struct pbft *p, uint64_t height)
{
    if (height <= p->committed || height > chain_tip_height(p)) {
        return NULL;
    }
    return &p->links[height - p->committed - 1];
}

void chain_push(struct pbft *p, struct block *b, bool of_view)
{
    assert(b->header.height == chain_tip_height(p) + 1);
    assert(hash_equal(&b->header.prev_hash, chain_tip_hash(p)));
    if (p->link_count == p->link_capacity) {
        p->link_capacity = p->link_capacity > 0 ? 2 * p->link_capacity : 16;
        p->links = alloc_resize(p->links, p->link_capacity, sizeof(*p->links));
    }
    p->links[p->link_count++] =
        (struct link){.block = block_ref(b), .accepted_ms = p->now_ms, .of_view = of_view};
    p->accepted_ms = p->moved_ms = p->now_ms;
    chain_remember(p, b);
    pool_enter_chain(&p->pool, b, primary_of(p, b->header.view), p->now_ms);
    p->chain_since = earlier_of(p->chain_since, p->now_ms);
}

static void link_release(struct link *l)
{
    block_unref(l->block);
    certificate_unref(l->executed_certificate);
}

void chain_clear(struct pbft *p)
{
    for (size_t i = 0; i < p->link_count; i++) {
        link_release(&p->links[i]);
    }
    p->link_count = 0;
    p->chain_since = NEVER;
    pool_leave_chain(&p->pool);
}

/* --- blocks at hand --- */

struct block *chain_known(const struct pbft *p, const struct hash *hash)
{
    for (size_t i = 0; i < p->known_count; i++) {
        if (hash_equal(&p->known[i]->hash, hash)) {
            return p->known[i];
        }
    }
    return NULL;
}

struct block *pbft_find_block(const struct pbft *p, const struct hash *hash)
{
    return chain_known(p, hash);
}

struct envelope *pbft_find_envelope(struct pbft *p, struct slice encoding)
{
    const struct pool_entry *e = pool_find_encoding(&p->pool, encoding);
    return e != NULL ? e->envelope : NULL;
}

void chain_remember(struct pbft *p, struct block *b)
{
    if (chain_known(p, &b->hash) != NULL) {
        return;
    }
    if (p->known_count == p->known_capacity) {
        p->known_capacity = p->known_capacity > 0 ? 2 * p->known_capacity : 16;
        p->known = alloc_resize(p->known, p->known_capacity, sizeof(struct block *));
    }
    p->known[p->known_count++] = block_ref(b);
}

/* A block of (view, height) committed: see "Durable before ..." in section 6 for which
 * blocks may be forgotten. */
static void forget(struct pbft *p, uint64_t view, uint64_t height)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->known_count; i++) {
        struct block *b = p->known[i];
        if (b->header.height <= height && b->header.view <= view) {
            block_unref(b);
        } else {
            p->known[kept++] = b;
        }
    }
    p->known_count = kept;
}

int chain_path(const struct pbft *p, uint64_t *height, struct hash *hash,
               struct block ***out)
{
    size_t count = *height - p->committed;
    struct block **path = alloc_zero(count, sizeof(struct block *));
    while (*height > p->committed) {
        struct block *b = chain_known(p, hash);
        if (b == NULL || b->header.height != *height) {
            free(path);
            return b == NULL ? CONCLAVE_ENOENT : CONCLAVE_ESTATE;
        }
        path[*height - p->committed - 1] = b;
        *hash = b->header.prev_hash;
        (*height)--;
    }
    if (!hash_equal(hash, &p->committed_hash)) {
        free(path);
        return CONCLAVE_ESTATE;
    }
    *out = path;
    return 0;
}

/* --- certificates --- */

void chain_fork_found(struct pbft *p, uint64_t view, uint64_t height)
{
    if (!p->stopped) {
        p->stopped = true;
        update_notice(p, PBFT_NOTICE_FORK, PBFT_CAUSE_NONE, view, height, 0);
    }
}

void chain_learn(struct pbft *p, struct certificate *c)
{
    standing_see_certificate(p, c);
    if (p->best == NULL || best_compare(&c->what, &p->best->what) > 0) {
        certificate_unref(p->best);
        p->best = certificate_ref(c);
        update_add(p, PBFT_STORE_BEST)->certificate = certificate_ref(c);
    }
    view_follow(p, c->what.view);
    if (c->what.kind != CERTIFICATE_COMMIT || c->what.height <= p->committed) {
        return;
    }
    if (p->commit_goal == NULL || c->what.height > p->commit_goal->what.height) {
        certificate_unref(p->commit_goal);
        p->commit_goal = certificate_ref(c);
    }
}

void chain_progress(struct pbft *p)
{
    if (p->commit_goal == NULL || p->stopped) {
        return;
    }
    struct certificate *c = p->commit_goal;
    uint64_t height = c->what.height;
    if (height <= p->committed) {
        certificate_unref(c);
        p->commit_goal = NULL;
        return;
    }
    struct hash hash = c->what.block;
    struct block **path = NULL;
    int error = chain_path(p, &height, &hash, &path);
    if (error == CONCLAVE_ENOENT) {
        fetch_want_chain(p, height, &hash, c->entries[0].seat);
        return;
    }
    p->commit_goal = NULL;
    if (error != 0) {
        chain_fork_found(p, c->what.view, c->what.height);
    } else {
        chain_commit_blocks(p, path, c->what.height - p->committed, c);
        free(path);
    }
    certificate_unref(c);
}

/* --- committing --- */

static void claim_root(struct pbft *p, const struct header *h)
{
    if (p->claim_count == p->claim_capacity) {
        p->claim_capacity = p->claim_capacity > 0 ? 2 * p->claim_capacity : 16;
        p->claims = alloc_resize(p->claims, p->claim_capacity, sizeof(*p->claims));
    }
    p->claims[p->claim_count++] = (struct root_claim){h->executed_height, h->state_root};
}

/* Only a certified header that differs proves that this replica itself has diverged. */
static void compare_claims(struct pbft *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->claim_count; i++) {
        struct root_claim *claim = &p->claims[i];
        const struct hash *own = chain_root(p, claim->height);
        if (claim->height > p->executed) {
            p->claims[kept++] = *claim;
        } else if (own != NULL && !hash_equal(own, &claim->root) && !p->stopped) {
            p->stopped = true;
            update_notice(p, PBFT_NOTICE_DIVERGED, PBFT_CAUSE_STATE_ROOT, p->view,
                          claim->height, 0);
        }
    }
    p->claim_count = kept;
}

static void commit_one(struct pbft *p, struct block *b)
{
    const struct header *h = &b->header;
    assert(h->height == p->committed + 1);
    assert(hash_equal(&h->prev_hash, &p->committed_hash));
    const struct link *l = chain_link(p, h->height);
    bool in_chain = l != NULL && hash_equal(&l->block->hash, &b->hash);
    timers_on_commit(p, b, in_chain ? l : NULL);
    if (in_chain) {
        link_release(&p->links[0]);
        memmove(p->links, p->links + 1, --p->link_count * sizeof(*p->links));
    } else if (p->link_count > 0) {
        /* What was accepted above lost against a certified block. */
        chain_clear(p);
        accept_forget_refused(p);
    }
    if (h->height >= p->refused_height) {
        accept_forget_refused(p); /* the council went on without this replica's vote */
    }
    update_add(p, PBFT_COMMIT)->block = block_ref(b);
    pool_ordered(&p->pool, b, p->now_ms);
    claim_root(p, h);
    p->committed = h->height;
    p->committed_header = *h;
    p->committed_hash = b->hash;
    p->committed_time_ms = h->time_ms;
    p->committed_executed = h->executed_height;
    p->view_works = p->view_works || (h->view == p->view && p->mode == MODE_NORMAL);
    if (p->view_works) {
        p->view_since = NEVER;
    }
}

void chain_commit_blocks(struct pbft *p, struct block *const *blocks, size_t count,
                         struct certificate *c)
{
    assert(count > 0);
    for (size_t i = 0; i < count; i++) {
        block_ref(blocks[i]);
    }
    for (size_t i = 0; i < count; i++) {
        commit_one(p, blocks[i]);
    }
    certificate_ref(c);
    certificate_unref(p->commit);
    p->commit = c;
    update_add(p, PBFT_CERTIFY)->certificate = certificate_ref(c);
    forget(p, c->what.view, p->committed);
    for (size_t i = 0; i < count; i++) {
        block_unref(blocks[i]);
    }
    compare_claims(p);
    p->chain_since = p->link_count > 0 ? p->now_ms : NEVER;
    p->moved_ms = p->now_ms;
    p->range_wanted.lag_since = NEVER;
    accept_forget_pending(p);
}

/* --- execution --- */

const struct hash *chain_root(const struct pbft *p, uint64_t height)
{
    if (height < p->roots_from || height >= p->roots_from + p->roots_count) {
        return NULL;
    }
    return &p->roots[height - p->roots_from];
}

void chain_executed(struct pbft *p, const struct pbft_executed *e)
{
    assert(e->height == p->executed + 1 && e->height <= p->committed);
    if (p->roots_count == p->roots_capacity) {
        p->roots_capacity = p->roots_capacity > 0 ? 2 * p->roots_capacity : 64;
        p->roots = alloc_resize(p->roots, p->roots_capacity, sizeof(*p->roots));
    }
    p->roots[p->roots_count++] = e->state_root;
    p->executed = e->height;
    compare_claims(p);
    /* No header of a block to come, nor a claim still open, may name an older height. */
    uint64_t oldest = p->committed_executed;
    for (size_t i = 0; i < p->claim_count; i++) {
        oldest = earlier_of(oldest, p->claims[i].height);
    }
    oldest = earlier_of(oldest, p->executed);
    if (oldest > p->roots_from + 64) {
        size_t gone = oldest - p->roots_from;
        p->roots_count -= gone;
        memmove(p->roots, p->roots + gone, p->roots_count * sizeof(*p->roots));
        p->roots_from = oldest;
    }
    propose_expect(p, e);
    if (e->next_deadline_ms != p->next_deadline_ms) {
        p->next_deadline_ms = e->next_deadline_ms;
        p->deadline_since = NEVER;
    }
    p->cover_height = e->cover_height;
    memcpy(p->excluded, e->excluded, p->config.seats * sizeof(*p->excluded));
    pool_judge(&p->pool, e->judge, e->judge_context, p->now_ms);
}
