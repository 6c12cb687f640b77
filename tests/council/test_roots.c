/* SPDX-License-Identifier: ISC */
/*
 * The hashes that every replica must agree on (conclave-protocol(7) section 6, state_root),
 * recomputed from parts that are written down by hand; and what can be looked up.
 */
#include "script.h"
#include "tap.h"

#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/cbor.h"
#include "wire/shared.h"

#include <string.h>

/* A block and what it must add to effects: verdicts and epoch as CBOR in hexadecimal, steps
 * as a letter for each [proposal_id, and the digit that follows. */
struct effect {
    const char *block;
    const char *verdicts;
    const char *steps;
    const char *epoch;
};

/* Four seats, epochs of one decision, no absence allowed. */
static const struct effect effects[] = {
    {"100:", "80", "", "80"},
    {"101: propose P 1; propose Q 1", "81 820000", "", "80"},
    {"110: ballot P 1..3 approve; ballot X 3 approve; ballot Q 4 reject",
     "84 8100 8100 820003 8100", "", "80"},
    {"120: ballot Q 1..3 reject; reveal P 1", "84 8100 8100 8100 8104", "Q1", "80"},
    {"130: reveal Q 1..4", "84 8100 8100 8100 8100", "Q2", "80"},
    {"210: ballot P 1 approve; ballot P 1 approve again", "81 820207", "P1Q3", "820180"},
    {"220: reveal P 1,3; forge P 3; ballot P 4 approve", "83 8100 820009 8105", "", "80"},
    {"800:", "80", "P2", "80"},
    {"801:", "80", "P3", "82028102"},
    {"900: evidence 3; evidence 3; return 1 0; return 4 0; ballot Q 4 approve",
     "83 82000b 8100 820d06", "", "80"},
    {"901 view 1: propose R 3; propose R 1; propose R 1; forge R 1; return 4 0",
     "84 8101 820002 8104 810c", "", "80"},
};

static void append_hex(struct buffer *out, const char *hex)
{
    for (; *hex != '\0'; hex++) {
        uint8_t byte;
        if (*hex != ' ') {
            hex_decode(&byte, 1, hex++, 2);
            buffer_append(out, &byte, 1);
        }
    }
}

static void append_hash(struct buffer *out, const struct hash *h)
{
    cbor_write_bytes(out, slice_of(h->bytes, HASH_BYTES));
}

/* H("conclave/1/effects", [effects of h-1, h, verdicts, steps, epoch]) */
static struct hash expected_effects(const struct script *s, const struct hash *previous,
                                    const struct effect *e)
{
    struct buffer b = {0};
    append_hex(&b, "85");
    append_hash(&b, previous);
    cbor_write_uint(&b, s->height);
    append_hex(&b, e->verdicts);
    cbor_write_array(&b, strlen(e->steps) / 2);
    for (const char *step = e->steps; *step != '\0'; step += 2) {
        append_hex(&b, "82");
        append_hash(&b, &s->ids[step[0] - 'A']);
        cbor_write_uint(&b, (uint64_t)(step[1] - '0'));
    }
    append_hex(&b, e->epoch);
    struct hash h = hash_labelled("conclave/1/effects", buffer_slice(&b));
    buffer_free(&b);
    return h;
}

/* H("conclave/1/state", [effects, count, decisions_root]) */
static struct hash expected_root(const struct script *s, const struct hash *of_effects)
{
    struct buffer b = {0};
    struct hash decisions = merkle_root(s->leaves, s->leaf_count);
    append_hex(&b, "83");
    append_hash(&b, of_effects);
    cbor_write_uint(&b, s->leaf_count);
    append_hash(&b, &decisions);
    struct hash h = hash_labelled("conclave/1/state", buffer_slice(&b));
    buffer_free(&b);
    return h;
}

static struct council_rules small_rules(void)
{
    struct council_rules rules = build_rules(4);
    rules.epoch_decisions = 1;
    rules.epoch_absences = 0;
    return rules;
}

static void test_effects(void)
{
    static struct script s;
    struct council_rules rules = small_rules();
    struct council_summary summary;
    struct hash expected = {{0}};
    script_begin(&s, &rules);
    council_summarize(s.council, &summary);
    ok(hash_is_zero(&summary.effects), "effects of block 0 are zero bytes");
    struct hash root = expected_root(&s, &expected);
    ok(hash_equal(&summary.state_root, &root), "the state root of block 0");
    is((int64_t)summary.time_ms, (int64_t)rules.created_ms, "the time of block 0");
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
        script_block(&s, effects[i].block);
        council_summarize(s.council, &summary);
        expected = expected_effects(&s, &expected, &effects[i]);
        root = expected_root(&s, &expected);
        ok(hash_equal(&summary.effects, &expected), "effects of \"%s\"", effects[i].block);
        ok(hash_equal(&summary.state_root, &root) && hash_equal(&s.state_root, &root),
           "and its state root");
    }
    is((int64_t)s.leaf_count, 2, "two records became final");
    script_end(&s);
}

