/* SPDX-License-Identifier: ISC */
/*
 * No bundle that was tampered with is accepted: every field of every layer changed in turn,
 * as it is, and with the hashes and signatures around it made anew. Each refusal names the
 * check that must notice. And no byte may be another one.
 */
#include "bundles.h"
#include "forge.h"
#include "tap.h"

enum { GREAT = 33 };

static unsigned refused, by_check[VERIFY_CHECKS];

static void try_all(struct forge *f, const char *name)
{
    forge_all(f);
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

static void try_told(void *context, const struct told *told)
{
    uint16_t seats = told->world->charter->seat_count;
    (void)context;
    /* Of a great council one decision has all that there is. */
    if (seats >= GREAT && told->decision != 1) {
        return;
    }
    if (!ok(told->bundle.size > 0, "%s: a bundle of %zu bytes %s", told->name,
            told->bundle.size, told->why)) {
        return;
    }
    try_bundle(told->world, told->bundle, told->name);
    if (seats == 4 && told->decision == 0) {
        try_bytes(told->world, told->bundle, told->name);
    }
}

int main(void)
{
    tell_all(try_told, NULL);
    ok(refused >= 300, "%u tampered bundles in all were refused", refused);
    printf("#   by");
    for (unsigned i = 0; i < VERIFY_CHECKS; i++) {
        printf(" %s %u", verify_check_name((enum verify_check)i), by_check[i]);
    }
    printf("\n");
    return tap_done();
}
