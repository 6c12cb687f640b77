/* SPDX-License-Identifier: ISC */
#include "cluster/disk.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum write_kind {
    WRITE_APPEND,
    WRITE_COMMIT,
    WRITE_VOTE,
    WRITE_VIEW_CHANGE,
    WRITE_NEW_VIEW,
    WRITE_BEST,
    WRITE_CANDIDATE,
    WRITE_PRUNE,
    WRITE_OWN,
    WRITE_DROP_OWN,
    WRITE_BALLOT,
};

struct disk_write {
    enum write_kind kind;
    union {
        struct block *block;
        struct certificate *certificate;
        struct vote vote;
        struct view_change view_change;
        struct new_view *new_view;
        struct best prune;
        struct disk_own own;
        struct disk_ballot ballot;
    };
};

/* Room for one more element. */
#define GROW(array, count, capacity)                                                       \
    do {                                                                                   \
        if ((count) == (capacity)) {                                                       \
            (capacity) = (capacity) > 0 ? 2 * (capacity) : 16;                             \
            (array) = alloc_resize((array), (capacity), sizeof(*(array)));                 \
        }                                                                                  \
    } while (0)

static struct disk_write *add(struct disk *d, enum write_kind kind)
{
    GROW(d->writes, d->write_count, d->write_capacity);
    struct disk_write *w = &d->writes[d->write_count++];
    memset(w, 0, sizeof(*w));
    w->kind = kind;
    return w;
}

void disk_append(struct disk *d, struct block *b)
{
    add(d, WRITE_APPEND)->block = block_ref(b);
}

void disk_put_commit(struct disk *d, struct certificate *c)
{
    add(d, WRITE_COMMIT)->certificate = certificate_ref(c);
}

void disk_put_vote(struct disk *d, const struct vote *v)
{
    add(d, WRITE_VOTE)->vote = *v;
}

void disk_put_view_change(struct disk *d, const struct view_change *c)
{
    add(d, WRITE_VIEW_CHANGE)->view_change = *c;
}

void disk_put_new_view(struct disk *d, struct new_view *v)
{
    add(d, WRITE_NEW_VIEW)->new_view = new_view_ref(v);
}

void disk_put_best(struct disk *d, struct certificate *c)
{
    add(d, WRITE_BEST)->certificate = certificate_ref(c);
}

void disk_put_candidate(struct disk *d, struct block *b)
{
    add(d, WRITE_CANDIDATE)->block = block_ref(b);
}

void disk_prune(struct disk *d, uint64_t view, uint64_t height)
{
    add(d, WRITE_PRUNE)->prune = (struct best){.view = view, .height = height};
}

void disk_put_own(struct disk *d, const struct hash *id, struct slice operation)
{
    add(d, WRITE_OWN)->own = (struct disk_own){*id, bytes_copy(operation)};
}

void disk_drop_own(struct disk *d, const struct hash *id)
{
    add(d, WRITE_DROP_OWN)->own = (struct disk_own){*id, NULL};
}

void disk_put_ballot(struct disk *d, const struct disk_ballot *b)
{
    add(d, WRITE_BALLOT)->ballot = *b;
}

/* --- syncing --- */

static void apply_append(struct disk *d, struct block *b)
{
    assert(b->header.height == d->height + 1);
    GROW(d->blocks, d->height, d->block_capacity);
    d->blocks[d->height++] = block_ref(b);
}

static void apply_commit(struct disk *d, struct certificate *c)
{
    if (d->commit_count > 0 &&
        d->commits[d->commit_count - 1]->what.height >= c->what.height) {
        return;
    }
    GROW(d->commits, d->commit_count, d->commit_capacity);
    d->commits[d->commit_count++] = certificate_ref(c);
}

static bool apply_vote(struct disk *d, const struct vote *v)
{
    const struct vote *old = disk_vote(d, v->phase, v->view, v->height);
    if (old != NULL) {
        return hash_equal(&old->block, &v->block);
    }
    GROW(d->votes, d->vote_count, d->vote_capacity);
    d->votes[d->vote_count++] = *v;
    return true;
}

static void apply_candidate(struct disk *d, struct block *b)
{
    for (size_t i = 0; i < d->candidate_count; i++) {
        if (hash_equal(&d->candidates[i]->hash, &b->hash)) {
            return;
        }
    }
    GROW(d->candidates, d->candidate_count, d->candidate_capacity);
    d->candidates[d->candidate_count++] = block_ref(b);
}

/* As ledger_prune: votes at or below the height, candidates also by their view. */
static void apply_prune(struct disk *d, uint64_t view, uint64_t height)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->vote_count; i++) {
        if (d->votes[i].height > height) {
            d->votes[kept++] = d->votes[i];
        }
    }
    d->vote_count = kept;
    kept = 0;
    for (size_t i = 0; i < d->candidate_count; i++) {
        const struct header *h = &d->candidates[i]->header;
        if (h->height <= height && h->view <= view) {
            block_unref(d->candidates[i]);
        } else {
            d->candidates[kept++] = d->candidates[i];
        }
    }
    d->candidate_count = kept;
}

