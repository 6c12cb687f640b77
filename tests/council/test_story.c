/* SPDX-License-Identifier: ISC */
/* The life of proposals as stories; each names the sentence of conclave-protocol(7) that
 * it tells. Thresholds: 3 of 4, 5 of 7, 22 of 33. Words in script.c. */
#include "script.h"
#include "tap.h"

static const struct line approved[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..22 approve; ballot P 23..33 reject",
     "ballot P 1..33; sealed P | 610"},
    {"120: reveal P 1..21", "reveal P 1..21 | 610"},
    {"130: reveal P 23..33", "reveal P 23..33 | 610"},
    {"140: reveal P 22", "reveal P 22; decided P approved | now"},
    {"141:", "final P approved 22-11-0 | never | cover 6"},
    {"150 executed 5:", " | never | cover 6"},
    {"160 executed 6:", " | never"},
    {NULL, NULL},
};

static const struct line rejected_with_21[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..21 approve; ballot P 22..33 reject",
     "ballot P 1..33; sealed P | 610"},
    {"120: reveal P 1..21", "reveal P 1..21 | 610"},
    {"130: reveal P 22..33",
     "reveal P 22..33; decided P rejected threshold-unreachable | now"},
    {"131:", "final P rejected threshold-unreachable 21-12-0 | never | cover 5"},
    {NULL, NULL},
};

/* 5: abstain counts towards taking part, not towards T. */
static const struct line abstentions[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..21 approve; ballot P 22..33 abstain",
     "ballot P 1..33; sealed P | 610"},
    {"120: reveal P 1..33",
     "reveal P 1..33; decided P rejected threshold-unreachable | now"},
    {"121:", "final P rejected threshold-unreachable 21-0-12 | never | cover 4"},
    {NULL, NULL},
};

/* 8.5: fixed at the first block where it is certain; reveals still count into the record
 * until OPENING ends, never into the outcome. */
static const struct line counted_after_outcome[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..4 approve", "ballot P 1..4; sealed P | 610"},
    {"120: reveal P 1..3", "reveal P 1..3; decided P approved | 610"},
    {"130: reveal P 4", "reveal P 4; final P approved 4-0-0 | never | cover 4"},
    {NULL, NULL},
};

/* 8.1: at most one step per block, though the next is due at once each time. */
static const struct line one_step_per_block[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"5000: ballot P 1 approve", "ballot P 1; sealed P | now"},
    {"6000:", "decided P rejected too-few-ballots | now"},
    {"6001:", "final P rejected too-few-ballots 0-0-0, withheld 1, missed 2..4 "
              "| never | cover 4"},
    {NULL, NULL},
};

/* 8.2, 8.6: without any ballot; point 8: a step that falls due calls for a block. */
static const struct line nobody[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"1099:", " | 1100"},
    {"1100:", "sealed P | now"},
    {"1101:", "decided P rejected too-few-ballots | now"},
    {"1102:", "final P rejected too-few-ballots 0-0-0, missed 1..4 | never | cover 5"},
    {NULL, NULL},
};

/* 8.2: n-f seats start the grace, which runs from that block's time. */
static const struct line grace_of_quorum[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"200: ballot P 1..4 approve", "ballot P 1..4 | 1100"},
    {"210: ballot P 5 approve", "ballot P 5 | 310"},
    {"220: ballot P 6 approve", "ballot P 6 | 310"},
    {"309:", " | 310"},
    {"310:", "sealed P | 810"},
    {"320: reveal P 1..6", "reveal P 1..6; decided P approved | now"},
    {"330: ballot P 7 approve",
     "late P 7; void ballot 7 late; final P approved 6-0-0, late 7 | never | cover 8"},
    {NULL, NULL},
};

/* 8.2: every seat has committed: the grace is not awaited. */
static const struct line grace_cut_short[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"200: ballot P 1..6 approve", "ballot P 1..6 | 300"},
    {"210: ballot P 7 approve", "ballot P 7; sealed P | 710"},
    {NULL, NULL},
};

/* 8.2: the commit deadline comes before the end of a grace. */
static const struct line grace_beyond_deadline[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"1050: ballot P 1..6 approve", "ballot P 1..6 | 1100"},
    {"1100:", "sealed P | 1600"},
    {NULL, NULL},
};

/* 8.8: late is judged by phase, never by block time: the deadline's own block still
 * counts ballots, and reveals after the deadline count until OPENING ends. */
