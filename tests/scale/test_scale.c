/* SPDX-License-Identifier: ISC */
/* Councils on virtual time do the same twice, and what the protocol says. */
#include "scale.h"

#include "base/quorum.h"
#include "crypto/key.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEATS = 4, DELAY_MS = 20, PHASE = 4, BLOCK = 3, OPERATIONS = 20, DECISIONS = 5 };
enum { SECTOR = 512 }; /* bytes, by which the system counts */

static struct scale_plan plan_of(enum scale_kind kind, unsigned count)
{
    const char *tmp = getenv("TMPDIR");
    struct scale_plan p = {.kind = kind,
                           .seats = SEATS,
                           .delay_ns = DELAY_MS * SCALE_MS,
                           .timer_floor_ms = 500,
                           .outstanding = 128,
                           .text_bytes = 8,
                           .count = count,
                           .at_once = 1,
                           .quiet = true};
    p.dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : tmp != NULL ? tmp : "/tmp";
    return p;
}

static struct scale_plan costly(enum scale_kind kind, unsigned count)
{
    struct scale_plan p = plan_of(kind, count);
    p.cores = 2;
    p.delay_ns = SCALE_MS / 50;
    p.machine = (struct scale_machine){.verify_ns = 50000,
                                       .sign_ns = 20000,
                                       .flush_ns = 8000,
                                       .frame_ns = 500,
                                       .byte_ns = 1.5,
                                       .turn_ns = 50000,
                                       .sync_ns = 400000,
                                       .sync_all_ns = 1000000,
                                       .disk_byte_ns = 1};
    scale_own_guess(&p.own);
    return p;
}

static void forget_what_was_timed(struct scale_result *r)
{
    memset(&r->measured, 0, sizeof(r->measured));
    r->process_s = r->heap_bytes = 0;
}

static void test_twice(enum scale_kind kind, unsigned count, const char *name)
{
    struct scale_plan p = costly(kind, count);
    struct scale_result first, second;
    scale_run(&p, &first);
    scale_run(&p, &second);
    forget_what_was_timed(&first);
    forget_what_was_timed(&second);
    ok(!first.stalled && first.blocks > 0, "%s: blocks are made", name);
    ok(memcmp(&first, &second, sizeof(first)) == 0, "%s: twice the same", name);
}

static bool is_between(double value, double least, double most, const char *name)
{
    bool passed = ok(value >= least && value <= most, "%s", name);
    if (!passed) {
        printf("#   got %g, expected %g to %g\n", value, least, most);
    }
    return passed;
}

/* One operation after another: a block each, with an envelope of one seat. Where measuring
 * begins and ends a block may be under way, and one more may come of the timers. */
static void test_block(void)
{
    struct scale_plan p = costly(SCALE_ALONE, OPERATIONS);
    struct scale_result r;
    scale_run(&p, &r);
    const double n = SEATS, q = quorum_size(SEATS), blocks = (double)r.blocks;
    const double peers = n - 1, edge = n * peers;
    is((int64_t)r.operations, OPERATIONS, "as many operations as were asked for");
    is_between(blocks, OPERATIONS, OPERATIONS + 1, "a block for each");
    is_between((double)r.counts.frames[MESSAGE_PRE_PREPARE], (blocks - 1) * peers,
               (blocks + 1) * peers, "a PRE-PREPARE to every backup");
    is_between((double)r.counts.frames[MESSAGE_PREPARE], blocks * peers * peers - edge,
               blocks * peers * peers + edge, "a PREPARE of every backup to everyone");
    is_between((double)r.counts.frames[MESSAGE_COMMIT], blocks * n * peers - edge,
               blocks * n * peers + edge, "a COMMIT of everyone to everyone");
    /* Of others: the envelope, PREPAREs and COMMITs, until there are q with the own one;
     * those that come earlier than what they are of are checked, too. The author knows its
     * envelope. */
    is_between((double)r.counts.checks / blocks, n * (1 + 2 * (q - 1)) - 1,
               n * (1 + 2 * (n - 1)), "signature checks of a block");
    is_between((double)r.counts.signs / blocks, 2 * n, 2 * n + 2, "signatures of a block");
    is_between((double)r.counts.syncs / blocks / n, 2, 4,
               "a replica's synced turns for a block");
    ok(r.counts.disk_bytes == 0 || r.counts.disk_bytes >= r.counts.syncs * SECTOR,
       "a sync writes sectors, where the system counts them");
}

/* On machines that cost nothing, delays alone are left. The clocks count milliseconds. */
static void test_bound(void)
{
    const double delay = DELAY_MS / 1e3, slack = 0.003;
    struct scale_plan p = plan_of(SCALE_ALONE, OPERATIONS);
    struct scale_result r;
    scale_run(&p, &r);
    is((int64_t)r.alone.count, OPERATIONS, "each operation has a time");
    /* At the primary there is one less. */
    is_between(r.alone.p50_s / delay, PHASE - slack, PHASE + 0.2,
               "an operation takes four delays");
    p = plan_of(SCALE_ONE, DECISIONS);
    scale_run(&p, &r);
    is((int64_t)r.decisions, DECISIONS, "as many decisions as were asked for");
    is_between(r.outcome.p50_s / delay, 3 * PHASE - slack, 3 * PHASE + 1,
               "an outcome takes three blocks of four delays");
    is_between(r.final.p50_s / delay, 3 * PHASE + BLOCK - slack, 3 * PHASE + BLOCK + 1,
               "a record one of three more");
    is_between(r.provable.p50_s / delay, 3 * PHASE + 2 * BLOCK - slack,
               3 * PHASE + 2 * BLOCK + 1, "its proof another");
    is((int64_t)r.views, 0, "nobody leaves the view");
}

static void test_many(void)
{
    struct scale_plan p = costly(SCALE_MANY, SEATS);
    struct scale_result r;
    scale_run(&p, &r);
    is((int64_t)r.decisions, SEATS, "many at once: all are decided");
    is((int64_t)r.operations, SEATS + SEATS * SEATS * 2,
       "each with a proposal, and a ballot and a reveal of every seat");
}

int main(void)
{
    if (key_library_init() != 0) {
        printf("Bail out! libsodium does not start\n");
        return 1;
    }
    test_twice(SCALE_LOAD, 5, "load");
    test_twice(SCALE_ONE, 3, "decisions");
    test_block();
    test_bound();
    test_many();
    return tap_done();
}
