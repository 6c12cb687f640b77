/* SPDX-License-Identifier: ISC */
/* What the node observes, and which flags come of it; and that they are in its store. */
#define _GNU_SOURCE
#include "ask.h"
#include "base/error.h"
#include "conclaved/flagging.h"
#include "conclaved/heartbeat.h"
#include "wire/shared.h"

static struct flagging *flagging;

static const struct flag *open_flag(enum flag_kind kind, uint16_t seat)
{
    return flags_open(flagging->book, kind, seat);
}

static bool says(enum flag_kind kind, uint16_t seat, uint64_t count, const char *text)
{
    const struct flag *flag = open_flag(kind, seat);
    bool same = flag != NULL && flag->count == count && strcmp(flag->text, text) == 0;
    if (!same) {
        printf("#   %s\n", flag != NULL ? flag->text : "no flag");
    }
    return same;
}

/* --- what seats do --- */

static void test_contradiction(void)
{
    struct council_event convicted = {
        .kind = COUNCIL_CONVICTED, .seat = 3, .evidence = EVIDENCE_BALLOT};
    const struct council_result result = {.events = &convicted, .event_count = 1};
    struct block *b = NULL;
    flagging_accused(&hand.node, 3, EVIDENCE_BALLOT);
    ok(says(FLAG_EQUIVOCATION, 3, 1, "signed two ballots on one proposal") &&
           open_flag(FLAG_EQUIVOCATION, 3)->is_local,
       "a seat that contradicts itself");
    is(ledger_block(hand.node.ledger, 7, &b), 0, "a block");
    flagging_executed(&hand.node, b, &result);
    const struct flag *flag = open_flag(FLAG_EQUIVOCATION, 3);
    ok(says(FLAG_EQUIVOCATION, 3, 1,
            "expelled at height 7: signed two ballots on one proposal") &&
           !flag->is_local && flag->height == 7 && flag->first_ms == b->header.time_ms,
       "that it is convicted of it is no other time");
    block_unref(b);
    flagging_accused(&hand.node, 3, EVIDENCE_COMMIT);
    ok(flag->count == 1 && !flag->is_local, "what the ledger says stays");
    flagging_accused(&hand.node, 2, EVIDENCE_BALLOT);
}

static void finish(enum seat_status second, enum seat_status third)
{
    static struct record r;
    r = (struct record){.seat_count = 4, .final = {20, 5}, .proposal = hand.ids[0]};
    r.seats[0].status = r.seats[3].status = STATUS_REVEALED;
    r.seats[1].status = second;
    r.seats[2].status = third;
    struct council_event final = {.kind = COUNCIL_FINAL, .record = &r};
    const struct council_result result = {.events = &final, .event_count = 1};
    const struct block b = {.header = {.height = 20}};
    flagging_executed(&hand.node, &b, &result);
}

static void test_absence(void)
{
    char text[64];
    finish(STATUS_NOT_AWAITED, STATUS_LATE);
    finish(STATUS_EXPELLED, STATUS_REVEALED);
    ok(open_flag(FLAG_MISSED, 2) == NULL && open_flag(FLAG_WITHHELD, 3) == NULL &&
           open_flag(FLAG_MISSED, 1) == NULL,
       "who opens its ballot, or was not awaited, has no flag");
    finish(STATUS_MISSED, STATUS_WITHHELD);
    (void)snprintf(text, sizeof(text), "no ballot on %.12s", ids[0]);
    ok(says(FLAG_MISSED, 2, 1, text), "who gave no ballot");
    (void)snprintf(text, sizeof(text), "did not open its ballot on %.12s", ids[0]);
    ok(says(FLAG_WITHHELD, 3, 1, text) && open_flag(FLAG_WITHHELD, 3)->height == 20 &&
           hash_equal(&open_flag(FLAG_WITHHELD, 3)->proposal, &hand.ids[0]) &&
           !open_flag(FLAG_WITHHELD, 3)->is_local,
       "who did not open it");
    finish(STATUS_REVEALED, STATUS_REVEALED);
    finish(STATUS_REVEALED, STATUS_REVEALED);
    finish(STATUS_MISSED, STATUS_REVEALED);
    is((int64_t)open_flag(FLAG_MISSED, 2)->count, 2, "twice");
    for (int i = 0; i < 2; i++) {
        finish(STATUS_REVEALED, STATUS_REVEALED);
    }
    ok(open_flag(FLAG_MISSED, 2) != NULL, "two good ones do not make up for it");
    finish(STATUS_REVEALED, STATUS_REVEALED);
    ok(open_flag(FLAG_MISSED, 2) == NULL, "three do");
    for (int i = 0; i < 13; i++) {
        finish(STATUS_REVEALED, STATUS_REVEALED);
    }
    ok(open_flag(FLAG_WITHHELD, 3) != NULL, "to withhold is remembered longer");
    finish(STATUS_REVEALED, STATUS_REVEALED);
    ok(open_flag(FLAG_WITHHELD, 3) == NULL, "for twenty decisions");
}

