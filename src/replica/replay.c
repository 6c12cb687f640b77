/* SPDX-License-Identifier: ISC */
/* State rebuilt from the ledger at a start. */
#include "replica/inside.h"

#include "council/roots.h"
#include "wire/shared.h"

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
    if (!roots_fit(roots, h)) {
        block_unref(b);
        return complain(
            why, CONCLAVE_ECORRUPT,
            "block %llu of the store was certified with a state root that its "
            "replay does not give: the store is damaged, restore this seat from "
            "its peers",
            (unsigned long long)height);
    }
    council_apply(r->council, b, result);
    execute_keep_effects(r, height, result);
    if (r->observer.replayed != NULL) {
        r->observer.replayed(r->observer.context, b, result);
    }
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
    struct roots roots = {0};
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
    roots_free(&roots);
    return error;
}
