/* SPDX-License-Identifier: ISC */
/* The events of a proposal's end, and those of the node, as subscribers read them. */
#define _GNU_SOURCE
#include "../council/build.h"
#include "hand_node.h"

#include "base/alloc.h"
#include "conclaved/events.h"
#include "conclaved/json.h"
#include "conclaved/methods.h"
#include "conclaved/rounds.h"
#include "tap.h"
#include "wire/shared.h"

#include <stdlib.h>
#include <string.h>

static struct hand_node hand;
static char third[2 * HASH_BYTES + 1];
static uint64_t height = HAND_HEIGHT;

/* The text of the object with the id of the third proposal written as THIRD. */
static char *text_of(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT), *at;
    while ((at = strstr(text, third)) != NULL) {
        memcpy(at, "THIRD", 5);
        memmove(at + 5, at + 64, strlen(at + 64) + 1);
    }
    json_decref(object);
    return text;
}

static void says(json_t *object, const char *expected, const char *name)
{
    char *text = text_of(object);
    if (!ok(strcmp(text, expected) == 0, "%s", name)) {
        printf("#   got      %s\n#   expected %s\n", text, expected);
    }
    free(text);
}

/* Applies the gathered operations as the next block and compares its events, which come as
 * name, parameters, name, parameters, ... and end with NULL. */
static void applies(struct batch *batch, const char *const *expected)
{
    struct council *c = (struct council *)replica_council(hand.node.replica);
    struct council_result r;
    height++;
    struct block *b =
        batch_build(batch,
                    (struct header){.height = height,
                                    .time_ms = hand.rules.created_ms + 1000 * height,
                                    .executed_height = height - 1},
                    PACKING_EACH);
    council_apply(c, b, &r);
    size_t i = 0;
    for (; i < r.event_count && expected[2 * i] != NULL; i++) {
        ok(strcmp(event_council_name(r.events[i].kind), expected[2 * i]) == 0, "%s",
           expected[2 * i]);
        says(event_council(hand.node.charter, c, &r.events[i], 2), expected[2 * i + 1],
             "  its parameters");
    }
    ok(i == r.event_count && expected[2 * i] == NULL, "block %d has no other events",
       (int)height);
    block_unref(b);
}

static struct council_event ballot_of(enum council_event_kind kind, uint16_t seat,
                                      const struct hash *proposal)
{
    return (struct council_event){
        .kind = kind,
        .seat = seat,
        .proposal = *proposal,
        .ballot = {.choice = seat == 1   ? CHOICE_APPROVE
                             : seat == 2 ? CHOICE_REJECT
                                         : CHOICE_ABSTAIN,
                   .confidence = (uint8_t)(10 * seat)},
    };
}

/* The event `ballots` of a whole block. */
static void test_ballots(void)
{
    enum { MANY = BALLOTS_EVENTS_MAX + 1 };
    json_t *out[BALLOTS_EVENTS_MAX];
    size_t told;
    const struct hash *id = &hand.ids[2];
    struct hash other = {{7}};
    const struct council_event events[] = {
        ballot_of(COUNCIL_BALLOT, 3, id),   ballot_of(COUNCIL_REVEALED, 1, &other),
        ballot_of(COUNCIL_LATE, 4, id),     ballot_of(COUNCIL_BALLOT, 2, id),
        ballot_of(COUNCIL_REVEALED, 2, id), ballot_of(COUNCIL_REVEALED, 3, id),
        ballot_of(COUNCIL_SEALED, 0, id),   ballot_of(COUNCIL_BALLOT, 1, id)};
    is((int64_t)event_ballots(events, 8, out, &told), 6, "ballots up to what is none");
    is((int64_t)told, 2, "of two proposals");
    says(out[0],
         "{\"proposal\":\"THIRD\",\"recorded\":[3,2],\"late\":[4],"
         "\"revealed\":[[2,\"N\",20],[3,\"A\",30]]}",
         "seats, choices and confidences");
    says(out[1],
         "{\"proposal\":"
         "\"0700000000000000000000000000000000000000000000000000000000000000\","
         "\"recorded\":[],\"late\":[],\"revealed\":[[1,\"Y\",10]]}",
         "each under its own");
    ok(event_ballots(events + 6, 2, out, &told) == 0 && told == 0, "none at first");
    ok(event_ballots(events, 0, out, &told) == 0 && told == 0, "nothing at all");
    struct council_event many[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        struct hash each = {{(uint8_t)i}};
        many[i] = ballot_of(COUNCIL_BALLOT, 1, &each);
    }
    is((int64_t)event_ballots(many, MANY, out, &told), BALLOTS_EVENTS_MAX,
       "as many proposals as there is room for");
    for (size_t i = 0; i < told; i++) {
        json_decref(out[i]);
    }
}

