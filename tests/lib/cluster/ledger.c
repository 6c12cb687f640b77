/* SPDX-License-Identifier: ISC */
/* The store of ledger/ledger.h on a virtual disk: what is not synced yet, over what is. */
#include "cluster/disk_write.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct ledger {
    struct disk *disk;
    enum disk_sync (*sync)(void *context);
    void *context;
    struct disk_write *writes; /* not synced */
    size_t count, capacity;
    uint64_t height, record_count; /* with what is not synced */
    bool failed;
    const char *fault;
};

struct ledger *disk_open(struct disk *d, enum disk_sync (*sync)(void *context),
                         void *context)
{
    if (d->foreign) {
        d->foreign = d->standing.has_view = false;
        d->standing.lost = true;
    }
    struct ledger *l = alloc_zero(1, sizeof(*l));
    *l = (struct ledger){.disk = d,
                         .sync = sync,
                         .context = context,
                         .height = d->height,
                         .record_count = d->record_count};
    return l;
}

const char *disk_fault(const struct ledger *l)
{
    return l->fault;
}

static void promise(struct ledger *l, bool kept, const char *what)
{
    if (!kept && l->fault == NULL) {
        l->fault = what;
    }
}

static struct disk_write *add(struct ledger *l, enum write_kind kind)
{
    assert(!l->failed);
    GROW(l->writes, l->count, l->capacity);
    struct disk_write *w = &l->writes[l->count++];
    memset(w, 0, sizeof(*w));
    w->kind = kind;
    return w;
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
    case WRITE_BALLOT:
        bytes_unref(w->ballot.rationale);
        break;
    case WRITE_VOTE:
    case WRITE_VIEW_CHANGE:
    case WRITE_STANDING:
    case WRITE_PRUNE:
    case WRITE_DROP_OWN:
    case WRITE_PROPOSAL:
    case WRITE_RECORD:
        break;
    }
}

int ledger_commit(struct ledger *l)
{
    assert(!l->failed);
    if (l->count == 0) {
        return 0;
    }
    enum disk_sync result = l->sync(l->context);
    for (size_t i = 0; i < l->count; i++) {
        if (result != DISK_LOST) {
            disk_apply(l->disk, &l->writes[i]);
        }
        release(&l->writes[i]);
    }
    l->count = 0;
    l->failed = result != DISK_SYNCED;
    return l->failed ? CONCLAVE_EIO : 0;
}

void ledger_close(struct ledger *l)
{
    if (l == NULL) {
        return;
    }
    for (size_t i = 0; i < l->count; i++) {
        release(&l->writes[i]);
    }
    free(l->writes);
    free(l);
}

/* --- committed blocks --- */

static struct block *block_at(const struct ledger *l, uint64_t height)
{
    if (height >= 1 && height <= l->disk->height) {
        return l->disk->blocks[height - 1];
    }
    for (size_t i = 0; i < l->count; i++) {
        if (l->writes[i].kind == WRITE_APPEND &&
            l->writes[i].block->header.height == height) {
            return l->writes[i].block;
        }
    }
    return NULL;
}

void ledger_append(struct ledger *l, const struct block *b)
{
    promise(l, b->header.height == l->height + 1, "appends a block of another height");
    const struct block *tip = block_at(l, l->height);
    promise(l, tip == NULL || hash_equal(&b->header.prev_hash, &tip->hash),
            "appends a block that does not follow");
    add(l, WRITE_APPEND)->block = block_ref((struct block *)b);
    l->height++;
}

int ledger_encoding(struct ledger *l, uint64_t height, struct bytes **out)
{
    const struct block *b = block_at(l, height);
    if (b == NULL) {
        return CONCLAVE_ENOENT;
    }
    *out = bytes_copy(b->encoding);
    return 0;
}

void ledger_put_commit(struct ledger *l, const struct certificate *c)
{
    const struct block *b = block_at(l, c->what.height);
    promise(l, b == NULL || hash_equal(&b->hash, &c->what.block),
            "keeps a commit certificate of another block");
    add(l, WRITE_COMMIT)->certificate = certificate_ref((struct certificate *)c);
}

uint64_t ledger_height(const struct ledger *l)
{
    return l->height;
}