static void apply_drop_own(struct disk *d, const struct hash *id)
{
    for (size_t i = 0; i < d->own_count; i++) {
        if (hash_equal(&d->own[i].id, id)) {
            bytes_unref(d->own[i].operation);
            d->own_count--;
            memmove(&d->own[i], &d->own[i + 1], (d->own_count - i) * sizeof(*d->own));
            return;
        }
    }
}

static bool apply(struct disk *d, const struct disk_write *w)
{
    switch (w->kind) {
    case WRITE_APPEND:
        apply_append(d, w->block);
        break;
    case WRITE_COMMIT:
        apply_commit(d, w->certificate);
        break;
    case WRITE_VOTE:
        return apply_vote(d, &w->vote);
    case WRITE_VIEW_CHANGE:
        d->has_view_change = true;
        d->view_change = w->view_change;
        break;
    case WRITE_NEW_VIEW:
        new_view_unref(d->new_view);
        d->new_view = new_view_ref(w->new_view);
        break;
    case WRITE_BEST:
        certificate_unref(d->best);
        d->best = certificate_ref(w->certificate);
        break;
    case WRITE_CANDIDATE:
        apply_candidate(d, w->block);
        break;
    case WRITE_PRUNE:
        apply_prune(d, w->prune.view, w->prune.height);
        break;
    case WRITE_OWN:
        apply_drop_own(d, &w->own.id);
        GROW(d->own, d->own_count, d->own_capacity);
        d->own[d->own_count++] = (struct disk_own){w->own.id, bytes_ref(w->own.operation)};
        break;
    case WRITE_DROP_OWN:
        apply_drop_own(d, &w->own.id);
        break;
    case WRITE_BALLOT:
        GROW(d->ballots, d->ballot_count, d->ballot_capacity);
        d->ballots[d->ballot_count++] = w->ballot;
        break;
    }
    return true;
}

static void release(struct disk_write *w)
{
    switch (w->kind) {
    case WRITE_APPEND:
    case WRITE_CANDIDATE:
        block_unref(w->block);
        break;
    case WRITE_COMMIT:
    case WRITE_BEST:
        certificate_unref(w->certificate);
        break;
    case WRITE_NEW_VIEW:
        new_view_unref(w->new_view);
        break;
    case WRITE_OWN:
        bytes_unref(w->own.operation);
        break;
    case WRITE_VOTE:
    case WRITE_VIEW_CHANGE:
    case WRITE_PRUNE:
    case WRITE_DROP_OWN:
    case WRITE_BALLOT:
        break;
    }
}

bool disk_sync(struct disk *d)
{
    bool good = true;
    for (size_t i = 0; i < d->write_count; i++) {
        good = apply(d, &d->writes[i]) && good;
        release(&d->writes[i]);
    }
    d->write_count = 0;
    return good;
}

void disk_crash(struct disk *d)
{
    for (size_t i = 0; i < d->write_count; i++) {
        release(&d->writes[i]);
    }
    d->write_count = 0;
}

void disk_free(struct disk *d)
{
    disk_crash(d);
    for (size_t i = 0; i < d->height; i++) {
        block_unref(d->blocks[i]);
    }
    for (size_t i = 0; i < d->commit_count; i++) {
        certificate_unref(d->commits[i]);
    }
    for (size_t i = 0; i < d->candidate_count; i++) {
        block_unref(d->candidates[i]);
    }
    for (size_t i = 0; i < d->own_count; i++) {
        bytes_unref(d->own[i].operation);
    }
    new_view_unref(d->new_view);
    certificate_unref(d->best);
    free(d->blocks);
    free(d->commits);
    free(d->votes);
    free(d->candidates);
    free(d->own);
    free(d->ballots);
    free(d->writes);
    memset(d, 0, sizeof(*d));
}

/* --- reading --- */

const struct disk_ballot *disk_ballot(const struct disk *d, const struct hash *proposal)
{
    for (size_t i = d->ballot_count; i-- > 0;) {
        if (hash_equal(&d->ballots[i].proposal, proposal)) {
            return &d->ballots[i];
        }
    }
    return NULL;
}

bool disk_has_own(const struct disk *d, const struct hash *id)
{
    for (size_t i = 0; i < d->own_count; i++) {
        if (hash_equal(&d->own[i].id, id)) {
            return true;
        }
    }
    return false;
}

const struct vote *disk_vote(const struct disk *d, enum phase phase, uint64_t view,
                             uint64_t height)
{
    for (size_t i = 0; i < d->vote_count; i++) {
        const struct vote *v = &d->votes[i];
        if (v->phase == phase && v->view == view && v->height == height) {
            return v;
        }
    }
    return NULL;
}

bool disk_has_block(const struct disk *d, uint64_t height, const struct hash *hash)
{
    if (height >= 1 && height <= d->height &&
        hash_equal(&d->blocks[height - 1]->hash, hash)) {
        return true;
    }
    for (size_t i = 0; i < d->candidate_count; i++) {
        if (hash_equal(&d->candidates[i]->hash, hash)) {
            return true;
        }
    }
    return false;
}

struct certificate *disk_commit_of(const struct disk *d, uint64_t height)
{
    size_t low = 0, high = d->commit_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (d->commits[middle]->what.height < height) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < d->commit_count ? d->commits[low] : NULL;
}