static void test_council(void)
{
    struct batch batch = {0};
    const struct hash *id = &hand.ids[2];
    build_commit(batch_next(&batch), &hand.rules, 2, id, CHOICE_REJECT, 9);
    build_commit(batch_next(&batch), &hand.rules, 3, id, CHOICE_APPROVE, 3);
    build_commit(batch_next(&batch), &hand.rules, 4, id, CHOICE_REJECT, 4);
    applies(&batch, (const char *const[]){
                        "operation.void",
                        "{\"seat\":2,\"name\":\"bj\xc3\xb6rk\",\"kind\":\"ballot\","
                        "\"proposal\":\"THIRD\",\"verdict\":\"conflict\"}",
                        "ballot.recorded",
                        "{\"proposal\":\"THIRD\",\"seat\":3,\"name\":\"cedar\"}",
                        "ballot.recorded",
                        "{\"proposal\":\"THIRD\",\"seat\":4,\"name\":\"elm\"}",
                        "proposal.opening",
                        "{\"proposal\":\"THIRD\",\"height\":10,\"time_ms\":1735689610000,"
                        "\"committed\":4,\"reveal_deadline_ms\":1735689910000}",
                        NULL,
                    });
    for (uint16_t seat = 1; seat <= 3; seat++) {
        build_reveal(batch_next(&batch), seat, id, CHOICE_APPROVE, seat);
    }
    applies(&batch, (const char *const[]){
                        "ballot.revealed",
                        "{\"proposal\":\"THIRD\",\"seat\":1,\"name\":\"alder\",\"choice\":"
                        "\"approve\",\"confidence\":51,\"rationale\":\"it helps\"}",
                        "ballot.revealed",
                        "{\"proposal\":\"THIRD\",\"seat\":2,\"name\":\"bj\xc3\xb6rk\","
                        "\"choice\":\"approve\",\"confidence\":52,\"rationale\":"
                        "\"it helps\"}",
                        "ballot.revealed",
                        "{\"proposal\":\"THIRD\",\"seat\":3,\"name\":\"cedar\",\"choice\":"
                        "\"approve\",\"confidence\":53,\"rationale\":\"it helps\"}",
                        "proposal.decided",
                        "{\"proposal\":\"THIRD\",\"outcome\":\"approved\",\"reason\":null,"
                        "\"approve\":3,\"reject\":0,\"abstain\":0,\"height\":11,"
                        "\"time_ms\":1735689611000}",
                        NULL,
                    });
    build_evidence(batch_next(&batch), 4);
    applies(&batch, (const char *const[]){
                        "seat.convicted",
                        "{\"seat\":4,\"name\":\"elm\"}",
                        "proposal.final",
                        "{\"proposal\":\"THIRD\",\"height\":12,"
                        "\"time_ms\":1735689612000,\"record\":2,\"id\":\"THIRD\","
                        "\"class\":\"charter-amendment\",\"title\":\"third\","
                        "\"outcome\":\"approved\",\"reason\":null,\"threshold\":3,"
                        "\"approve\":3,\"reject\":0,\"abstain\":0,\"proposer\":3,"
                        "\"proposer_name\":\"cedar\",\"opened_height\":8,"
                        "\"opened_ms\":1735689608000,\"final_height\":12,"
                        "\"final_ms\":1735689612000,\"choices\":\"YYYx\","
                        "\"confidence\":[51,52,53,null],\"ballot_blocks\":[1,1,2,2],"
                        "\"reveal_blocks\":[1,1,1,null]}",
                        NULL,
                    });
    struct council_event late = {.kind = COUNCIL_LATE, .seat = 1, .proposal = *id};
    says(event_council(hand.node.charter, replica_council(hand.node.replica), &late, 0),
         "{\"proposal\":\"THIRD\",\"seat\":1,\"name\":\"alder\"}", "ballot.late");
    struct council_event empty = {.kind = COUNCIL_VOID,
                                  .seat = 1,
                                  .operation = OPERATION_RETURN,
                                  .verdict = VERDICT_TOO_SOON};
    says(event_council(hand.node.charter, replica_council(hand.node.replica), &empty, 0),
         "{\"seat\":1,\"name\":\"alder\",\"kind\":\"return\",\"proposal\":null,"
         "\"verdict\":\"too-soon\"}",
         "operation.void of what names no proposal");
    struct council_event epoch = {.kind = COUNCIL_EPOCH, .number = 3};
    says(event_council(hand.node.charter, replica_council(hand.node.replica), &epoch, 0),
         "{\"epoch\":3,\"suspended\":[]}", "epoch.changed");
    batch_free(&batch);
}