/* A store may hold flags that its blocks do not give, of another build most likely. */
static void test_begin(void)
{
    struct flag wrong = {.kind = FLAG_MISSED, .seat = 2, .count = 9, .text = "often"};
    const struct flag invented = {.kind = FLAG_LATE, .seat = 4, .count = 1, .text = "late"};
    bool is_new, first;
    finish(STATUS_MISSED, STATUS_REVEALED);
    (void)flags_acknowledge(flagging->book, open_flag(FLAG_MISSED, 2)->id, 1000, 5, &first);
    struct flag right = *open_flag(FLAG_MISSED, 2);
    flagging_begin(&hand.node);
    ok(memcmp(open_flag(FLAG_MISSED, 2), &right, sizeof(right)) == 0,
       "what is open already is not raised twice, nor counted twice");
    (void)flags_state(flagging->book, &wrong, &is_new);
    uint64_t late = flags_state(flagging->book, &invented, &is_new)->id;
    flagging_begin(&hand.node);
    ok(memcmp(open_flag(FLAG_MISSED, 2), &right, sizeof(right)) == 0,
       "a flag says what the ledger says, and stays acknowledged");
    ok(open_flag(FLAG_LATE, 4) == NULL &&
           flags_find(flagging->book, late)->cleared_ms == right.last_ms,
       "what is not in the ledger is cleared, by its time");
    ok(open_flag(FLAG_EQUIVOCATION, 2) != NULL, "what this node saw is left alone");
    ok(flags_state(flagging->book, &right, &is_new) == NULL, "the same is no change");
    struct flags *book = flagging->book;
    flagging->book = flags_new();
    flagging_begin(&hand.node);
    ok(open_flag(FLAG_MISSED, 2)->count == right.count &&
           open_flag(FLAG_MISSED, 2)->first_ms == right.first_ms &&
           open_flag(FLAG_EQUIVOCATION, 3) != NULL,
       "a store without flags gets them from its blocks");
    flags_free(flagging->book);
    flagging->book = book;
}

/* --- the council and this node --- */

static void test_node(void)
{
    struct stall stall = {.phase = STALL_PEERS, .height = 10, .have = 1, .need = 3};
    stall.missing[1] = stall.missing[3] = true;
    flagging_stalled(&hand.node, &stall);
    ok(says(FLAG_STALLED, 0, 1,
            "waits for connections to a quorum of seats, this one included, 1 of 3; "
            "missing: bj\xc3\xb6rk (2), elm (4)"),
       "a council that is stalled");
    flagging_stalled(&hand.node, &stall);
    is((int64_t)open_flag(FLAG_STALLED, 0)->count, 2, "still");
    flagging_moving(&hand.node);
    ok(open_flag(FLAG_STALLED, 0) == NULL, "and moves again");
    const struct pbft_notice notice = {.kind = PBFT_NOTICE_DIVERGED, .height = 12};
    flagging_stopped(&hand.node, &notice);
    ok(says(FLAG_DIVERGED, 0, 1,
            "this node stopped: its state at height 12 is not the council's"),
       "a node that stops");
    flagging_agent_failed(&hand.node, &hand.ids[2], "no \x1b]0; memory");
    ok(says(FLAG_EVALUATOR_FAILED, 1, 1, "the agent failed: no \\x1b]0; memory"),
       "an agent that fails");
}

/* --- looking --- */