static const struct line late_by_phase[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"2000: ballot P 1..3 approve", "ballot P 1..3; sealed P | 2500"},
    {"2010: ballot P 4 approve", "late P 4; void ballot 4 late | 2500"},
    {"2011: ballot P 4 approve", "void ballot 4 late | 2500"},
    {"3000: reveal P 1..2", "reveal P 1..2; decided P rejected deadline | now"},
    {"3001: reveal P 3",
     "reveal P 3; final P rejected deadline 3-0-0, late 4 | never | cover 6"},
    {NULL, NULL},
};

/* 8.5: the reasons in their order. Here the deadline fixes it, with 21 of 33 open. */
static const struct line withheld[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..23 approve", "ballot P 1..23 | 210"},
    {"210:", "sealed P | 710"},
    {"220: reveal P 1..21", "reveal P 1..21 | 710"},
    {"709:", " | 710"},
    {"710:", "decided P rejected deadline | now"},
    {"711:", "final P rejected deadline 21-0-0, withheld 22..23, missed 24..33 "
             "| never | cover 7"},
    {NULL, NULL},
};

/* At the deadline the last approval may still make it. */
static const struct line at_the_deadline[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..4 approve", "ballot P 1..4; sealed P | 610"},
    {"120: reveal P 1..2", "reveal P 1..2 | 610"},
    {"900: reveal P 3", "reveal P 3; decided P approved | now"},
    {"901:", "final P approved 3-0-0, withheld 4 | never | cover 5"},
    {NULL, NULL},
};

/* The deadline goes before threshold-unreachable where both hold in one block. */
static const struct line deadline_first[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..2 approve; ballot P 3..4 reject", "ballot P 1..4; sealed P | 610"},
    {"610: reveal P 3..4", "reveal P 3..4; decided P rejected deadline | now"},
    {NULL, NULL},
};

/* Every void reason that a BALLOT or REVEAL can have. */
static const struct line void_ballots[] = {
    {"100: propose P 1; ballot X 1 approve; reveal X 1",
     "open P by 1; void ballot 1 unknown-proposal; void reveal 1 unknown-proposal | 1100"},
    {"110: ballot P 1 approve; ballot P 1 approve; ballot P 1 reject again",
     "ballot P 1; void ballot 1 duplicate; void ballot 1 conflict | 1100"},
    {"120: reveal P 1..2", "void reveal 1 early that opens; void reveal 2 early | 1100"},
    {"130: ballot P 2..3 approve", "ballot P 2..3 | 230"},
    {"230:", "sealed P | 730"},
    {"240: reveal P 4; forge P 1; ballot P 1 reject again; ballot P 1 approve",
     "void reveal 4 no-commitment; void reveal 1 bad-opening; void ballot 1 conflict; "
     "void ballot 1 duplicate | 730"},
    {"250: reveal P 1; reveal P 1; forge P 1",
     "reveal P 1; void reveal 1 duplicate; void reveal 1 bad-opening | 730"},
    {"260: reveal P 2..3", "reveal P 2..3; decided P approved | now"},
    {"261:", "final P approved 3-0-0, missed 4 | never | cover 9"},
    {"270: ballot P 4 approve; reveal P 3; ballot P 1 approve",
     "void ballot 4 closed; void reveal 3 closed; void ballot 1 closed | never | cover 9"},
    {NULL, NULL},
};

/* 5: quota, and PROPOSE ids remembered for ever. */
static const struct line quota[] = {
    {"100: propose P 1; propose Q 1; propose R 1; propose S 2",
     "open P by 1; open Q by 1; void propose 1 quota; open S by 2 | 1100"},
    {"110: propose P 1; propose T 2", "void propose 1 duplicate; open T by 2 | 1100"},
    {"1100:", "sealed P; sealed Q; sealed S | now"},
    {"1101:", "decided P rejected too-few-ballots; decided Q rejected too-few-ballots; "
              "decided S rejected too-few-ballots | now"},
    {"1102: propose R 1",
     "void propose 1 quota; final P rejected too-few-ballots 0-0-0, missed 1..4; "
     "final Q rejected too-few-ballots 0-0-0, missed 1..4; "
     "final S rejected too-few-ballots 0-0-0, missed 1..4 | 1110 | cover 5"},
    {"1103: propose Q 1; propose R 1",
     "void propose 1 duplicate; open R by 1 | 1110 | cover 5"},
    {NULL, NULL},
};

