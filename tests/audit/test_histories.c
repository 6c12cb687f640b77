/* SPDX-License-Identifier: ISC */
/*
 * Random histories of councils, in which seats come late, twice, wrongly or not at all and
 * some are convicted: the audit finds nothing wrong with them, and counts what the council
 * counted.
 */
#include "../council/player.h"
#include "place.h"
#include "tap.h"

#include "audit/audit.h"
#include "wire/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 40 };

static struct world world;
static uint64_t decisions, rejected, withheld, missed, late, convicted;

/* The council's rules must be those of the charter, which the audit reads. */
static void play(struct place *p, uint64_t seed)
{
    struct player player;
    struct batch batch = {0};
    player_begin(&player, seed, &world.rules);
    world.charter->epoch_decisions = player.rules.epoch_decisions;
    world.charter->epoch_absences = player.rules.epoch_absences;
    world.charter->open_proposals = player.rules.open_proposals;
    place_open(p, &world, NULL);
    chain_end(&p->chain);
    chain_begin(&p->chain, &world, &player.rules, p->ledger);
    p->chain.packing = PACKING_EACH; /* EVIDENCE stands alone */
    for (unsigned n = player_length(&player); n > 0; n--) {
        uint64_t time_ms = player_block(&player, p->chain.council, &batch);
        p->chain.view += seed % 7 == n % 7;
        chain_block(&p->chain, &batch, time_ms);
    }
    batch_free(&batch);
    player_end(&player);
}

static bool same_totals(const struct council *c, const struct audit_report *r)
{
    bool same = true;
    for (uint16_t seat = 1; seat <= world.charter->seat_count; seat++) {
        const struct audit_seat *s = &r->seats[seat - 1];
        struct seat_totals t;
        council_seat_totals(c, seat, &t);
        same = same && s->withheld == t.withheld && s->missed == t.missed &&
               s->late == t.late && s->convicted_at == council_convicted_at(c, seat);
        withheld += s->withheld;
        missed += s->missed;
        late += s->late;
        convicted += s->convicted_at != 0;
    }
    return same;
}

static bool try_one(uint64_t seed, unsigned jobs)
{
    struct place p;
    struct ledger *l = NULL;
    struct complaint why = {""};
    struct audit_options o = {.strict = true, .jobs = jobs};
    struct audit_report r = {.sound = false};
    play(&p, seed);
    struct council *c = p.chain.council;
    uint64_t height = p.chain.height;
    struct hash root = p.chain.roots[height];
    p.chain.council = council_new(&world.rules); /* place_finish frees this one */
    place_finish(&p);
    if (ledger_open(p.dir, LEDGER_COPY, NULL, &l, &why) == 0) {
        audit(world.charter, l, &o, &r);
        ledger_close(l);
    }
    bool good = r.sound && r.blocks == height && r.proved == height &&
                hash_equal(&r.state_root, &root) && same_totals(c, &r);
    if (!good) {
        printf("# seed %llu: %s %s height %llu: %s\n", (unsigned long long)seed, why.text,
               audit_part_name(r.part), (unsigned long long)r.height, r.text.text);
    }
    decisions += r.records;
    rejected += r.decisions[0][OUTCOME_REJECTED] + r.decisions[1][OUTCOME_REJECTED];
    council_free(c);
    place_remove(&p);
    return good;
}

int main(void)
{
    static const uint16_t sizes[] = {4, 7, 10};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned bad = 0;
        world_begin(&world, sizes[i], "random");
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            bad += !try_one(seed, seed % 2 == 0 ? 3 : 1);
        }
        ok(bad == 0, "%d random histories of %u seats hold", SEEDS, sizes[i]);
        world_end(&world);
    }
    ok(decisions > 0 && rejected > 0 && rejected < decisions && withheld > 0 &&
           missed > 0 && late > 0 && convicted > 0,
       "%llu decisions, %llu rejected, %llu withheld, %llu missed, %llu late, %llu "
       "convicted",
       (unsigned long long)decisions, (unsigned long long)rejected,
       (unsigned long long)withheld, (unsigned long long)missed, (unsigned long long)late,
       (unsigned long long)convicted);
    return tap_done();
}