int ledger_block(struct ledger *l, uint64_t height, struct block **out)
{
    struct block *b = block_at(l, height);
    if (b == NULL) {
        return CONCLAVE_ENOENT;
    }
    *out = block_ref(b);
    return 0;
}

int ledger_commit_of(struct ledger *l, uint64_t height, struct certificate **out)
{
    const struct disk *d = l->disk;
    size_t low = 0, high = d->commit_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (d->commits[middle]->what.height < height) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    struct certificate *c = low < d->commit_count ? d->commits[low] : NULL;
    for (size_t i = 0; i < l->count && c == NULL; i++) {
        if (l->writes[i].kind == WRITE_COMMIT &&
            l->writes[i].certificate->what.height >= height) {
            c = l->writes[i].certificate;
        }
    }
    if (c == NULL) {
        return CONCLAVE_ENOENT;
    }
    *out = certificate_ref(c);
    return 0;
}

/* --- what this node signed --- */

void ledger_put_vote(struct ledger *l, const struct vote *v)
{
    const struct vote *old = disk_vote(l->disk, v->phase, v->view, v->height);
    for (size_t i = 0; i < l->count && old == NULL; i++) {
        const struct vote *w = &l->writes[i].vote;
        if (l->writes[i].kind == WRITE_VOTE && w->phase == v->phase && w->view == v->view &&
            w->height == v->height) {
            old = w;
        }
    }
    promise(l, old == NULL || hash_equal(&old->block, &v->block),
            "votes twice for one view, height and phase");
    add(l, WRITE_VOTE)->vote = *v;
}

void ledger_put_view_change(struct ledger *l, const struct view_change *v)
{
    add(l, WRITE_VIEW_CHANGE)->view_change = *v;
}

void ledger_put_new_view(struct ledger *l, const struct new_view *v)
{
    add(l, WRITE_NEW_VIEW)->new_view = new_view_ref((struct new_view *)v);
}

void ledger_put_best(struct ledger *l, const struct certificate *c)
{
    add(l, WRITE_BEST)->certificate = certificate_ref((struct certificate *)c);
}

void ledger_put_standing(struct ledger *l, const struct standing *s)
{
    add(l, WRITE_STANDING)->standing = *s;
}

void ledger_put_candidate(struct ledger *l, const struct block *b)
{
    add(l, WRITE_CANDIDATE)->block = block_ref((struct block *)b);
}

void ledger_prune(struct ledger *l, uint64_t view, uint64_t height)
{
    const struct block *tip = block_at(l, l->height);
    promise(l, tip != NULL && tip->header.height == height && tip->header.view == view,
            "prunes by what it did not commit");
    add(l, WRITE_PRUNE)->prune = (struct best){.view = view, .height = height};
}

static int compare_votes(const void *a, const void *b)
{
    const struct vote *x = a, *y = b;
    if (x->view != y->view) {
        return x->view < y->view ? -1 : 1;
    }
    if (x->height != y->height) {
        return x->height < y->height ? -1 : 1;
    }
    return (x->phase > y->phase) - (x->phase < y->phase);
}

int ledger_load_saved(struct ledger *l, struct ledger_saved *out)
{
    const struct disk *d = l->disk;
    assert(l->count == 0);
    *out = (struct ledger_saved){.has_view_change = d->has_view_change,
                                 .view_change = d->view_change,
                                 .vote_count = d->vote_count,
                                 .standing = d->standing,
                                 .candidate_count = d->candidate_count};
    out->new_view = d->new_view != NULL ? new_view_ref(d->new_view) : NULL;
    out->best = d->best != NULL ? certificate_ref(d->best) : NULL;
    out->votes = alloc_zero(d->vote_count + 1, sizeof(*out->votes));
    out->candidates = alloc_zero(d->candidate_count + 1, sizeof(struct block *));
    for (size_t i = 0; i < d->vote_count; i++) {
        out->votes[i] = d->votes[i];
    }
    qsort(out->votes, out->vote_count, sizeof(*out->votes), compare_votes);
    for (size_t i = 0; i < d->candidate_count; i++) {
        out->candidates[i] = block_ref(d->candidates[i]);
    }
    return 0;
}

