/* SPDX-License-Identifier: ISC */
/* State rebuilt from the ledger at a start. */
#include "replica/inside.h"

#include "base/conveyor.h"
#include "council/roots.h"
#include "hash/hash.h"
#include "wire/shared.h"

/* Blocks that are read and not yet applied. One has at most 2 MiB, and decoded 56 bytes
 * more for each operation. */
enum { AHEAD = 8 };

/* A block on its way out of the store; it is decoded and hashed by any thread. */
struct step {
    uint64_t height;
    struct bytes *encoding;
    struct block *block; /* where error is 0 */
    int error;
};

struct reader {
    struct ledger *ledger;
    uint64_t height; /* of the block read last */
    bool failed;     /* it could not be */
};

static bool read_step(void *context, void *item)
{
    struct reader *reader = context;
    struct step *s = item;
    if (reader->failed || reader->height == ledger_height(reader->ledger)) {
        return false;
    }
    s->height = ++reader->height;
    s->error = ledger_encoding(reader->ledger, s->height, &s->encoding);
    reader->failed = s->error != 0;
    return true;
}

static void decode_step(void *context, unsigned job, void *item)
{
    struct step *s = item;
    (void)context, (void)job;
    if (s->error == 0) {
        s->error = hash_read_block(s->encoding, s->height, &s->block);
    }
}

static void clear_step(void *context, void *item)
{
    struct step *s = item;
    (void)context;
    bytes_unref(s->encoding);
    block_unref(s->block);
}

static int apply(struct replica *r, const struct step *s, struct roots *roots,
                 struct block **tip, struct council_result *result, struct complaint *why)
{
    struct block *b = s->block;
    if (s->error != 0) {
        return complain(why, CONCLAVE_ECORRUPT, "block %llu of the store: %s",
                        (unsigned long long)s->height, error_text(s->error));
    }
    const struct header *h = &b->header;
    if (!roots_fit(roots, h)) {
        return complain(
            why, CONCLAVE_ECORRUPT,
            "block %llu of the store was certified with a state root that its "
            "replay does not give: the store is damaged, restore this seat from "
            "its peers",
            (unsigned long long)s->height);
    }
    council_apply(r->council, b, result);
    execute_keep_effects(r, s->height, result);
    if (r->observer.replayed != NULL) {
        r->observer.replayed(r->observer.context, b, result);
    }
    roots_add(roots, &result->state_root);
    roots_trim(roots, h->executed_height);
    block_unref(*tip);
    *tip = block_ref(b);
    return 0;
}

static int apply_all(struct replica *r, struct roots *roots, struct block **tip,
                     struct council_result *last, struct complaint *why)
{
    struct reader reader = {.ledger = r->ledger};
    const struct conveyor_line line = {&reader, sizeof(struct step), read_step, decode_step,
                                       clear_step};
    unsigned jobs = ledger_height(r->ledger) > 1 ? r->config.replay_jobs : 1;
    struct conveyor *c = conveyor_new(&line, jobs, jobs > 1 ? AHEAD : 1);
    const struct step *s;
    int error = 0;
    while (error == 0 && (s = conveyor_next(c)) != NULL) {
        error = apply(r, s, roots, tip, last, why);
    }
    conveyor_free(c);
    return error;
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
    council_summarize(r->council, &genesis);
    roots_add(&roots, &genesis.state_root);
    r->tip_hash = r->config.core.genesis;
    int error = apply_all(r, &roots, &tip, &last, why);
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
