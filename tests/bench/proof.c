/* SPDX-License-Identifier: ISC */
/*
 * What a proof costs: the size of the bundle of one decision by councils of several sizes,
 * with rationales of 300 bytes, and the time to verify it, beside the machine's own rate of
 * Ed25519 in the same run.
 */
#include "bare.h"

#include "base/alloc.h"
#include "hash/hash.h"
#include "proof/proof.h"
#include "verify/verify.h"
#include "wire/codec.h"

#include <stdio.h>
#include <string.h>

enum { RATIONALE_BYTES = 300, TEXT_BYTES = 1000, SEATS_GREAT = 33 };
static const double seconds = 2;

/* --- one decision --- */

static char words[TEXT_BYTES + 1];

static struct hash add_propose(struct batch *batch)
{
    struct buffer *out = batch_next(batch);
    struct operation op = {.kind = OPERATION_PROPOSE, .seat = 1};
    op.propose.title = slice_of_string("Recognise the register of the other council");
    op.propose.text = slice_of_string(words);
    op.propose.nonce = slice_of_string("1");
    codec_encode_operation(out, &op);
    return hash_operation(buffer_slice(out));
}

static void add_vote(struct batch *batch, const struct world *w, const struct hash *id,
                     uint16_t seat, bool opens)
{
    struct operation op = {.kind = OPERATION_REVEAL, .seat = seat};
    op.reveal.proposal = *id;
    op.reveal.ballot = (struct ballot){seat % 5 == 0 ? CHOICE_REJECT : CHOICE_APPROVE, 80,
                                       slice_of(words + seat, RATIONALE_BYTES)};
    memset(op.reveal.nonce, (int)seat, sizeof(op.reveal.nonce));
    if (!opens) {
        struct operation ballot = {.kind = OPERATION_BALLOT, .seat = seat};
        ballot.ballot.proposal = *id;
        ballot.ballot.commitment = hash_commitment(&w->charter->council_id, id, seat,
                                                   &op.reveal.ballot, op.reveal.nonce);
        op = ballot;
    }
    codec_encode_operation(batch_next(batch), &op);
}

static void decide(const struct world *w, bool full, struct buffer *out)
{
    static struct chain chain;
    struct ledger *ledger = shelf_new();
    struct batch batch = {0};
    struct complaint why = {""};
    uint64_t time_ms = w->rules.created_ms;
    chain_begin(&chain, w, NULL, ledger);
    struct hash id = add_propose(&batch);
    for (unsigned block = 0; block < 6; block++) {
        for (uint16_t seat = 1; seat <= w->charter->seat_count && block > 0 && block < 3;
             seat++) {
            add_vote(&batch, w, &id, seat, block == 2);
        }
        chain_block(&chain, &batch, ++time_ms);
    }
    if (proof_build(ledger, &w->charter->council_id, &id, full, out, &why) != 0) {
        bare_give_up(why.text);
    }
    chain_end(&chain);
    shelf_free(ledger);
}

/* --- measuring --- */

static void measure(const struct world *w, bool full, double rate)
{
    static struct proof p;
    struct verify_report report;
    struct buffer bundle = {0};
    uint64_t count = 0, signatures = 0;
    decide(w, full, &bundle);
    double start = bare_now_s(), passed;
    while ((passed = bare_now_s() - start) < seconds) {
        verify_proof(w->charter, buffer_slice(&bundle), &p, &report);
        if (!report.holds) {
            bare_give_up(report.text.text);
        }
        proof_clear(&p);
        signatures += report.signatures;
        count++;
    }
    printf("%5u  %-5s  %8zu  %10llu  %9.2f  %9.0f  %14.0f %%\n",
           (unsigned)w->charter->seat_count, full ? "full" : "plain", bundle.size,
           (unsigned long long)(signatures / count), passed / (double)count * 1e3,
           (double)count / passed, 100 * (double)signatures / rate / passed);
    buffer_free(&bundle);
}

int main(void)
{
    static const uint16_t sizes[] = {4, 7, SEATS_GREAT};
    struct world w;
    memset(words, 'x', TEXT_BYTES);
    world_begin(&w, SEATS_GREAT, "bench");
    double rate = bare_rate(&w, seconds);
    world_end(&w);
    printf(
        "proofs: a text of %d bytes, rationales of %d; Ed25519 on one core verifies %.0f "
        "/s\n",
        TEXT_BYTES, RATIONALE_BYTES, rate);
    printf("seats  hands     bytes  signatures  verify ms  verify /s  of it signatures\n");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        world_begin(&w, sizes[i], "bench");
        measure(&w, false, rate);
        measure(&w, true, rate);
        world_end(&w);
    }
    return 0;
}