/* 6, rotation: RETURN. */
static const struct line returns[] = {
    {"100 view 3: return 2 2", "void return 2 stale-view | never"},
    {"110 view 3: return 2 3; return 3 9", "void return 3 too-soon | never | rotate"},
    {"409 view 4: return 3 9", "void return 3 too-soon | never"},
    {"410 view 4: return 3 9; return 2 3", "void return 2 stale-view | never | rotate"},
    {"420: evidence 4", "convicted 4 | never"},
    {"900 view 4: return 4 9", "void return 4 expelled | never"},
    {NULL, NULL},
};

/* 9: from the next block its operations are void; 8.6: neither counted as committed nor
 * waited for; its ballot already open stays counted. */
static const struct line expelled_while_sealed[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..5 approve", "ballot P 1..5 | 210"},
    {"120: evidence 7; ballot P 7 approve; evidence 7",
     "convicted 7; ballot P 7; void evidence 7 convicted | 210"},
    {"130: ballot P 6 approve; ballot P 7 approve",
     "ballot P 6; void ballot 7 expelled; sealed P | 630"},
    {"140: reveal P 1..7; propose Q 7",
     "reveal P 1..6; void reveal 7 expelled; void propose 7 expelled; decided P approved "
     "| now"},
    {"141:", "final P approved 6-0-0, expelled 7 | never | cover 6"},
    {NULL, NULL},
};

/* A conviction's own block: all others have committed, so SEALED ends there. */
static const struct line expelled_last_missing[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..6 approve", "ballot P 1..6 | 210"},
    {"120: evidence 7", "convicted 7; sealed P | 620"},
    {NULL, NULL},
};

/* The grace does not stop when a seat that started it is expelled. */
static const struct line grace_goes_on[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..5 approve", "ballot P 1..5 | 210"},
    {"120: evidence 5", "convicted 5 | 210"},
    {"210:", "sealed P | now"},
    {"211:", "decided P rejected too-few-ballots | 710"},
    {"212: reveal P 1..4",
     "reveal P 1..4; final P rejected too-few-ballots 4-0-0, expelled 5, missed 6..7 "
     "| never | cover 6"},
    {NULL, NULL},
};

static const struct line expelled_while_opening[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..7 approve", "ballot P 1..7; sealed P | 610"},
    {"120: reveal P 1..3", "reveal P 1..3 | 610"},
    {"130: evidence 3; evidence 4; reveal P 4", "convicted 3..4; reveal P 4 | 610"},
    {"140: evidence 5; evidence 6", "convicted 5..6 | 610"},
    {"150: reveal P 5..6", "void reveal 5..6 expelled | 610"},
    {"160: reveal P 7", "reveal P 7; decided P approved | now"},
    {"161:", "final P approved 5-0-0, expelled 5..6 | never | cover 8"},
    {NULL, NULL},
};

static const struct line unreachable_by_convictions[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..7 approve", "ballot P 1..7; sealed P | 610"},
    {"120: evidence 5; evidence 6", "convicted 5..6 | 610"},
    {"130: evidence 7", "convicted 7; decided P rejected threshold-unreachable | 610"},
    {"140: reveal P 1..4",
     "reveal P 1..4; final P rejected threshold-unreachable 4-0-0, expelled 5..7 "
     "| never | cover 5"},
    {NULL, NULL},
};

/* 8.5: in SEALED too, when all unexpelled seats are fewer than T; the phases go on. */
static const struct line unreachable_while_sealed[] = {
    {"100: propose P 1", "open P by 1 | 1100"},
    {"110: ballot P 1..2 approve; evidence 3; evidence 4",
     "ballot P 1..2; convicted 3..4; decided P rejected threshold-unreachable | now"},
    {"120:", "sealed P | 620"},
    {"130: reveal P 1..2",
     "reveal P 1..2; final P rejected threshold-unreachable 2-0-0, expelled 3..4 "
     "| never | cover 4"},
    {NULL, NULL},
};

/* 9: epochs of two decisions; more than one absence suspends; withheld goes before missed,
 * then the lowest number; never more than f (2 of 7). A suspended seat is not waited for,
 * may vote, and comes back after one epoch. */
