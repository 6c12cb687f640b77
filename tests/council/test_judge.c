/* SPDX-License-Identifier: ISC */
/* What waits in a pool, judged by the executed state: conclave-protocol(7) section 5. */
#include "script.h"
#include "tap.h"

#include "wire/codec.h"
#include "wire/shared.h"

#include <string.h>

/* One question: after these blocks, what of an envelope with these operations? */
struct question {
    const char *name;
    const char *blocks[8];
    const char *operations; /* of one seat and sort */
    const char *answer;
};

static const struct question questions[] = {
    {"a new proposal", {NULL}, "propose P 1", "admit"},
    {"an emergency", {NULL}, "propose P 1 emergency", "admit emergency"},
    {"a proposal that was made", {"100: propose P 1"}, "propose P 1", "refuse"},
    {"a proposal that is final",
     {"100: propose P 1 emergency", "300:", "301:", "302:"},
     "propose P 1 emergency",
     "refuse"},
    {"a proposal above the quota may find room later",
     {"100: propose P 1; propose Q 1"},
     "propose R 1",
     "keep"},

    {"a ballot for an unknown proposal", {NULL}, "ballot X 1 approve", "keep"},
    {"a ballot", {"100: propose P 1"}, "ballot P 2 approve", "admit until 1100"},
    {"a ballot in the grace",
     {"100: propose P 1", "110: ballot P 1..3 approve"},
     "ballot P 4 approve",
     "admit until 210"},
    {"a ballot again",
     {"100: propose P 1", "110: ballot P 1 approve"},
     "ballot P 1 approve",
     "refuse"},
    {"another ballot",
     {"100: propose P 1", "110: ballot P 1 approve"},
     "ballot P 1 reject again",
     "refuse"},
    {"a late ballot still marks its seat, without a deadline",
     {"100: propose P 1", "110: ballot P 1..3 approve", "210:"},
     "ballot P 4 approve",
     "admit"},
    {"a second late ballot",
     {"100: propose P 1", "110: ballot P 1..3 approve", "210:", "220: ballot P 4 approve"},
     "ballot P 4 approve",
     "refuse"},
    {"a ballot for a final proposal",
     {"100: propose P 1", "1100:", "1101:", "1102:"},
     "ballot P 1 approve",
     "refuse"},

    {"a reveal for an unknown proposal", {NULL}, "forge X 1", "keep"},
    {"a reveal before its ballot", {"100: propose P 1"}, "forge P 1", "keep"},
    {"an early reveal",
     {"100: propose P 1", "110: ballot P 1 approve"},
     "reveal P 1",
     "keep early"},
    {"an early reveal that opens nothing",
     {"100: propose P 1", "110: ballot P 1 approve"},
     "forge P 1",
     "refuse"},
    {"a reveal",
     {"100: propose P 1", "110: ballot P 1..4 approve"},
     "reveal P 1",
     "admit until 610"},
    {"a reveal that opens nothing",
     {"100: propose P 1", "110: ballot P 1..4 approve"},
     "forge P 1",
     "refuse"},
    {"a reveal again",
     {"100: propose P 1", "110: ballot P 1..4 approve", "120: reveal P 1"},
     "reveal P 1",
     "refuse"},
    {"a reveal of a seat that did not commit",
     {"100: propose P 1", "110: ballot P 1..3 approve", "210:"},
     "forge P 4",
     "refuse"},
    {"a reveal for a final proposal",
     {"100: propose P 1", "110: ballot P 1..4 approve", "120: reveal P 1..4", "121:"},
     "reveal P 1",
     "refuse"},

    {"evidence", {NULL}, "evidence 3", "admit"},
    {"evidence against the convicted", {"100: evidence 3"}, "evidence 3", "refuse"},
    {"a proposal of the expelled", {"100: evidence 3"}, "propose P 3 emergency", "refuse"},
    {"a ballot of the expelled",
     {"100: propose P 1; evidence 3"},
     "ballot P 3 approve",
     "refuse"},
    {"a reveal of the expelled",
     {"100: propose P 1", "110: ballot P 1..4 approve", "120: evidence 3"},
     "reveal P 3",
     "refuse"},

    {"a RETURN", {"100 view 3:"}, "return 2 3", "admit"},
    {"a RETURN from the past", {"100 view 3:"}, "return 2 2", "refuse"},
    {"a RETURN too soon may come later", {"100 view 3: return 1 3"}, "return 2 3", "keep"},
    {"a RETURN of the expelled", {"100: evidence 2"}, "return 2 3", "refuse"},

    {"the most favourable of several",
     {"100: propose P 1", "110: ballot P 1 approve"},
     "ballot P 1 approve; ballot X 1 approve",
     "keep"},
    {"the earliest of several deadlines",
     {"100: propose P 1", "150: propose Q 1 emergency"},
     "ballot P 2 approve; ballot Q 2 approve; ballot X 2 approve",
     "admit until 250"},
    {"a refused emergency lends no precedence",
     {"100: propose P 1 emergency"},
     "propose P 1 emergency; propose Q 1",
     "admit"},
};

