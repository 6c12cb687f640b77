/* SPDX-License-Identifier: ISC */
/*
 * Bundles from a ledger on disk: each says what the record says, and holds; where there can
 * be none, the complaint says why.
 */
#include "../ledger/scratch.h"

#include "stories.h"
#include "tap.h"

#include "base/alloc.h"
#include "proof/proof.h"
#include "verify/verify.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

struct place {
    struct world world;
    struct chain chain;
    struct ledger *ledger;
    char *dir;
};

static void open_place(struct place *p, uint16_t seats)
{
    struct complaint why = {""};
    memset(p, 0, sizeof(*p));
    p->dir = scratch_make();
    world_begin(&p->world, seats, "kept");
    struct ledger_identity id = {p->world.charter->council_id, 1, seats};
    if (ledger_open(p->dir, LEDGER_CREATE, &id, &p->ledger, &why) != 0) {
        printf("Bail out! %s\n", why.text);
        exit(99);
    }
    chain_begin(&p->chain, &p->world, NULL, p->ledger);
}

static void close_place(struct place *p)
{
    chain_end(&p->chain);
    ledger_close(p->ledger);
    world_end(&p->world);
    scratch_remove(p->dir);
}

static struct hash decision(struct place *p, uint64_t index)
{
    struct bytes *encoding = NULL;
    struct record r = {.seat_count = 0};
    (void)ledger_record(p->ledger, index, &encoding);
    (void)codec_decode_record(bytes_slice(encoding), &r);
    bytes_unref(encoding);
    return r.proposal;
}

static int build(struct place *p, const struct hash *id, bool full, struct buffer *out,
                 struct complaint *why)
{
    *why = (struct complaint){""};
    out->size = 0;
    return proof_build(p->ledger, &p->world.charter->council_id, id, full, out, why);
}

static bool holds(struct place *p, const struct hash *id, bool full, unsigned *openings)
{
    static struct proof proof;
    struct buffer bundle = {0};
    struct complaint why;
    struct verify_report report = {.holds = false};
    int error = build(p, id, full, &bundle, &why);
    if (error != 0) {
        printf("#   %s\n", why.text);
        return false;
    }
    verify_proof(p->world.charter, buffer_slice(&bundle), &proof, &report);
    if (!report.holds) {
        printf("#   %s: %s\n", verify_check_name(report.failed), report.text.text);
    }
    bool same = hash_equal(&proof.record.proposal, id) && proof.is_full == full;
    *openings = proof.opening_count;
    proof_clear(&proof);
    buffer_free(&bundle);
    return report.holds && same;
}

static void try_tale(const struct tale *t)
{
    struct place p;
    open_place(&p, t->seats);
    chain_tell(&p.chain, t->lines);
    is(ledger_commit(p.ledger), 0, "the ledger is durable");
    for (uint64_t i = 0; i < ledger_record_count(p.ledger); i++) {
        struct hash id = decision(&p, i);
        unsigned plain = 0, full = 0;
        bool good = holds(&p, &id, false, &plain) && holds(&p, &id, true, &full);
        ok(good && plain == full, "%s, decision %u: both bundles hold, with %u openings",
           t->name, (unsigned)i, plain);
    }
    close_place(&p);
}

/* --- where there can be none --- */

