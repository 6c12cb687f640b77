/* SPDX-License-Identifier: ISC */
/*
 * Random schedules: the council against the naive recount of naive.c, against itself with
 * the operations packed into other envelopes, and against what its own pool judgement had
 * said of each operation.
 */
#include "build.h"
#include "naive.h"
#include "player.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "hash/hash.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

/* A schedule, with the council that it is played to. */
struct play {
    struct player player;
    struct council *each, *joined; /* one operation an envelope; neighbours together */
    struct record records[NAIVE_PROPOSALS];
    unsigned finals;
    const char *wrong; /* the first thing found to differ */
};

static void fail(struct play *p, const char *what)
{
    if (p->wrong == NULL) {
        p->wrong = what;
    }
}

/* --- playing it --- */

/* The judgement of an operation before its block, against what became of it there. */
static void check_judgement(struct play *p, struct judgement j,
                            const struct council_result *r)
{
    bool is_void = r->event_count > 0 &&
                   (r->events[0].kind == COUNCIL_VOID || r->events[0].kind == COUNCIL_LATE);
    bool marks_late = r->event_count > 0 && r->events[0].kind == COUNCIL_LATE;
    if (j.kind == JUDGEMENT_REFUSE && (!is_void || marks_late)) {
        fail(p, "refused, but had an effect");
    }
    if (j.kind == JUDGEMENT_KEEP && !is_void) {
        fail(p, "kept as undecidable, but had an effect");
    }
    if (j.deadline_ms != UINT64_MAX && is_void) {
        fail(p, "a deadline for what has no effect");
    }
    if (j.kind == JUDGEMENT_ADMIT && is_void && !marks_late &&
        r->events[0].verdict != VERDICT_QUOTA) {
        fail(p, "admitted, but void");
    }
}

static void keep_records(struct play *p, const struct council_result *r)
{
    for (size_t i = 0; i < r->event_count; i++) {
        if (r->events[i].kind == COUNCIL_FINAL) {
            struct record decoded;
            if (codec_decode_record(r->events[i].record_encoding, &decoded) != 0 ||
                memcmp(&decoded, r->events[i].record, sizeof decoded) != 0) {
                fail(p, "a record does not survive its encoding");
            }
            p->records[p->finals++] = *r->events[i].record;
        }
    }
}

static void play_block(struct play *p)
{
    struct batch batch = {0}, copy = {0};
    struct council_result result, other;
    struct judgement judged = {.kind = JUDGEMENT_REFUSE};
    uint64_t time_ms = player_block(&p->player, p->each, &batch);
    for (size_t i = 0; i < batch.count; i++) {
        buffer_append_slice(batch_next(&copy), buffer_slice(&batch.operations[i]));
    }
    bool any = batch.count > 0;
    if (any) {
        struct envelope *e = build_envelope(buffer_slice(&batch.operations[0]));
        judged = council_judge(p->each, e, time_ms);
        envelope_unref(e);
    }
    struct header header = {.height = p->player.schedule.blocks, .time_ms = time_ms};
    struct block *b = batch_build(&batch, header, PACKING_EACH);
    council_apply(p->each, b, &result);
    if (any) {
        check_judgement(p, judged, &result);
    }
    keep_records(p, &result);
    block_unref(b);
    b = batch_build(&copy, header, PACKING_JOINED);
    council_apply(p->joined, b, &other);
    if (result.next_deadline_ms != other.next_deadline_ms ||
        result.event_count != other.event_count) {
        fail(p, "packing changed what happened");
    }
    block_unref(b);
}

/* --- comparing --- */

static bool same_moment(const struct play *p, struct moment m, unsigned height)
{
    return m.height == height && m.time_ms == p->player.schedule.time_ms[height];
}

static void compare_seat(struct play *p, const struct record *r,
                         const struct naive_proposal *n, uint16_t seat)
{
    const struct seat_record *got = &r->seats[seat - 1];
    const struct naive_seat *expected = &n->seats[seat];
    if (got->status != expected->status) {
        fail(p, "a seat's status");
    }
    if (r->active[seat - 1] != expected->active) {
        fail(p, "the active set");
    }
    if (got->has_ballot != (expected->ballot_height != 0) ||
        got->ballot_height != expected->ballot_height) {
        fail(p, "a ballot's height");
    }
    if (got->has_reveal != (expected->reveal_height != 0) ||
        got->reveal_height != expected->reveal_height || got->choice != expected->choice) {
        fail(p, "a reveal");
    }
}

