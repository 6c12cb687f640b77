/* SPDX-License-Identifier: ISC */
/*
 * Whatever an honest council records, its proof holds: random histories with seats that
 * are withheld, late, missed, expelled and suspended, and deadlines; every record of them
 * is made a bundle, and judged.
 */
#include "../council/player.h"
#include "tap.h"
#include "world.h"

#include "base/quorum.h"
#include "council/charter_rules.h"
#include "proof/proof.h"
#include "verify/verify.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct coverage {
    unsigned bundles, full, outcomes[2], reasons[4], statuses[6], refused, uncovered;
    unsigned decided_sealed;   /* decided before ballots ended */
    unsigned approvals_beyond; /* rejected, with T approvals in the end */
    unsigned expelled_ballots; /* ballots of expelled seats */
    size_t path_max;
};

static void judge(const struct world *w, struct ledger *l, const struct hash *id, bool full,
                  struct coverage *c)
{
    static struct proof p;
    struct buffer bundle = {0};
    struct complaint why = {""};
    struct verify_report report;
    int error = proof_build(l, &w->charter->council_id, id, full, &bundle, &why);
    if (error == CONCLAVE_ESTATE) {
        c->uncovered++;
        return;
    }
    if (error != 0) {
        printf("#   no bundle: %s\n", why.text);
        c->refused++;
        return;
    }
    verify_proof(w->charter, buffer_slice(&bundle), &p, &report);
    c->bundles++;
    c->full += full;
    if (!report.holds) {
        printf("#   %s: %s\n", verify_check_name(report.failed), report.text.text);
        c->refused++;
    }
    c->outcomes[p.record.outcome]++;
    c->reasons[p.record.reason]++;
    c->decided_sealed += p.record.decided.height < p.record.sealed.height;
    c->approvals_beyond +=
        p.record.outcome == OUTCOME_REJECTED && p.record.approve >= p.record.threshold;
    c->path_max = p.path.size > c->path_max ? p.path.size : c->path_max;
    for (unsigned i = 0; i < p.record.seat_count; i++) {
        const struct seat_record *seat = &p.record.seats[i];
        c->statuses[seat->status]++;
        c->expelled_ballots += seat->status == STATUS_EXPELLED && seat->has_ballot;
    }
    proof_clear(&p);
    buffer_free(&bundle);
}

/* The rule that all are decided by: thresholds and windows of all kinds, no grace and no
 * windows among them. */
static void draw_rule(struct world *w, struct rng *r)
{
    static const uint64_t windows[] = {1, 50, 500, 1000};
    static const uint64_t graces[] = {0, 1, 100, 1000};
    struct charter_class *k = &w->charter->classes[0];
    uint16_t n = w->charter->seat_count;
    unsigned low = quorum_weak(n), high = n - quorum_faulty(n);
    bool usual = rng_chance(r, 2);
    k->threshold =
        usual ? quorum_default_threshold(n) : low + (unsigned)rng_below(r, high - low + 1);
    k->commit_ms = usual ? 1000 : windows[rng_below(r, 4)];
    k->reveal_ms = usual ? 500 : windows[rng_below(r, 4)];
    k->grace_ms = usual ? 100 : graces[rng_below(r, 4)];
    w->rules = council_rules_of(w->charter);
}

/* Every tenth history has signed envelopes, for full bundles. */
static void play(struct world *w, uint64_t seed, bool is_signed, struct coverage *c)
{
    static struct player p;
    static struct chain chain;
    struct rng rule = {seed + 1};
    struct batch batch = {0};
    struct ledger *ledger = shelf_new();
    draw_rule(w, &rule);
    player_begin(&p, seed, &w->rules);
    chain_begin(&chain, w, &p.rules, ledger);
    chain.is_signed = is_signed;
    chain.packing = rng_chance(&p.rng, 2) ? PACKING_EACH : PACKING_JOINED;
    chain.every = 1 + (unsigned)rng_below(&p.rng, 12);
    chain.lag = (unsigned)rng_below(&p.rng, 4);
    unsigned blocks = player_length(&p);
    for (unsigned i = 0; i < blocks; i++) {
        uint64_t time_ms = player_block(&p, chain.council, &batch);
        chain_block(&chain, &batch, time_ms);
    }
    for (unsigned i = 0; i < p.schedule.proposals; i++) {
        struct ledger_proposal found;
        if (ledger_proposal(ledger, &p.ids[i], &found) == 0 && found.final_height > 0) {
            judge(w, ledger, &p.ids[i], is_signed, c);
        }
    }
    chain_end(&chain);
    player_end(&p);
    shelf_free(ledger);
}

static void play_many(uint16_t seats, unsigned count, struct rng *rng)
{
    struct world w;
    struct coverage c = {.bundles = 0};
    world_begin(&w, seats, "random");
    for (unsigned i = 0; i < count; i++) {
        uint64_t seed = rng_next(rng);
        unsigned before = c.refused;
        play(&w, seed, i % 10 == 0, &c);
        if (c.refused > before) {
            printf("#   n=%u seed=0x%llx\n", seats, (unsigned long long)seed);
        }
    }
    ok(c.refused == 0, "%u bundles of %u random histories at n = %u hold", c.bundles, count,
       seats);
    bool all = c.outcomes[0] > 0 && c.outcomes[1] > 0 && c.full > 0 && c.path_max > 64;
    bool rare = c.approvals_beyond > 0 && c.expelled_ballots > 0 && c.decided_sealed > 0;
    for (unsigned i = 0; i < 4; i++) {
        all = all && c.reasons[i] > 0;
    }
    for (unsigned i = 0; i < 6; i++) {
        all = all && c.statuses[i] > 0;
    }
    ok(all && (rare || seats > 7), "every outcome, reason and status came up at n = %u",
       seats);
    printf("#   %u bundles (%u full): %u approved, %u rejected (reasons %u %u %u)\n",
           c.bundles, c.full, c.outcomes[1], c.outcomes[0], c.reasons[1], c.reasons[2],
           c.reasons[3]);
    printf(
        "#   statuses %u %u %u %u %u %u; %u decided early, %u rejected with T approvals in "
        "the end, %u expelled with a ballot; %u not covered\n",
        c.statuses[0], c.statuses[1], c.statuses[2], c.statuses[3], c.statuses[4],
        c.statuses[5], c.decided_sealed, c.approvals_beyond, c.expelled_ballots,
        c.uncovered);
    world_end(&w);
}

int main(void)
{
    struct rng rng = rng_begin(0x9e57);
    play_many(4, 2000, &rng);
    play_many(7, 1000, &rng);
    play_many(33, 100, &rng);
    return tap_done();
}
