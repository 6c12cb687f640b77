/* SPDX-License-Identifier: ISC */
/* A long history: 20,000 small blocks with their certificates, appended and read back in
 * order. The figures are for people. */
#include "scratch.h"

#include "base/clock.h"

enum { BLOCKS = 20000, PER_COMMIT = 50, SYNCED = 200 };

static void append(struct ledger *l, uint64_t *bytes)
{
    struct block *b = scratch_next(l, 1, 100);
    ledger_append(l, b);
    struct certificate *c =
        scratch_certificate(CERTIFICATE_COMMIT, 0, b->header.height, &b->hash);
    ledger_put_commit(l, c);
    *bytes += b->encoding.size;
    certificate_unref(c);
    block_unref(b);
}

int main(void)
{
    char *dir = scratch_make();
    struct ledger *l = scratch_open(dir, LEDGER_CREATE);
    uint64_t bytes = 0;
    int error = 0;
    uint64_t begun = clock_monotonic_ms();
    for (int i = 0; i < SYNCED && error == 0; i++) {
        append(l, &bytes);
        error = ledger_commit(l);
    }
    uint64_t synced_ms = clock_monotonic_ms() - begun;
    begun = clock_monotonic_ms();
    for (int i = SYNCED; i < BLOCKS && error == 0; i++) {
        append(l, &bytes);
        if (i % PER_COMMIT == 0) {
            error = ledger_commit(l);
        }
    }
    error = error != 0 ? error : ledger_commit(l);
    uint64_t append_ms = clock_monotonic_ms() - begun;
    is(error, 0, "20,000 blocks");
    struct ledger_facts facts;
    ledger_facts(l, &facts);
    ledger_close(l);

    begun = clock_monotonic_ms();
    l = scratch_open(dir, LEDGER_WRITE);
    uint64_t open_ms = clock_monotonic_ms() - begun;
    is((int64_t)ledger_height(l), BLOCKS, "are all there after reopening");
    begun = clock_monotonic_ms();
    struct hash prev = l->id.council_id;
    uint64_t height = 0;
    bool good = true;
    while (good && height < BLOCKS) {
        struct block *b = NULL;
        good = ledger_block(l, height + 1, &b) == 0 &&
               hash_equal(&b->header.prev_hash, &prev) && b->count == 1;
        if (good) {
            prev = b->hash;
            height++;
        }
        block_unref(b);
    }
    uint64_t read_ms = clock_monotonic_ms() - begun;
    ok(good && hash_equal(&prev, &l->tip), "each linked to the one before, up to the tip");
    printf("# one block a commit: %d blocks in %d ms; %d a commit: %d blocks in %d ms\n",
           SYNCED, (int)synced_ms, PER_COMMIT, BLOCKS - SYNCED, (int)append_ms);
    printf("# read, decoded and hashed: %d ms; opened: %d ms\n", (int)read_ms,
           (int)open_ms);
    printf("# a block: %d bytes encoded, %d in the file with its certificate of 3\n",
           (int)(bytes / BLOCKS), (int)(facts.used_bytes / BLOCKS));
    ledger_close(l);
    scratch_remove(dir);
    return tap_done();
}