static struct judgement judge(struct script *s, const char *operations, uint64_t time_ms)
{
    struct batch batch = {0};
    struct header header = {.height = 1};
    script_operations(s, operations, &batch);
    /* A block joins the operations into the one envelope. */
    struct block *b = batch_build(&batch, header, PACKING_JOINED);
    struct judgement j = {.kind = JUDGEMENT_REFUSE};
    if (b->count == 1) {
        j = council_judge(s->council, b->envelopes[0], time_ms);
    } else {
        printf("#   the operations do not make one envelope\n");
    }
    block_unref(b);
    return j;
}

static const char *kind_word(enum judgement_kind kind)
{
    switch (kind) {
    case JUDGEMENT_ADMIT:
        return "admit";
    case JUDGEMENT_KEEP:
        return "keep";
    case JUDGEMENT_REFUSE:
        return "refuse";
    }
    return "?";
}

static void ask(const struct question *q)
{
    static struct script s;
    char answer[80];
    struct council_rules rules = build_rules(4);
    rules.open_proposals = 2;
    script_begin(&s, &rules);
    for (size_t i = 0; q->blocks[i] != NULL; i++) {
        script_block(&s, q->blocks[i]);
    }
    struct judgement j = judge(&s, q->operations, 0);
    int used = snprintf(answer, sizeof answer, "%s%s%s", kind_word(j.kind),
                        j.early ? " early" : "", j.emergency ? " emergency" : "");
    if (j.deadline_ms != UINT64_MAX) {
        snprintf(answer + used, sizeof answer - (size_t)used, " until %llu",
                 (unsigned long long)(j.deadline_ms - rules.created_ms));
    }
    if (!ok(strcmp(answer, q->answer) == 0, "%s: %s", q->name, q->answer)) {
        printf("#   got %s\n", answer);
    }
    script_end(&s);
}

/* The interval passes though no block tells: by the time that a block would have. */
static void test_return_interval(void)
{
    static struct script s;
    struct council_rules rules = build_rules(4);
    uint64_t over = rules.created_ms + 100 + rules.return_interval_ms;
    script_begin(&s, &rules);
    script_block(&s, "100 view 3: return 1 3");
    ok(judge(&s, "return 2 3", over - 1).kind == JUDGEMENT_KEEP,
       "a RETURN just before the interval's end is kept, not ordered");
    ok(judge(&s, "return 2 3", over).kind == JUDGEMENT_ADMIT, "at its end it may be");
    script_end(&s);
}

static int64_t owed(const struct council *c)
{
    uint8_t list[SEATS_MAX];
    int64_t sum = 0;
    council_owed(c, list);
    for (size_t i = 0; i < SEATS_MAX; i++) {
        sum += list[i];
    }
    return sum;
}

/* What a primary waits for, so that a crowd is one block. */
static void test_owed(void)
{
    static const struct {
        const char *block;
        int64_t owed;
        const char *name;
    } steps[] = {
        {"100: propose P 1", 4, "every seat owes a ballot"},
        {"110: ballot P 1 approve", 3, "but for those that cast it"},
        {"120: propose Q 2", 4, "two proposals make no larger crowd"},
        {"130: evidence 3", 3, "an expelled seat owes nothing"},
        {"140: ballot P 2..4 approve", 6, "reveals of one, ballots of the other"},
        {"150: reveal P 1..4", 3, "ballots are left"},
        {"160: propose R 4", 3, "of these there is one"},
        {"170: ballot Q 1..4 approve", 6, "reveals of Q, ballots of R"},
        {"180: evidence 4", 4, "who is expelled later owes no reveal either"},
    };
    static struct script s;
    struct council_rules rules = build_rules(4);
    script_begin(&s, &rules);
    is(owed(s.council), 0, "nobody owes anything at first");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        script_block(&s, steps[i].block);
        if (!is(owed(s.council), steps[i].owed, steps[i].name)) {
            printf("#   after %s\n#   %s\n", steps[i].block, s.trace);
        }
    }
    script_end(&s);
}

int main(void)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        ask(&questions[i]);
    }
    test_return_interval();
    test_owed();
    return tap_done();
}