static void test_record(void)
{
    struct record r = {.seat_count = 9, .outcome = OUTCOME_REJECTED, .threshold = 6};
    static const enum seat_status all[] = {
        STATUS_REVEALED, STATUS_REVEALED, STATUS_REVEALED,    STATUS_WITHHELD, STATUS_LATE,
        STATUS_MISSED,   STATUS_EXPELLED, STATUS_NOT_AWAITED, STATUS_EXPELLED};
    r.reason = REASON_DEADLINE;
    r.opened.height = 10;
    r.sealed.height = 14;
    for (size_t i = 0; i < 9; i++) {
        r.seats[i].status = all[i];
        r.seats[i].has_ballot = i < 4 || i == 8;
        r.seats[i].ballot_height = 12;
        r.seats[i].has_reveal = i < 3;
        r.seats[i].choice = (enum choice)i;
        r.seats[i].confidence = 7;
        r.seats[i].reveal_height = 14 + i;
    }
    r.seats[0].choice = CHOICE_ABSTAIN;
    r.seats[1].choice = CHOICE_REJECT;
    r.seats[2].choice = CHOICE_APPROVE;
    json_t *out = json_object();
    put_short_record(out, hand.node.charter, &r, 5, slice_of_string("a\x1b"), 0);
    ok(strcmp(json_string_value(json_object_get(out, "choices")), "ANYwlmx-x") == 0,
       "a letter for whatever a seat did");
    ok(strcmp(json_string_value(json_object_get(out, "title")), "a\\x1b") == 0,
       "a title that is made safe");
    says(json_incref(json_object_get(out, "ballot_blocks")),
         "[2,2,2,2,null,null,null,null,2]", "ballots, null where there was none");
    says(json_incref(json_object_get(out, "reveal_blocks")),
         "[0,1,2,null,null,null,null,null,null]", "reveals likewise");
    says(json_incref(json_object_get(out, "confidence")),
         "[7,7,7,null,null,null,null,null,null]", "and confidences");
    ok(strcmp(json_string_value(json_object_get(out, "reason")), "deadline") == 0,
       "the reason of a rejection");
    json_decref(out);
}