void ledger_saved_clear(struct ledger_saved *s)
{
    new_view_unref(s->new_view);
    certificate_unref(s->best);
    for (size_t i = 0; i < s->candidate_count; i++) {
        block_unref(s->candidates[i]);
    }
    free(s->votes);
    free(s->candidates);
    memset(s, 0, sizeof(*s));
}

/* --- own operations and ballots --- */

void ledger_put_own(struct ledger *l, const struct hash *op_id, struct slice operation)
{
    if (!disk_has_own(l->disk, op_id)) {
        add(l, WRITE_OWN)->own = (struct disk_own){*op_id, bytes_copy(operation)};
    }
}

void ledger_drop_own(struct ledger *l, const struct hash *op_id)
{
    add(l, WRITE_DROP_OWN)->own = (struct disk_own){*op_id, NULL};
}

int ledger_each_own(struct ledger *l,
                    void (*fn)(void *ctx, const struct hash *op_id, struct slice operation),
                    void *ctx)
{
    assert(l->count == 0);
    for (size_t i = 0; i < l->disk->own_count; i++) {
        fn(ctx, &l->disk->own[i].id, bytes_slice(l->disk->own[i].operation));
    }
    return 0;
}

static const struct own_ballot *find_ballot(const struct ledger *l,
                                            const struct hash *proposal)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->writes[i].kind == WRITE_BALLOT &&
            hash_equal(&l->writes[i].ballot.ballot.proposal, proposal)) {
            return &l->writes[i].ballot.ballot;
        }
    }
    return disk_ballot(l->disk, proposal);
}

void ledger_put_ballot(struct ledger *l, const struct own_ballot *b)
{
    promise(l, find_ballot(l, &b->proposal) == NULL, "replaces a ballot");
    struct disk_ballot *kept = &add(l, WRITE_BALLOT)->ballot;
    kept->ballot = *b;
    kept->rationale = bytes_copy(b->ballot.rationale);
    kept->ballot.ballot.rationale = bytes_slice(kept->rationale);
}

int ledger_get_ballot(struct ledger *l, const struct hash *proposal, struct own_ballot *out)
{
    const struct own_ballot *b = find_ballot(l, proposal);
    if (b == NULL) {
        return CONCLAVE_ENOENT;
    }
    *out = *b;
    return 0;
}

/* --- the index --- */

static bool find_proposal(const struct ledger *l, const struct hash *id,
                          struct ledger_proposal *out)
{
    for (size_t i = l->count; i-- > 0;) {
        enum write_kind kind = l->writes[i].kind;
        if ((kind == WRITE_PROPOSAL || kind == WRITE_RECORD) &&
            hash_equal(&l->writes[i].proposal.id, id)) {
            *out = l->writes[i].proposal;
            return true;
        }
    }
    for (size_t i = l->disk->proposal_count; i-- > 0;) {
        if (hash_equal(&l->disk->proposals[i].id, id)) {
            *out = l->disk->proposals[i];
            return true;
        }
    }
    return false;
}

void ledger_put_proposal(struct ledger *l, const struct hash *id, uint64_t propose_height)
{
    struct ledger_proposal known;
    promise(l, !find_proposal(l, id, &known), "opens a proposal twice");
    add(l, WRITE_PROPOSAL)->proposal =
        (struct ledger_proposal){.id = *id, .propose_height = propose_height};
}

void ledger_put_record(struct ledger *l, uint64_t index, const struct hash *id,
                       uint64_t final_height, struct slice encoding)
{
    struct ledger_proposal p = {.id = *id};
    (void)encoding;
    promise(l, find_proposal(l, id, &p), "records a proposal that was never opened");
    promise(l, index == l->record_count, "leaves a gap in the records");
    p.final_height = final_height;
    p.record_index = index;
    add(l, WRITE_RECORD)->proposal = p;
    l->record_count++;
}

/* For proofs and events, which nobody asks of these nodes. */
void ledger_put_effects(struct ledger *l, uint64_t height, const struct hash *effects)
{
    (void)l;
    (void)height;
    (void)effects;
}

void ledger_put_deeds(struct ledger *l, uint64_t height, struct slice deeds)
{
    (void)l;
    (void)height;
    (void)deeds;
}

uint64_t ledger_record_count(const struct ledger *l)
{
    return l->record_count;
}