static const struct line suspension[] = {
    {"100: propose P 1; propose Q 1", "open P by 1; open Q by 1 | 1100"},
    {"110: ballot P 1..4,7 approve; ballot Q 1..4,7 approve",
     "ballot P 1..4,7; ballot Q 1..4,7 | 210"},
    {"210:", "sealed P; sealed Q | 710"},
    {"220: reveal P 1..4; reveal Q 1..4", "reveal P 1..4; reveal Q 1..4 | 710"},
    {"710: propose R 1",
     "open R by 1; decided P rejected deadline; decided Q rejected deadline | now"},
    {"711: propose S 1",
     "open S by 1; final P rejected deadline 4-0-0, withheld 7, missed 5..6; "
     "final Q rejected deadline 4-0-0, withheld 7, missed 5..6; epoch 1 5 7 "
     "| 1710 | cover 6"},
    {"712: propose T 1", "open T by 1 | 1710 | cover 6"},
    {"720: ballot T 1..4 approve", "ballot T 1..4 | 1710 | cover 6"},
    {"730: ballot T 6 approve", "ballot T 6 | 830 | cover 6"},
    {"740: ballot T 7 approve", "ballot T 7 | 830 | cover 6"},
    {"830:", "sealed T | 1330 | cover 6"},
    {"840: reveal T 1..4,6..7", "reveal T 1..4,6..7; decided T approved | now | cover 6"},
    {"841:", "final T approved 6-0-0, not-awaited 5 | 1710 | cover 13"},
    {"900: ballot R 1..7 approve", "ballot R 1..7; sealed R | 1400 | cover 13"},
    {"910: reveal R 1..7", "reveal R 1..7; decided R approved | now | cover 13"},
    {"911:", "final R approved 7-0-0; epoch 2 | 1711 | cover 16"},
    {NULL, NULL},
};

/* 9: records beyond the epoch's number in its last block belong to it: epochs of one, two
 * records, so two absences, one more than is allowed. */
static const struct line beyond_the_number[] = {
    {"100: propose P 1; propose Q 1", "open P by 1; open Q by 1 | 1100"},
    {"110: ballot P 1..5 approve; ballot Q 1..5 approve",
     "ballot P 1..5; ballot Q 1..5 | 210"},
    {"210:", "sealed P; sealed Q | 710"},
    {"220: reveal P 1..5; reveal Q 1..5",
     "reveal P 1..5; reveal Q 1..5; decided P approved; decided Q approved | now"},
    {"221:", "final P approved 5-0-0, missed 6..7; final Q approved 5-0-0, missed 6..7; "
             "epoch 1 6 7 | never | cover 5"},
    {NULL, NULL},
};

/* 8.2: the whole active set starts the grace, without the suspended seat 2; it can be
 * smaller than n-f only where more than f seats are convicted. */
static const struct line grace_of_active_set[] = {
    {"100: propose P 1; propose Q 1", "open P by 1; open Q by 1 | 1100"},
    {"1100:", "sealed P; sealed Q | now"},
    {"1101: evidence 1",
     "convicted 1; decided P rejected too-few-ballots; decided Q rejected too-few-ballots "
     "| now"},
    {"1102:", "final P rejected too-few-ballots 0-0-0, expelled 1, missed 2..7; "
              "final Q rejected too-few-ballots 0-0-0, expelled 1, missed 2..7; epoch 1 2 "
              "| never | cover 4"},
    {"1200: propose R 3", "open R by 3 | 2200 | cover 4"},
    {"1210: evidence 3; evidence 4",
     "convicted 3..4; decided R rejected threshold-unreachable | 2200 | cover 4"},
    {"1220: ballot R 5..6 approve", "ballot R 5..6 | 2200 | cover 4"},
    {"1230: ballot R 7 approve", "ballot R 7 | 1330 | cover 4"},
    {"1240: ballot R 2 approve", "ballot R 2; sealed R | 1740 | cover 4"},
    {NULL, NULL},
};

/* Suspended seats that come back when a conviction needs their place. */
static const struct line room_for_convictions[] = {
    {"100: propose P 1; propose Q 1", "open P by 1; open Q by 1 | 1100"},
    {"110: ballot P 1..5 approve; ballot Q 1..5 approve",
     "ballot P 1..5; ballot Q 1..5 | 210"},
    {"210:", "sealed P; sealed Q | 710"},
    {"220: reveal P 1..5; reveal Q 1..5",
     "reveal P 1..5; reveal Q 1..5; decided P approved; decided Q approved | now"},
    {"221:", "final P approved 5-0-0, missed 6..7; final Q approved 5-0-0, missed 6..7; "
             "epoch 1 6 7 | never | cover 5"},
    {"230: evidence 1; propose R 2", "convicted 1; open R by 2 | 1230 | cover 5"},
    {"240: propose S 2", "open S by 2 | 1230 | cover 5"},
    {"250: ballot R 2..4 approve; ballot S 2..4 approve",
     "ballot R 2..4; ballot S 2..4 | 1230 | cover 5"},
    {"260: ballot R 5 approve; ballot S 5 approve",
     "ballot R 5; ballot S 5 | 360 | cover 5"},
    {"360:", "sealed R | now | cover 5"},
    {NULL, NULL},
};