static void test_node(void)
{
    const struct charter *c = hand.node.charter;
    struct pbft_notice left = {PBFT_NOTICE_VIEW_CHANGE, PBFT_CAUSE_TIMEOUT, 6, 9, 0};
    ok(strcmp(event_notice_name(left.kind), "view.change-started") == 0, "view left");
    says(event_notice(c, &left), "{\"view\":6,\"cause\":\"timeout\"}", "  why");
    struct pbft_notice entered = {PBFT_NOTICE_NEW_VIEW, PBFT_CAUSE_JOINED, 6, 9, 0};
    ok(strcmp(event_notice_name(entered.kind), "view.changed") == 0, "view entered");
    says(event_notice(c, &entered), "{\"view\":6,\"primary\":3,\"primary_name\":\"cedar\"}",
         "  its primary");
    struct pbft_notice fork = {PBFT_NOTICE_FORK, PBFT_CAUSE_NONE, 6, 9, 0};
    ok(strcmp(event_notice_name(fork.kind), "node.stopped") == 0, "a fork stops the node");
    says(event_notice(c, &fork), "{\"why\":\"fork\",\"height\":9}", "  and says so");
    ok(event_notice_name(PBFT_NOTICE_REFUSED) == NULL,
       "some notices are for the log alone");
    says(event_peer_up(c, 2), "{\"seat\":2,\"name\":\"bj\xc3\xb6rk\"}", "peer.up");
    says(event_peer_down(c, 4, NET_DOWN_BAD_FRAME),
         "{\"seat\":4,\"name\":\"elm\",\"reason\":\"bad-frame\"}", "peer.down");
    struct peer_view peer = {.last = {.view = 1, .height = 2, .flags = 1 << 3},
                             .round_trip_ms = 4,
                             .clock_offset_ms = -5};
    says(event_heartbeat(c, 3, &peer),
         "{\"seat\":3,\"name\":\"cedar\",\"view\":1,\"height\":2,\"round_trip_ms\":4,"
         "\"clock_offset_ms\":-5,\"flags\":[\"catching-up\"]}",
         "heartbeat");
    struct round_times times = {7, 3, ROUNDS_UNKNOWN};
    struct block b = {.header = {.height = 7, .view = 2, .time_ms = 9},
                      .encoding = {NULL, 321}};
    char block[256];
    (void)snprintf(block, sizeof(block),
                   "{\"height\":7,\"view\":2,\"hash\":\"%064d\",\"time_ms\":9,"
                   "\"envelopes\":0,\"operations\":0,\"bytes\":321,\"prepared_ms\":3,"
                   "\"committed_ms\":null}",
                   0);
    says(event_block(&b, &times), block, "block.committed");
    says(event_stopped("asked\x1b"), "{\"why\":\"asked\\\\x1b\"}", "node.stopped");
}

static void test_evidence(void)
{
    struct buffer deep = {0};
    buffer_append(&deep, "{\"a\":", 5);
    for (int i = 0; i < EVIDENCE_DEPTH_MAX; i++) {
        buffer_append(&deep, "[", 1);
    }
    for (int i = 0; i < EVIDENCE_DEPTH_MAX; i++) {
        buffer_append(&deep, "]", 1);
    }
    buffer_append(&deep, "}", 1);
    ok(json_evidence(buffer_slice(&deep)) == NULL, "evidence too deep for clients is none");
    buffer_free(&deep);
    ok(json_evidence(slice_of_string("[1]")) == NULL, "nor is an array");
    ok(json_evidence(slice_of_string("not JSON")) == NULL, "nor what is no JSON");
    ok(json_evidence(SLICE_NONE) == NULL, "nor nothing");
    says(json_evidence(slice_of_string("{\"a\":[1]}")), "{\"a\":[1]}", "an object is");
}

int main(void)
{
    const char *top = getenv("top_srcdir");
    char *charter = alloc_printf("%s/tests/charter/council.json", top != NULL ? top : ".");
    hand_node_make(&hand, charter);
    free(charter);
    hex_encode(third, slice_of(hand.ids[2].bytes, HASH_BYTES));
    test_ballots();
    test_council();
    test_record();
    test_node();
    test_evidence();
    hand_node_free(&hand);
    return tap_done();
}
