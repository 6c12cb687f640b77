/* SPDX-License-Identifier: ISC */
#include "bundles.h"

#include "proof/proof.h"
#include "stories.h"
#include "wire/codec.h"

#include <stdio.h>

static struct hash proposal_of(struct ledger *ledger, uint64_t decision)
{
    struct bytes *encoding = NULL;
    struct record r;
    (void)ledger_record(ledger, decision, &encoding);
    (void)codec_decode_record(bytes_slice(encoding), &r);
    bytes_unref(encoding);
    return r.proposal;
}

static void tell_decision(struct ledger *ledger, const struct tale *t, struct told *told,
                          tell_fn *take, void *context)
{
    char name[96];
    struct buffer bundle = {0};
    struct complaint why = {""};
    struct hash proposal = proposal_of(ledger, told->decision);
    (void)snprintf(name, sizeof(name), "%s, decision %u of %u seats, %s", t->name,
                   (unsigned)told->decision, (unsigned)t->seats,
                   told->is_full ? "full" : "plain");
    if (proof_build(ledger, &told->world->charter->council_id, &proposal, told->is_full,
                    &bundle, &why) == 0) {
        told->bundle = buffer_slice(&bundle);
    }
    told->why = why.text;
    told->name = name;
    take(context, told);
    buffer_free(&bundle);
}

static void tell_tale(const struct tale *t, tell_fn *take, void *context)
{
    static struct chain chain;
    struct world w;
    struct ledger *ledger = shelf_new();
    world_begin(&w, t->seats, "tampered");
    chain_begin(&chain, &w, NULL, ledger);
    chain_tell(&chain, t->lines);
    for (uint64_t i = 0; i < ledger_record_count(ledger); i++) {
        for (int full = 0; full < 2; full++) {
            struct told told = {.world = &w,
                                .tale = (unsigned)(t - tales),
                                .decision = i,
                                .is_full = full != 0};
            tell_decision(ledger, t, &told, take, context);
        }
    }
    chain_end(&chain);
    shelf_free(ledger);
    world_end(&w);
}

void tell_all(tell_fn *take, void *context)
{
    for (const struct tale *t = tales; t->name != NULL; t++) {
        tell_tale(t, take, context);
    }
}
