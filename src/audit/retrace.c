/* SPDX-License-Identifier: ISC */
#include "audit/retrace.h"

#include "council/charter_rules.h"
#include "council/roots.h"
#include "wire/shared.h"

enum { PROGRESS_BLOCKS = 64 };

struct tracing {
    const struct retrace *told;
    struct ledger *ledger;
    struct council *council;
    struct roots roots;
    struct hash tip;
};

static int check(const struct tracing *t, uint64_t height, const struct block *b,
                 struct complaint *why)
{
    const struct header *h = &b->header;
    if (h->height != height || !hash_equal(&h->prev_hash, &t->tip)) {
        return complain(why, CONCLAVE_ECORRUPT,
                        "block %llu does not follow from the one before it",
                        (unsigned long long)height);
    }
    if (!roots_fit(&t->roots, h)) {
        return complain(why, CONCLAVE_ECORRUPT,
                        "block %llu was certified with another state root of height %llu "
                        "than the replay gives",
                        (unsigned long long)height, (unsigned long long)h->executed_height);
    }
    return 0;
}

static int step(struct tracing *t, uint64_t height, struct complaint *why)
{
    struct block *b = NULL;
    struct council_result result;
    int error = ledger_block(t->ledger, height, &b);
    if (error != 0) {
        return complain(why, CONCLAVE_ECORRUPT, "block %llu cannot be read: %s",
                        (unsigned long long)height, error_text(error));
    }
    error = check(t, height, b, why);
    if (error == 0) {
        council_apply(t->council, b, &result);
        roots_add(&t->roots, &result.state_root);
        roots_trim(&t->roots, b->header.executed_height);
        t->tip = b->hash;
        t->told->block(t->told->context, b, &result);
    }
    block_unref(b);
    return error;
}

int retrace(const struct charter *charter, struct ledger *ledger, uint64_t target,
            const struct retrace *told, struct complaint *why)
{
    struct council_rules rules = council_rules_of(charter);
    struct tracing t = {.told = told,
                        .ledger = ledger,
                        .council = council_new(&rules),
                        .tip = charter->council_id};
    struct council_summary genesis;
    int error = 0;
    council_summarize(t.council, &genesis);
    roots_add(&t.roots, &genesis.state_root);
    for (uint64_t height = 1; height <= target && error == 0; height++) {
        if (told->progress != NULL && height % PROGRESS_BLOCKS == 0 &&
            !told->progress(told->context, height, target)) {
            error = complain(why, CONCLAVE_EAGAIN, "it was interrupted at height %llu",
                             (unsigned long long)height);
        } else {
            error = step(&t, height, why);
        }
    }
    roots_free(&t.roots);
    council_free(t.council);
    return error;
}