static void try_absent(void)
{
    static const struct line begun[] = {
        {"100: propose A 1", NULL}, {"110: ballot A 1..4 approve", NULL}, {NULL, NULL}};
    struct place p;
    struct batch batch = {0};
    struct buffer bundle = {0};
    struct complaint why;
    struct hash none = {{1}};
    buffer_append(&bundle, "kept", 4);
    open_place(&p, 4);
    chain_tell(&p.chain, begun);
    const struct proposal *open = council_at(p.chain.council, 0);
    struct hash id = open->id;
    int error =
        proof_build(p.ledger, &p.world.charter->council_id, &none, false, &bundle, &why);
    ok(error == CONCLAVE_ENOENT && strstr(why.text, "no such proposal") != NULL,
       "of a proposal that is not there: %s", why.text);
    error = proof_build(p.ledger, &p.world.charter->council_id, &id, false, &bundle, &why);
    ok(error == CONCLAVE_ESTATE && strstr(why.text, "not final") != NULL,
       "of one that is not final: %s", why.text);
    ok(bundle.size == 4, "and nothing is added to what there was");
    /* The next blocks have no certificate. */
    p.chain.every = 1000;
    for (uint16_t seat = 1; seat <= 4; seat++) {
        build_reveal(batch_next(&batch), seat, &id, CHOICE_APPROVE, 0);
    }
    uint64_t time_ms = p.world.rules.created_ms + 200;
    for (unsigned i = 0; i < 3; i++) {
        chain_block(&p.chain, &batch, ++time_ms);
    }
    is((int64_t)ledger_record_count(p.ledger), 1, "it became final");
    error = build(&p, &id, false, &bundle, &why);
    ok(error == CONCLAVE_ESTATE && strstr(why.text, "no certificate") != NULL,
       "of one that no certificate covers: %s", why.text);
    p.chain.every = 1;
    chain_block(&p.chain, &batch, ++time_ms);
    unsigned openings = 0;
    ok(holds(&p, &id, true, &openings), "it is proved once one does");
    buffer_free(&bundle);
    close_place(&p);
}

/* --- openings that open nothing beside those that do --- */

static void try_junk(void)
{
    static const struct line begun[] = {
        {"100: propose A 1", NULL}, {"110: ballot A 1..4 approve", NULL}, {NULL, NULL}};
    struct place p;
    struct batch batch = {0};
    unsigned openings = 0;
    open_place(&p, 4);
    chain_tell(&p.chain, begun);
    struct hash id = council_at(p.chain.council, 0)->id;
    for (uint16_t seat = 1; seat <= 4; seat++) {
        /* The same ballot, but another nonce; and another ballot. */
        build_reveal(batch_next(&batch), seat, &id, CHOICE_APPROVE, 50);
        build_reveal(batch_next(&batch), seat, &id, CHOICE_REJECT, 0);
        build_reveal(batch_next(&batch), seat, &id, CHOICE_APPROVE, 0);
    }
    uint64_t time_ms = p.world.rules.created_ms + 200;
    for (unsigned i = 0; i < 3; i++) {
        chain_block(&p.chain, &batch, ++time_ms);
    }
    ok(holds(&p, &id, false, &openings) && openings == 4,
       "openings that open nothing do not take the place of those that do");
    close_place(&p);
}

/* A full bundle of seats that voted on many proposals in one envelope: paths in it. */
static void try_paths(void)
{
    struct place p;
    struct batch batch = {0};
    struct hash ids[5];
    unsigned openings = 0, good = 0;
    open_place(&p, 7);
    uint64_t time_ms = p.world.rules.created_ms;
    for (unsigned i = 0; i < 5; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "p%u", i);
        build_propose(batch_next(&batch), 3, 0, name);
        ids[i] = hash_operation(buffer_slice(&batch.operations[batch.count - 1]));
    }
    chain_block(&p.chain, &batch, ++time_ms);
    for (uint16_t seat = 1; seat <= 7; seat++) {
        for (unsigned i = 0; i < 5; i++) {
            build_commit(batch_next(&batch), &p.world.rules, seat, &ids[i], CHOICE_APPROVE,
                         i);
        }
    }
    chain_block(&p.chain, &batch, ++time_ms);
    for (uint16_t seat = 1; seat <= 7; seat++) {
        for (unsigned i = 0; i < 5; i++) {
            build_reveal(batch_next(&batch), seat, &ids[i], CHOICE_APPROVE, i);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        chain_block(&p.chain, &batch, ++time_ms);
    }
    for (unsigned i = 0; i < 5; i++) {
        good += holds(&p, &ids[i], true, &openings) && openings == 7;
    }
    is(good, 5, "five proposals, whose ballots of a seat are in one envelope, are proved");
    close_place(&p);
}

int main(void)
{
    for (const struct tale *t = tales; t->name != NULL; t++) {
        try_tale(t);
    }
    try_absent();
    try_junk();
    try_paths();
    return tap_done();
}
