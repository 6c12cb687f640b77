/* SPDX-License-Identifier: ISC */
/*
 * No bundle that was tampered with is accepted: every field of every layer changed in turn,
 * as it is, and with the hashes and signatures around it made anew. Each refusal names the
 * check that must notice. And no byte may be another one.
 */
#include "forge.h"
#include "stories.h"
#include "tap.h"

#include "proof/proof.h"

#include <stdlib.h>

enum { GREAT = 33 };

static unsigned refused, by_check[VERIFY_CHECKS];

static void try_all(struct forge *f, const char *name)
{
    forge_outside(f);
    forge_header(f);
    forge_state(f);
    forge_record(f);
    forge_seats(f);
    forge_proposal(f);
    forge_hands(f);
    ok(f->failed == 0, "%s: %u forgeries are refused, each by its check", name, f->refused);
    refused += f->refused;
    for (unsigned i = 0; i < VERIFY_CHECKS; i++) {
        by_check[i] += f->by_check[i];
    }
}

/* Every byte in turn, changed in two ways. */
static void try_bytes(const struct world *w, struct slice bundle, const char *name)
{
    static struct proof p;
    struct verify_report report;
    struct buffer changed = {0};
    unsigned accepted = 0;
    buffer_append_slice(&changed, bundle);
    for (size_t i = 0; i < changed.size; i++) {
        for (unsigned bit = 1; bit <= 0x80; bit *= 0x80) {
            changed.data[i] ^= (uint8_t)bit;
            verify_proof(w->charter, buffer_slice(&changed), &p, &report);
            accepted += report.holds;
            proof_clear(&p);
            changed.data[i] ^= (uint8_t)bit;
        }
    }
    ok(accepted == 0, "%s: no byte of %zu can be another", name, bundle.size);
    buffer_free(&changed);
}

static void try_bundle(const struct world *w, struct slice bundle, const char *name)
{
    static struct forge f;
    static struct proof p;
    struct verify_report report;
    struct world other;
    verify_proof(w->charter, bundle, &p, &report);
    ok(report.holds, "%s: holds, by %u checks and %llu signatures %s", name, report.passed,
       (unsigned long long)report.signatures, report.text.text);
    proof_clear(&p);
    world_begin(&other, w->charter->seat_count, "another");
    verify_proof(other.charter, bundle, &p, &report);
    ok(!report.holds && report.failed == VERIFY_COUNCIL, "%s: not of another council",
       name);
    proof_clear(&p);
    world_end(&other);
    forge_begin(&f, w, bundle);
    try_all(&f, name);
    forge_end(&f);
}

static void try_tale(const struct tale *t)
{
    static struct chain chain;
    struct world w;
    struct ledger *ledger = shelf_new();
    world_begin(&w, t->seats, "tampered");
    chain_begin(&chain, &w, NULL, ledger);
    chain_tell(&chain, t->lines);
    for (uint64_t i = 0; i < ledger_record_count(ledger); i++) {
        struct bytes *encoding = NULL;
        struct record r;
        struct complaint why = {""};
        (void)ledger_record(ledger, i, &encoding);
        (void)codec_decode_record(bytes_slice(encoding), &r);
        bytes_unref(encoding);
        /* Of a great council one decision has all that there is. */
        for (int full = 0; full < 2 && (i == 1 || t->seats < GREAT); full++) {
            char name[96];
            struct buffer bundle = {0};
            int error = proof_build(ledger, &w.charter->council_id, &r.proposal, full != 0,
                                    &bundle, &why);
            (void)snprintf(name, sizeof(name), "%s, decision %u of %u seats, %s", t->name,
                           (unsigned)i, (unsigned)t->seats, full ? "full" : "plain");
            ok(error == 0, "%s: a bundle of %zu bytes %s", name, bundle.size, why.text);
            if (error == 0) {
                try_bundle(&w, buffer_slice(&bundle), name);
            }
            if (error == 0 && t->seats == 4 && i == 0) {
                try_bytes(&w, buffer_slice(&bundle), name);
            }
            buffer_free(&bundle);
        }
    }
    chain_end(&chain);
    shelf_free(ledger);
    world_end(&w);
}

int main(void)
{
    for (const struct tale *t = tales; t->name != NULL; t++) {
        try_tale(t);
    }
    ok(refused >= 300, "%u tampered bundles in all were refused", refused);
    printf("#   by");
    for (unsigned i = 0; i < VERIFY_CHECKS; i++) {
        printf(" %s %u", verify_check_name((enum verify_check)i), by_check[i]);
    }
    printf("\n");
    return tap_done();
}
