/* SPDX-License-Identifier: ISC */
#include "conclaved/replay.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "conclaved/execute.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct council_rules replay_rules(const struct charter *c)
{
    struct council_rules r = {.council_id = c->council_id,
                              .seats = c->seat_count,
                              .class_count = c->class_count,
                              .open_proposals = c->open_proposals,
                              .return_interval_ms = c->return_interval_ms,
                              .epoch_decisions = c->epoch_decisions,
                              .epoch_absences = c->epoch_absences,
                              .created_ms = c->created_ms};
    for (uint32_t i = 0; i < c->class_count; i++) {
        const struct charter_class *k = &c->classes[i];
        r.classes[i] = (struct council_class){.threshold = k->threshold,
                                              .commit_ms = k->commit_ms,
                                              .reveal_ms = k->reveal_ms,
                                              .grace_ms = k->grace_ms,
                                              .emergency = k->emergency};
    }
    return r;
}

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

static int apply(struct node *n, uint64_t height, struct roots *roots, struct block **tip,
                 struct council_result *result, struct complaint *why)
{
    struct block *b = NULL;
    int error = ledger_block(n->ledger, height, &b);
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
    council_apply(n->council, b, result);
    roots_add(roots, &result->state_root);
    roots_trim(roots, h->executed_height);
    block_unref(*tip);
    *tip = b;
    return 0;
}

static int make_core(struct node *n, struct block *tip, const struct council_result *last,
                     const struct roots *roots)
{
    const struct charter *c = n->charter;
    struct pbft_config config;
    struct ledger_saved kept;
    struct certificate *commit = NULL;
    pbft_config_defaults(&config);
    config.seat = n->seat;
    config.seats = c->seat_count;
    config.quorum = (uint16_t)quorum_size(c->seat_count);
    config.genesis = c->council_id;
    config.genesis_time_ms = c->created_ms;
    config.window = c->window;
    config.rotate_every = c->rotate_every;
    config.max_drift_ms = c->max_drift_ms;
    config.timer_floor_ms = c->timer_floor_ms;
    config.timer_ceiling_ms = c->timer_ceiling_ms;
    int error = ledger_load_saved(n->ledger, &kept);
    if (error != 0) {
        return error;
    }
    if (tip != NULL) {
        error = ledger_commit_of(n->ledger, tip->header.height, &commit);
    }
    struct pbft_saved saved = {
        .height = ledger_height(n->ledger),
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
    };
    if (tip != NULL) {
        execute_describe(n, tip, last, &saved.executed);
        saved.executed.rotate = false;
    } else {
        saved.executed.next_deadline_ms = UINT64_MAX;
    }
    if (error == 0) {
        n->core = pbft_new(&config, &saved);
    }
    certificate_unref(commit);
    ledger_saved_clear(&kept);
    return error;
}

int replay(struct node *n, struct complaint *why)
{
    struct roots roots = {NULL, 0, 0, 0};
    struct council_result last = {.next_deadline_ms = UINT64_MAX};
    struct council_summary genesis;
    struct block *tip = NULL;
    int error = 0;
    council_summarize(n->council, &genesis);
    roots_add(&roots, &genesis.state_root);
    n->tip_hash = n->charter->council_id;
    for (uint64_t h = 1; h <= ledger_height(n->ledger) && error == 0; h++) {
        error = apply(n, h, &roots, &tip, &last, why);
    }
    if (error == 0) {
        error = make_core(n, tip, &last, &roots);
        if (error != 0) {
            (void)complain(why, error, "the votes of the store: %s", error_text(error));
        }
    }
    if (tip != NULL) {
        n->tip_hash = tip->hash;
    }
    block_unref(tip);
    free(roots.list);
    return error;
}