static void compare_record(struct play *p, const struct record *r,
                           const struct naive_proposal *n)
{
    if (!same_moment(p, r->opened, n->opened) || !same_moment(p, r->sealed, n->sealed) ||
        !same_moment(p, r->decided, n->decided) || !same_moment(p, r->final, n->final)) {
        fail(p, "a moment of a record");
    }
    if (r->outcome != n->outcome || r->reason != n->reason) {
        fail(p, "an outcome or its reason");
    }
    if (r->approve != n->approve || r->reject != n->reject || r->abstain != n->abstain) {
        fail(p, "a tally");
    }
    for (uint16_t seat = 1; seat <= p->player.rules.seats; seat++) {
        compare_seat(p, r, n, seat);
    }
}

static void compare(struct play *p)
{
    static struct naive n;
    struct council_summary each, joined;
    naive_recount(&n, &p->player.schedule);
    council_summarize(p->each, &each);
    council_summarize(p->joined, &joined);
    if (n.finals != p->finals || each.final_count != n.finals) {
        fail(p, "how many are final");
        return;
    }
    for (unsigned i = 0; i < n.finals; i++) {
        unsigned proposal = n.final_order[i];
        if (!hash_equal(&p->records[i].proposal, &p->player.ids[proposal])) {
            fail(p, "the order of records");
        }
        compare_record(p, &p->records[i], &n.p[proposal]);
    }
    if (each.epoch != n.epoch) {
        fail(p, "the epoch");
    }
    for (uint16_t seat = 1; seat <= p->player.rules.seats; seat++) {
        if (council_is_suspended(p->each, seat) != n.suspended[seat]) {
            fail(p, "who is suspended");
        }
        if (council_is_expelled(p->each, seat) !=
            naive_convicted(&p->player.schedule, seat, p->player.schedule.blocks)) {
            fail(p, "who is expelled");
        }
    }
    if (!hash_equal(&each.decisions_root, &joined.decisions_root)) {
        fail(p, "packing changed the decisions");
    }
}

/* What the schedules of a test reached, so that it is seen to test something. */
struct coverage {
    unsigned finals, outcomes[2], reasons[4], statuses[6], suspensions;
};

static void cover(struct coverage *c, const struct play *p)
{
    c->finals += p->finals;
    for (unsigned i = 0; i < p->finals; i++) {
        const struct record *r = &p->records[i];
        c->outcomes[r->outcome]++;
        c->reasons[r->reason]++;
        for (unsigned seat = 0; seat < r->seat_count; seat++) {
            c->statuses[r->seats[seat].status]++;
        }
    }
    for (uint16_t seat = 1; seat <= p->player.rules.seats; seat++) {
        c->suspensions += council_is_suspended(p->each, seat);
    }
}

static const char *play_schedule(uint64_t seed, uint16_t seats, struct coverage *coverage)
{
    static struct play p;
    memset(&p, 0, sizeof p);
    struct council_rules rules = build_rules(seats);
    player_begin(&p.player, seed, &rules);
    p.each = council_new(&p.player.rules);
    p.joined = council_new(&p.player.rules);
    unsigned blocks = player_length(&p.player);
    for (unsigned i = 0; i < blocks; i++) {
        play_block(&p);
    }
    compare(&p);
    cover(coverage, &p);
    council_free(p.each);
    council_free(p.joined);
    player_end(&p.player);
    return p.wrong;
}

static void play_many(uint16_t seats, unsigned count, struct rng *rng)
{
    struct coverage c = {0};
    unsigned failures = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t seed = rng_next(rng);
        const char *wrong = play_schedule(seed, seats, &c);
        if (wrong != NULL) {
            printf("#   n=%u seed=0x%llx: %s\n", seats, (unsigned long long)seed, wrong);
            failures++;
        }
    }
    ok(failures == 0, "%u random schedules at n = %u agree with the recount", count, seats);
    bool all = c.outcomes[0] > 0 && c.outcomes[1] > 0 && c.suspensions > 0;
    for (unsigned i = 0; i < 4; i++) {
        all = all && c.reasons[i] > 0;
    }
    for (unsigned i = 0; i < 6; i++) {
        all = all && c.statuses[i] > 0;
    }
    if (count >= 100) {
        ok(all, "every outcome, reason and status came up at n = %u", seats);
    }
    printf("#   %u records: %u approved, %u rejected (reasons %u %u %u); statuses %u %u %u "
           "%u %u %u; %u suspended\n",
           c.finals, c.outcomes[1], c.outcomes[0], c.reasons[1], c.reasons[2], c.reasons[3],
           c.statuses[0], c.statuses[1], c.statuses[2], c.statuses[3], c.statuses[4],
           c.statuses[5], c.suspensions);
}

int main(void)
{
    struct rng rng = rng_begin(0x5eedc0de);
    play_many(4, 2000, &rng);
    play_many(7, 1000, &rng);
    play_many(33, 100, &rng);
    play_many(100, 3, &rng);
    return tap_done();
}
