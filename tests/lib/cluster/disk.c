/* SPDX-License-Identifier: ISC */
/* What is durable. */
#include "cluster/disk_write.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

static void apply_append(struct disk *d, struct block *b)
{
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

static void apply_vote(struct disk *d, const struct vote *v)
{
    if (disk_vote(d, v->phase, v->view, v->height) == NULL) {
        GROW(d->votes, d->vote_count, d->vote_capacity);
        d->votes[d->vote_count++] = *v;
    }
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

static void apply_own(struct disk *d, const struct disk_own *own)
{
    GROW(d->own, d->own_count, d->own_capacity);
    d->own[d->own_count++] = (struct disk_own){own->id, bytes_ref(own->operation)};
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

static void apply_ballot(struct disk *d, const struct disk_ballot *b)
{
    GROW(d->ballots, d->ballot_count, d->ballot_capacity);
    bytes_ref(b->rationale);
    d->ballots[d->ballot_count++] = *b;
}

static void apply_proposal(struct disk *d, const struct ledger_proposal *p)
{
    GROW(d->proposals, d->proposal_count, d->proposal_capacity);
    d->proposals[d->proposal_count++] = *p;
}

static void apply_record(struct disk *d, const struct ledger_proposal *p)
{
    for (size_t i = d->proposal_count; i-- > 0;) {
        if (hash_equal(&d->proposals[i].id, &p->id)) {
            d->proposals[i] = *p;
            break;
        }
    }
    d->record_count++;
}

void disk_apply(struct disk *d, const struct disk_write *w)
{
    switch (w->kind) {
    case WRITE_APPEND:
        apply_append(d, w->block);
        break;
    case WRITE_COMMIT:
        apply_commit(d, w->certificate);
        break;
    case WRITE_VOTE:
        apply_vote(d, &w->vote);
        break;
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
    case WRITE_STANDING:
        d->standing = w->standing;
        break;
    case WRITE_CANDIDATE:
        apply_candidate(d, w->block);
        break;
    case WRITE_PRUNE:
        apply_prune(d, w->prune.view, w->prune.height);
        break;
    case WRITE_OWN:
        apply_own(d, &w->own);
        break;
    case WRITE_DROP_OWN:
        apply_drop_own(d, &w->own.id);
        break;
    case WRITE_BALLOT:
        apply_ballot(d, &w->ballot);
        break;
    case WRITE_PROPOSAL:
        apply_proposal(d, &w->proposal);
        break;
    case WRITE_RECORD:
        apply_record(d, &w->proposal);
        break;
    }
}

void disk_copy(const struct disk *d, struct disk *out)
{
    *out = (struct disk){.foreign = d->foreign,
                         .has_view_change = d->has_view_change,
                         .view_change = d->view_change,
                         .standing = d->standing,
                         .record_count = d->record_count};
    out->new_view = d->new_view != NULL ? new_view_ref(d->new_view) : NULL;
    out->best = d->best != NULL ? certificate_ref(d->best) : NULL;
    for (size_t i = 0; i < d->height; i++) {
        apply_append(out, d->blocks[i]);
    }
    for (size_t i = 0; i < d->commit_count; i++) {
        apply_commit(out, d->commits[i]);
    }
    for (size_t i = 0; i < d->vote_count; i++) {
        apply_vote(out, &d->votes[i]);
    }
    for (size_t i = 0; i < d->candidate_count; i++) {
        apply_candidate(out, d->candidates[i]);
    }
    for (size_t i = 0; i < d->own_count; i++) {
        apply_own(out, &d->own[i]);
    }
    for (size_t i = 0; i < d->ballot_count; i++) {
        apply_ballot(out, &d->ballots[i]);
    }
    for (size_t i = 0; i < d->proposal_count; i++) {
        apply_proposal(out, &d->proposals[i]);
    }
}

void disk_free(struct disk *d)
{
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
    for (size_t i = 0; i < d->ballot_count; i++) {
        bytes_unref(d->ballots[i].rationale);
    }
    new_view_unref(d->new_view);
    certificate_unref(d->best);
    free(d->blocks);
    free(d->commits);
    free(d->votes);
    free(d->candidates);
    free(d->own);
    free(d->ballots);
    free(d->proposals);
    memset(d, 0, sizeof(*d));
}

/* --- looking --- */

const struct own_ballot *disk_ballot(const struct disk *d, const struct hash *proposal)
{
    for (size_t i = d->ballot_count; i-- > 0;) {
        if (hash_equal(&d->ballots[i].ballot.proposal, proposal)) {
            return &d->ballots[i].ballot;
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
