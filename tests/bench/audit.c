/* SPDX-License-Identifier: ISC */
/*
 * What a whole audit costs on one core, beside the machine's own rate of Ed25519 in the
 * same run: a council of 4 with many operations in few envelopes; one of 33, with a
 * certificate of 22 seats for each block, that decides one thing after the other, and many
 * at once.
 */
#include "bare.h"

#include "../audit/place.h"
#include "audit/audit.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = CHAIN_BLOCKS / 4 };
static const double bare_seconds = 1, seconds = 2;

static const struct {
    uint16_t seats;
    unsigned proposals; /* in a round of four blocks */
    unsigned rounds;
} ledgers[] = {{4, 32, ROUNDS}, {33, 1, ROUNDS / 2}, {33, 33, ROUNDS / 16}};

static void audit_once(const struct world *w, const char *dir, struct audit_report *out)
{
    const struct audit_options o = {.strict = true, .jobs = 1};
    struct complaint why = {""};
    struct ledger *l = NULL;
    if (ledger_open(dir, LEDGER_COPY, NULL, &l, &why) != 0) {
        bare_give_up(why.text);
    }
    audit(w->charter, l, &o, out);
    ledger_close(l);
    if (!out->sound) {
        bare_give_up(out->text.text);
    }
}

static void measure(size_t i)
{
    struct world w;
    struct place p;
    struct audit_report r;
    unsigned times = 0;
    world_begin(&w, ledgers[i].seats, "bench");
    place_open(&p, &w, NULL);
    for (unsigned n = 0; n < ledgers[i].rounds; n++) {
        place_round(&p, ledgers[i].proposals, ledgers[i].seats);
    }
    place_finish(&p);
    double rate = bare_rate(&w, bare_seconds), start = bare_now_s(), passed;
    do {
        audit_once(&w, p.dir, &r);
        times++;
    } while ((passed = bare_now_s() - start) < seconds);
    rate = (rate + bare_rate(&w, bare_seconds)) / 2;
    passed /= times;
    printf("%5u  %6llu  %10llu  %10llu  %8.0f  %12.0f  %12.0f  %9.0f  %12.0f %%\n",
           (unsigned)ledgers[i].seats, (unsigned long long)r.blocks,
           (unsigned long long)r.operations, (unsigned long long)r.signatures,
           (double)r.blocks / passed, (double)r.operations / passed,
           (double)r.signatures / passed, rate, 100 * (double)r.signatures / rate / passed);
    place_remove(&p);
    world_end(&w);
}

int main(void)
{
    printf("audits on one core\n");
    printf("seats  blocks  operations  signatures  blocks/s  operations/s  signatures/s  "
           "Ed25519/s  of it signatures\n");
    for (size_t i = 0; i < sizeof(ledgers) / sizeof(ledgers[0]); i++) {
        measure(i);
    }
    return 0;
}
