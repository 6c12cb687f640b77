/* SPDX-License-Identifier: ISC */
/* State rebuilt from the ledger at a start. */
#include "replica/inside.h"

#include "base/alloc.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* State roots of heights first..first + count - 1. */
struct roots {
    struct hash *list;
    size_t count, capacity;
    uint64_t first;
};

static void roots_add(struct roots *r, const struct hash *root)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity > 0 ? 2 * r->capacity : 1024;
        r->list = alloc_resize(r->list, r->capacity, sizeof(*r->list));
    }
    r->list[r->count++] = *root;
}

/* No later header names a height below this one. Moves only when half can go. */
static void roots_trim(struct roots *r, uint64_t height)
{
    size_t gone = height - r->first;
    if (gone > r->count / 2 && gone > 512) {
        r->count -= gone;
        memmove(r->list, r->list + gone, r->count * sizeof(*r->list));
        r->first = height;
    }
}

static int apply(struct replica *r, uint64_t height, struct roots *roots,
                 struct block **tip, struct council_result *result, struct complaint *why)
{
    struct block *b = NULL;
    int error = ledger_block(r->ledger, height, &b);
    if (error != 0) {
        return complain(why, CONCLAVE_ECORRUPT, "block %llu of the store: %s",
                        (unsigned long long)height, error_text(error));
    }
    const struct header *h = &b->header;
    if (h->executed_height < roots->first ||
        h->executed_height >= roots->first + roots->count ||
        !hash_equal(&roots->list[h->executed_height - roots->first], &h->state_root)) {
        block_unref(b);
        return complain(
            why, CONCLAVE_ECORRUPT,
            "block %llu of the store was certified with a state root that its "
            "replay does not give: the store is damaged, restore this seat from "
            "its peers",
            (unsigned long long)height);
    }
    council_apply(r->council, b, result);
    roots_add(roots, &result->state_root);
    roots_trim(roots, h->executed_height);
    block_unref(*tip);
    *tip = b;
    return 0;
}

static int make_core(struct replica *r, struct block *tip,
                     const struct council_result *last, const struct roots *roots)
{
    struct ledger_saved kept;
    struct certificate *commit = NULL;
    int error = ledger_load_saved(r->ledger, &kept);
    if (error != 0) {
        return error;
    }
    if (tip != NULL) {
        error = ledger_commit_of(r->ledger, tip->header.height, &commit);
    }
    struct pbft_saved saved = {
        .height = ledger_height(r->ledger),
        .tip = tip,
        .roots = roots->list,
        .roots_from = roots->first,
        .view_change = kept.has_view_change ? &kept.view_change : NULL,
        .new_view = kept.new_view,
        .best = kept.best,
        .commit = commit,
        .votes = kept.votes,
        .vote_count = kept.vote_count,
        .candidates = kept.candidates,
        .candidate_count = kept.candidate_count,
        .standing = kept.standing,
    };
    if (tip != NULL) {
        execute_describe(r, tip, last, &saved.executed);
        saved.executed.rotate = false;
    } else {
        saved.executed.next_deadline_ms = UINT64_MAX;
    }
    if (error == 0) {
        r->core = pbft_new(&r->config.core, &saved);
    }
    certificate_unref(commit);
    ledger_saved_clear(&kept);
    return error;
}

int replay(struct replica *r, struct complaint *why)
{
    struct roots roots = {NULL, 0, 0, 0};
    struct council_result last = {.next_deadline_ms = UINT64_MAX};
    struct council_summary genesis;
    struct block *tip = NULL;
    int error = 0;
    council_summarize(r->council, &genesis);
    roots_add(&roots, &genesis.state_root);
    r->tip_hash = r->config.core.genesis;
    for (uint64_t h = 1; h <= ledger_height(r->ledger) && error == 0; h++) {
        error = apply(r, h, &roots, &tip, &last, why);
    }
    if (error == 0) {
        error = make_core(r, tip, &last, &roots);
        if (error != 0) {
            (void)complain(why, error, "the votes of the store: %s", error_text(error));
        }
    }
    if (tip != NULL) {
        r->tip_hash = tip->hash;
    }
    block_unref(tip);
    free(roots.list);
    return error;
}