static const struct line emergency[] = {
    {"100: propose P 1 emergency", "open P by 1 | 200"},
    {"200:", "sealed P | now"},
    {NULL, NULL},
};

/* T is 67 of 100. */
static const struct line hundred_seats[] = {
    {"100: propose P 100; propose Q 50", "open P by 100; open Q by 50 | 1100"},
    {"110: ballot P 1..66 approve; ballot P 67..100 reject; ballot Q 1..67 approve",
     "ballot P 1..100; ballot Q 1..67; sealed P | 210"},
    {"210:", "sealed Q | 610"},
    {"220: reveal P 1..100; reveal Q 1..67",
     "reveal P 1..100; reveal Q 1..67; decided P rejected threshold-unreachable; "
     "decided Q approved | now"},
    {"221:", "final P rejected threshold-unreachable 66-34-0; "
             "final Q approved 67-0-0, missed 68..100 | never | cover 5"},
    {NULL, NULL},
};

/* The largest council; T is 86. */
static const struct line most_seats[] = {
    {"100: propose P 128", "open P by 128 | 1100"},
    {"110: ballot P 1..128 approve", "ballot P 1..128; sealed P | 610"},
    {"120: reveal P 43..128", "reveal P 43..128; decided P approved | 610"},
    {"610:", "final P approved 86-0-0, withheld 1..42 | never | cover 4"},
    {NULL, NULL},
};

static const struct story stories[] = {
    {.name = "22 approvals of 33 approve", .seats = 33, .lines = approved},
    {.name = "21 approvals of 33 reject", .seats = 33, .lines = rejected_with_21},
    {.name = "abstentions take part but do not approve", .seats = 33, .lines = abstentions},
    {.name = "reveals count into the record after the outcome",
     .seats = 4,
     .lines = counted_after_outcome},
    {.name = "at most one step per proposal and block",
     .seats = 4,
     .lines = one_step_per_block},
    {.name = "nobody votes", .seats = 4, .lines = nobody},
    {.name = "n-f ballots start the grace", .seats = 7, .lines = grace_of_quorum},
    {.name = "the last ballot ends the grace", .seats = 7, .lines = grace_cut_short},
    {.name = "the commit deadline ends a grace",
     .seats = 7,
     .lines = grace_beyond_deadline},
    {.name = "late is judged by phase", .seats = 4, .lines = late_by_phase},
    {.name = "withheld and missed, fixed by the deadline", .seats = 33, .lines = withheld},
    {.name = "the last approval in the deadline's block",
     .seats = 4,
     .lines = at_the_deadline},
    {.name = "deadline goes before threshold-unreachable",
     .seats = 4,
     .lines = deadline_first},
    {.name = "void ballots and reveals", .seats = 4, .lines = void_ballots},
    {.name = "quota and duplicate proposals",
     .seats = 4,
     .open_proposals = 2,
     .lines = quota},
    {.name = "RETURN", .seats = 4, .lines = returns},
    {.name = "expelled while sealed", .seats = 7, .lines = expelled_while_sealed},
    {.name = "the last missing seat is expelled",
     .seats = 7,
     .lines = expelled_last_missing},
    {.name = "the grace goes on when its seat is expelled",
     .seats = 7,
     .lines = grace_goes_on},
    {.name = "expelled while opening", .seats = 7, .lines = expelled_while_opening},
    {.name = "convictions put T out of reach",
     .seats = 7,
     .lines = unreachable_by_convictions},
    {.name = "T out of reach while sealed", .seats = 4, .lines = unreachable_while_sealed},
    {.name = "suspension and return",
     .seats = 7,
     .epoch_decisions = 2,
     .lines = suspension},
    {.name = "the active set starts the grace",
     .seats = 7,
     .epoch_decisions = 2,
     .lines = grace_of_active_set},
    {.name = "records beyond an epoch's number",
     .seats = 7,
     .epoch_decisions = 1,
     .lines = beyond_the_number},
    {.name = "a conviction takes a suspended seat's place",
     .seats = 7,
     .epoch_decisions = 2,
     .lines = room_for_convictions},
    {.name = "66 of 100 reject, 67 approve", .seats = 100, .lines = hundred_seats},
    {.name = "128 seats", .seats = 128, .lines = most_seats},
    {.name = "the emergency class has its own windows", .seats = 4, .lines = emergency},
};

int main(void)
{
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        ok(script_tell(&stories[i]), "%s", stories[i].name);
    }
    return tap_done();
}