static void test_two_runs(void)
{
    static struct script a, b;
    struct council_rules rules = small_rules();
    unsigned differ = 0;
    script_begin(&a, &rules);
    script_begin(&b, &rules);
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
        script_block(&a, effects[i].block);
        script_block(&b, effects[i].block);
        differ +=
            !hash_equal(&a.state_root, &b.state_root) || strcmp(a.trace, b.trace) != 0;
    }
    is(differ, 0, "two runs give the same bytes");
    script_end(&a);
    script_end(&b);
}

static void test_looking(void)
{
    static struct script s;
    struct council_rules rules = build_rules(4);
    struct council_summary summary;
    script_begin(&s, &rules);
    script_block(&s, "100: propose P 2; propose Q 3");
    script_block(&s, "110: ballot P 1..3 approve; ballot P 4 reject; reveal P 4");
    script_block(&s, "120: reveal P 1..3");
    const struct hash *id = &s.ids['P' - 'A'];
    const struct proposal *p = council_find(s.council, id);
    ok(p != NULL && p == council_at(s.council, 0), "the first proposal is found");
    is(p->proposer, 2, "its proposer");
    is(p->phase, PROPOSAL_OPENING, "its phase");
    ok(slice_equal(p->content.title, slice_of_string("P")), "its title");
    is((int64_t)p->opened.height, 1, "where it was opened");
    is((int64_t)p->sealed.height, 2, "where SEALED ended");
    is((int64_t)(p->reveal_deadline_ms - rules.created_ms), 610, "its reveal deadline");
    ok(p->is_decided && p->outcome == OUTCOME_APPROVED && p->decided.height == 3,
       "its outcome");
    is(p->committed, 4, "its ballots");
    is(p->approve, 3, "its approvals");
    ok(p->seats[0].revealed &&
           slice_equal(p->seats[0].rationale, build_ballot(CHOICE_APPROVE, 0).rationale),
       "a rationale");
    ok(p->seats[3].committed && !p->seats[3].revealed, "a sealed ballot");
    ok(council_at(s.council, 1) != NULL && council_at(s.council, 2) == NULL,
       "two proposals live");

    script_block(&s, "130: reveal P 4");
    ok(council_find(s.council, id) == NULL, "a final proposal leaves memory");
    ok(council_knows(s.council, id), "but its id");
    ok(!council_knows(s.council, &s.ids['X' - 'A']), "an id that never was is not known");
    ok(council_at(s.council, 0) == council_find(s.council, &s.ids['Q' - 'A']),
       "the other one lives on");
    council_summarize(s.council, &summary);
    is((int64_t)summary.height, 4, "the height");
    is((int64_t)summary.final_count, 1, "one final");
    is((int64_t)summary.open_count, 1, "one open");
    struct seat_totals totals[4];
    for (uint16_t seat = 1; seat <= 4; seat++) {
        council_seat_totals(s.council, seat, &totals[seat - 1]);
    }
    ok(totals[0].ballots == 1 && totals[0].reveals == 1 && totals[0].with_outcome == 1,
       "a seat with the outcome");
    is((int64_t)totals[3].against_outcome, 1, "a seat against it");
    script_block(&s, "1100: ballot Q 1 abstain; ballot Q 2 approve");
    script_block(&s, "1110: reveal Q 1; ballot Q 3 approve");
    script_block(&s, "1700: ");
    for (uint16_t seat = 1; seat <= 4; seat++) {
        council_seat_totals(s.council, seat, &totals[seat - 1]);
    }
    ok(totals[0].abstained == 1 && totals[0].with_outcome == 1 &&
           totals[0].against_outcome == 0,
       "a seat that abstained was neither with the outcome nor against it");
    is((int64_t)totals[1].withheld, 1, "a seat that withheld");
    is((int64_t)totals[2].late, 1, "a seat that was late");
    is((int64_t)totals[3].missed, 1, "a seat that missed");
    script_end(&s);
}

/* A charter's window may be as long as a number can say: it ends with time. */
static void test_endless(void)
{
    static struct script s;
    struct council_rules rules = small_rules();
    rules.classes[0].commit_ms = UINT64_MAX;
    rules.classes[0].reveal_ms = UINT64_MAX;
    script_begin(&s, &rules);
    script_block(&s, "100: propose P 1");
    const struct proposal *p = council_find(s.council, &s.ids['P' - 'A']);
    ok(p != NULL && p->commit_deadline_ms == UINT64_MAX, "SEALED has no end");
    script_block(&s, "110: ballot P 1..4 approve");
    ok(p->phase == PROPOSAL_OPENING && p->reveal_deadline_ms == UINT64_MAX,
       "nor has OPENING, once all have voted");
    script_end(&s);
}

int main(void)
{
    test_endless();
    test_effects();
    test_two_runs();
    test_looking();
    return tap_done();
}
