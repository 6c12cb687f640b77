/* SPDX-License-Identifier: ISC */
/* Plain facts of the record: who is accused of what, and for how long. */
#include "story.h"
#include "tap.h"

#include <string.h>

static struct council_event void_reveal(const struct story *s, uint16_t seat,
                                        enum verdict verdict, bool opens)
{
    return (struct council_event){.kind = COUNCIL_VOID,
                                  .seat = seat,
                                  .proposal = story_next(s),
                                  .operation = OPERATION_REVEAL,
                                  .verdict = verdict,
                                  .opens = opens};
}

static void test_absences(void)
{
    struct story s;
    story_begin(&s, 4);
    story_decide(&s, 0, "AMWL");
    ok(story_count(&s, 3), "each of the absences is told");
    is(strcmp(story_text(&s, FLAG_MISSED, 2), "no ballot on 000000000000"), 0,
       "with the proposal");
    ok(story_open(&s, FLAG_WITHHELD, 3) && story_open(&s, FLAG_LATE, 4), "each is its own");
    story_repeat(&s, 2, 0, "AAAA");
    ok(story_count(&s, 3), "two opened ballots clear nothing");
    story_decide(&s, 0, "AAAA");
    ok(story_count(&s, 1) && story_open(&s, FLAG_WITHHELD, 3),
       "three do, but not withheld");
    is(story_changes(&s, FINDING_CLEARED), 2, "which is told");
    story_repeat(&s, 16, 0, "AAAA");
    ok(story_open(&s, FLAG_WITHHELD, 3), "19 are not enough for that");
    story_decide(&s, 0, "AAAA");
    ok(story_count(&s, 0), "20 are");
    for (unsigned i = 0; i < 30; i++) {
        story_decide(&s, 0, i % 2 == 0 ? "AAWM" : "AAAA");
    }
    ok(story_count(&s, 2), "who does it every other time keeps it");
    story_repeat(&s, 30, 0, "AANX");
    ok(story_count(&s, 2), "who is not awaited, or expelled, too");
    story_end(&s);
}

static void test_early(void)
{
    struct story s;
    story_begin(&s, 4);
    story_event(&s, void_reveal(&s, 2, VERDICT_EARLY, true));
    story_event(&s, void_reveal(&s, 2, VERDICT_EARLY, true));
    story_event(&s, void_reveal(&s, 3, VERDICT_EARLY, false));
    story_decide(&s, 0, "AAAA");
    ok(story_count(&s, 1) && story_open(&s, FLAG_EARLY_REVEAL, 2),
       "whose nonce came early is told, whose name was used is not");
    is(story_changes(&s, FINDING_RAISED), 1, "once, ");
    is(story_changes(&s, FINDING_SEEN_AGAIN), 0, "however often it is repeated");
    story_repeat(&s, 19, 0, "AAAA");
    ok(story_open(&s, FLAG_EARLY_REVEAL, 2), "it stays for 20 decisions");
    story_decide(&s, 0, "AAAA");
    ok(story_count(&s, 0), "and goes then");
    story_end(&s);
}

static void test_opening(void)
{
    struct story s;
    story_begin(&s, 4);
    story_event(&s, void_reveal(&s, 2, VERDICT_BAD_OPENING, false));
    story_event(&s, void_reveal(&s, 3, VERDICT_BAD_OPENING, false));
    story_decide(&s, 0, "AAWA");
    ok(story_open(&s, FLAG_BAD_OPENING, 3) && story_open(&s, FLAG_WITHHELD, 3),
       "a ballot that nothing opened, though something tried");
    ok(story_count(&s, 2), "junk in the name of a seat that opened accuses nobody");
    story_event(&s, void_reveal(&s, 1, VERDICT_BAD_OPENING, false));
    story_decide(&s, 0, "AAAW");
    ok(!story_open(&s, FLAG_BAD_OPENING, 4),
       "nor another that withheld, nor does another proposal's");
    struct council_event other = void_reveal(&s, 1, VERDICT_NO_COMMITMENT, false);
    story_event(&s, other);
    other.verdict = VERDICT_DUPLICATE;
    story_event(&s, other);
    other.operation = OPERATION_BALLOT;
    other.verdict = VERDICT_CONFLICT;
    story_event(&s, other);
    story_decide(&s, 0, "WAAA");
    ok(!story_open(&s, FLAG_BAD_OPENING, 1), "nor does what is void for another reason");
    story_end(&s);
}

static void test_conviction(void)
{
    struct story s;
    story_begin(&s, 4);
    story_event(&s, (struct council_event){
                        .kind = COUNCIL_CONVICTED, .seat = 4, .evidence = EVIDENCE_BALLOT});
    story_decide(&s, 0, "AAAX");
    is(strcmp(story_text(&s, FLAG_EQUIVOCATION, 4),
              "expelled at height 61: signed two ballots on one proposal"),
       0, "a conviction, with what convicted");
    story_repeat(&s, 300, 0, "AAAX");
    ok(story_open(&s, FLAG_EQUIVOCATION, 4), "which never goes");
    story_end(&s);
}

int main(void)
{
    test_absences();
    test_early();
    test_opening();
    test_conviction();
    return tap_done();
}