static void look_all(uint64_t ago_ms)
{
    uint64_t now = clock_monotonic_ms();
    for (uint16_t seat = 2; seat <= 4; seat++) {
        struct peer_view *peer = &hand.node.peers[seat - 1];
        peer->heard = true;
        peer->heard_ms = now - (seat == 4 ? ago_ms : 0);
        peer->phi.heard = true;
        peer->phi.life_ms = peer->heard_ms;
        peer->phi.back = PHI_BACK;
        peer->last_beat_ms++;
        peer->last.height = HAND_HEIGHT;
    }
    flagging->signs.awake_ms = now - 60000;
    flagging->signs.looked_ms = now;
    flagging_look(&hand.node);
}

static void test_look(void)
{
    hand_world.attached = 1;
    look_all(0);
    ok(open_flag(FLAG_SILENT, 4) == NULL, "seats that are heard");
    ok(open_flag(FLAG_EVALUATOR_FAILED, 1) != NULL, "an agent that failed is not sound");
    flagging_agent_answered(&hand.node);
    look_all(20000);
    ok(open_flag(FLAG_EVALUATOR_FAILED, 1) == NULL, "before it has answered");
    ok(says(FLAG_SILENT, 4, 1, "nothing heard for 20.0 s"), "one that is not heard");
    look_all(0);
    ok(open_flag(FLAG_SILENT, 4) == NULL, "until it is");
    hand_world.attached = 0;
    flagging->signs.of[0].down_ms = 1;
    look_all(0);
    ok(says(FLAG_EVALUATOR_FAILED, 1, 1, "no agent is attached, and a proposal is open") ==
           !council_find(replica_council(hand.node.replica), &hand.ids[2])
                ->seats[0]
                .committed,
       "no agent is missed where the ballot is there");
    struct stall stall = {.phase = STALL_NOTHING};
    flagging_stalled(&hand.node, &stall);
    hand.node.stall.waiting = true;
    look_all(0);
    ok(open_flag(FLAG_STALLED, 0) != NULL, "a stall of before the start stays");
    hand.node.stall.waiting = false;
    look_all(0);
    ok(open_flag(FLAG_STALLED, 0) == NULL, "until nothing is pending any more");
    ok(open_flag(FLAG_DIVERGED, 0) != NULL, "that this node stopped, too,");
    const struct pbft_notice fork = {.kind = PBFT_NOTICE_FORK, .height = HAND_HEIGHT - 1};
    flagging_stopped(&hand.node, &fork);
    look_all(0);
    ok(open_flag(FLAG_DIVERGED, 0) == NULL, "until it is above that height");
}

/* Seat 2 may lie about its clock. */
static void set_offsets(bool third, int64_t second_ms, int64_t third_ms, int64_t fourth_ms)
{
    const int64_t offsets[] = {second_ms, third_ms, fourth_ms};
    hand_world.connected[2] = third;
    for (uint16_t seat = 2; seat <= 4; seat++) {
        hand.node.peers[seat - 1].has_offset = true;
        hand.node.peers[seat - 1].clock_offset_ms = offsets[seat - 2];
    }
}

static void test_clocks(void)
{
    const int64_t lies[] = {INT64_MAX, INT64_MIN, 1000000, -1000000};
    int64_t offset_ms = 1;
    bool good = true, right = true;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        set_offsets(true, lies[i], 3, -3);
        good = good && heartbeat_clock_offset(&hand.node, &offset_ms) && offset_ms >= -3 &&
               offset_ms <= 3;
        set_offsets(false, lies[i], 0, 3);
        good = good && !heartbeat_clock_is_off(&hand.node, &offset_ms);
        for (int beat = 0; beat < 5; beat++) {
            look_all(0);
        }
        good = good && open_flag(FLAG_CLOCK_SKEW, 1) == NULL &&
               open_flag(FLAG_CLOCK_SKEW, 4) == NULL;
        right = right && open_flag(FLAG_CLOCK_SKEW, 2) != NULL;
    }
    ok(good, "f seats that lie move nobody's clock, also while others are away");
    ok(right, "but their own");
    set_offsets(false, 5000, 0, 4000);
    ok(heartbeat_clock_is_off(&hand.node, &offset_ms) && offset_ms == 4000,
       "w that agree are believed, no more than all of them say");
    set_offsets(false, -5000, 0, -4000);
    ok(heartbeat_clock_is_off(&hand.node, &offset_ms) && offset_ms == -4000, "either way");
    hand_world.connected[3] = false;
    ok(!heartbeat_clock_offset(&hand.node, &offset_ms), "fewer are not");
    hand_world.connected[3] = true;
    set_offsets(true, 0, 0, 0);
}

