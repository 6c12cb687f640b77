/* SPDX-License-Identifier: ISC */
/*
 * Bundles against the auditor's library, by the charter of one council. An input that holds
 * is one of the bundles that its ledger gives, byte for byte. What is decoded is sealed
 * anew, by the keys of all seats, and judged once more: so inputs get as far as the record
 * and the tally, and those that hold must add up.
 */
#include "../verify/forge.h"
#include "../verify/stories.h"
#include "fuzz.h"
#include "reencode.h"

#include "proof/proof.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { KNOWN_MAX = 8 };

static struct world world;
static struct buffer known[KNOWN_MAX];
static size_t known_count;

/* The council of tales[0], as make_bundles writes it. */
static void make_known(void)
{
    static struct chain chain;
    struct ledger *ledger = shelf_new();
    struct complaint why;
    world_begin(&world, tales[0].seats, "files");
    chain_begin(&chain, &world, NULL, ledger);
    chain_tell(&chain, tales[0].lines);
    for (uint64_t i = 0; i < ledger_record_count(ledger); i++) {
        struct bytes *encoding = NULL;
        struct record r;
        (void)ledger_record(ledger, i, &encoding);
        (void)codec_decode_record(bytes_slice(encoding), &r);
        bytes_unref(encoding);
        for (int full = 0; full < 2; full++) {
            assert(known_count < KNOWN_MAX);
            int error = proof_build(ledger, &world.charter->council_id, &r.proposal,
                                    full != 0, &known[known_count++], &why);
            assert(error == 0);
        }
    }
    chain_end(&chain);
    shelf_free(ledger);
}

static bool is_known(struct slice bundle)
{
    for (size_t i = 0; i < known_count; i++) {
        if (slice_equal(buffer_slice(&known[i]), bundle)) {
            return true;
        }
    }
    return false;
}

/* The plainest things that a bundle that holds must say. */
static void check_sums(const struct proof *p)
{
    const struct record *r = &p->record;
    unsigned counts[3] = {0}, in_time = 0;
    for (uint16_t i = 0; i < p->opening_count; i++) {
        const struct proof_opening *o = &p->openings[i];
        counts[o->ballot.choice]++;
        in_time += o->ballot.choice == CHOICE_APPROVE &&
                   r->seats[o->seat - 1].reveal_height <= r->decided.height;
    }
    assert(r->reject == counts[CHOICE_REJECT] && r->approve == counts[CHOICE_APPROVE] &&
           r->abstain == counts[CHOICE_ABSTAIN]);
    assert((r->outcome == OUTCOME_APPROVED) == (in_time >= r->threshold));
    assert(r->threshold == world.charter->classes[r->class_index].threshold);
    assert(p->opening_count <= world.charter->seat_count);
    assert(p->certificate->count == 3);
}

static bool judge(struct slice bundle)
{
    static struct proof p;
    struct verify_report report;
    verify_proof(world.charter, bundle, &p, &report);
    if (report.holds) {
        assert(report.passed == (p.is_full ? VERIFY_HANDS : VERIFY_TALLY) + 1U);
        check_sums(&p);
    } else {
        assert(report.text.text[0] != '\0' && report.passed == (unsigned)report.failed);
        assert(report.failed != VERIFY_SHAPE || p.certificate == NULL);
    }
    proof_clear(&p);
    return report.holds;
}

static void judge_sealed(struct slice bundle)
{
    static struct forge f;
    struct buffer record = {0}, sealed = {0};
    memset(&f, 0, sizeof(f));
    f.world = &world;
    if (codec_decode_proof(bundle, &f.p) != 0) {
        return;
    }
    f.p.council_id = world.charter->council_id;
    if (forge_seal(&f)) {
        codec_encode_record(&record, &f.p.record);
        f.p.record_encoding = buffer_slice(&record);
        codec_encode_proof(&sealed, &f.p);
        (void)judge(buffer_slice(&sealed));
    }
    buffer_free(&record);
    buffer_free(&sealed);
    forge_end(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes *bundle = bytes_copy(slice_of(data, size));
    if (known_count == 0) {
        make_known();
    }
    (void)reencode_proof(bytes_slice(bundle));
    if (judge(bytes_slice(bundle)) && !is_known(bytes_slice(bundle))) {
        abort();
    }
    judge_sealed(bytes_slice(bundle));
    bytes_unref(bundle);
    return 0;
}