/* --- the store --- */

static void test_store(void)
{
    struct complaint why = {""};
    struct flags_counts before, after;
    struct ledger *l = hand.node.ledger;
    bool first;
    (void)flags_acknowledge(flagging->book, open_flag(FLAG_EQUIVOCATION, 2)->id, 1000, 1,
                            &first);
    flags_count(flagging->book, &before);
    flagging_save(&hand.node);
    ok(ledger_is_dirty(l), "changes are written");
    is(ledger_commit(l), 0, "with the turn");
    flagging_save(&hand.node);
    ok(!ledger_is_dirty(l), "and once");
    flagging_accused(&hand.node, 2, EVIDENCE_COMMIT);
    flagging_save(&hand.node);
    ok(!ledger_is_dirty(l), "that one was seen again waits");
    ledger_put_flag(l, 999, slice_of_string("not a flag"));
    flagging_save(&hand.node);
    is(ledger_commit(l), 0, "until something else is written");
    flagging_free(flagging);
    is(flagging_open(&hand.node, &why), 0, "all is read again");
    flagging = hand.node.flagging;
    flags_count(flagging->book, &after);
    ok(memcmp(&before, &after, sizeof(before)) == 0, "as it was");
    ok(says(FLAG_EQUIVOCATION, 2, 2, "signed two COMMITs of one height and view") &&
           open_flag(FLAG_EQUIVOCATION, 2)->state == FLAG_ACKNOWLEDGED,
       "seen twice, and acknowledged");
    flagging_accused(&hand.node, 4, EVIDENCE_PREPARE);
    is((int64_t)open_flag(FLAG_EQUIVOCATION, 4)->id, 1000,
       "what cannot be read is passed over, and its id not taken again");
    flagging_save(&hand.node);
    is(ledger_commit(l), 0, "so it is written");
}

static unsigned lines;

static void count_line(void *context, const struct log_line *line)
{
    (void)context;
    lines += strncmp(line->event, "flag.", 5) == 0;
}

/* Nobody is told of an id that a crash would give to another flag. */
static void test_log(void)
{
    (void)log_open("/dev/null", LOG_LEVEL_INFO, NULL);
    flagging_log(&hand.node);
    log_tap_set(count_line, NULL);
    flagging_stopped(&hand.node,
                     &(struct pbft_notice){.kind = PBFT_NOTICE_FORK, .height = 1});
    (void)flagging_acknowledge(&hand.node, open_flag(FLAG_DIVERGED, 0)->id, 1, 1);
    flagging_clear(&hand.node, FLAG_DIVERGED, 0);
    flagging_save(&hand.node);
    is(lines, 0, "the log is told nothing that is not durable");
    (void)ledger_commit(hand.node.ledger);
    flagging_log(&hand.node);
    is(lines, 3, "and then all of it,");
    flagging_log(&hand.node);
    is(lines, 3, "once");
    log_tap_set(NULL, NULL);
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
}

/* The checksum of a value says nothing about its key. */
static void test_damaged_ids(void)
{
    const uint64_t damaged[] = {0, ((uint64_t)1 << 53) + 1, INT64_MAX, UINT64_MAX};
    struct ledger *l = hand.node.ledger;
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        struct complaint why = {""};
        struct buffer b = {NULL, 0, 0};
        flag_encode(&b, open_flag(FLAG_EQUIVOCATION, 4));
        ledger_put_flag(l, damaged[i], buffer_slice(&b));
        buffer_free(&b);
        (void)ledger_commit(l);
        flagging_free(flagging);
        is(flagging_open(&hand.node, &why), CONCLAVE_ECORRUPT,
           "an id that no flag can have is damage");
        ledger_drop_flag(l, damaged[i]);
        (void)ledger_commit(l);
        flagging_free(hand.node.flagging);
        is(flagging_open(&hand.node, &why), 0, "without it all is well");
        flagging = hand.node.flagging;
    }
}

int main(void)
{
    ask_begin();
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
    flagging = hand.node.flagging;
    test_contradiction();
    test_absence();
    test_begin();
    test_node();
    test_look();
    test_clocks();
    test_store();
    test_log();
    test_damaged_ids();
    ask_end();
    return tap_done();
}
