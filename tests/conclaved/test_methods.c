/* SPDX-License-Identifier: ISC */
/* The control methods of a node made by hand, asked through a real socket. */
#define _GNU_SOURCE
#include "ask.h"

#include "replica/inside.h"

/* --- looking --- */

static void test_status(void)
{
    json_t *a = ask("status", NULL);
    ok(is_text(a, "result.council", "Council of \xc3\x85land") &&
           is_number(a, "result.seat", 1) && is_text(a, "result.name", "alder") &&
           is_number(a, "result.protocol", 1),
       "status says who this is");
    ok(is_number(a, "result.seats", 4) && is_number(a, "result.f", 1) &&
           is_number(a, "result.quorum", 3),
       "and the council's arithmetic");
    ok(is_number(a, "result.height", HAND_HEIGHT) &&
           is_number(a, "result.executed", HAND_HEIGHT) &&
           is_number(a, "result.time_ms",
                     (json_int_t)hand.rules.created_ms + 1000 * HAND_HEIGHT) &&
           is_number(a, "result.decisions", 2) && is_number(a, "result.open", 1) &&
           is_number(a, "result.epoch", 0),
       "how far it is");
    ok(is_number(a, "result.view", 0) && is_number(a, "result.primary", 1) &&
           is_text(a, "result.primary_name", "alder") &&
           is_json(a, "result.changing", "false") &&
           is_json(a, "result.stopped", "false") && is_json(a, "result.halted", "false") &&
           is_number(a, "result.connected", 3),
       "view, primary, peers");
    ok(is_text(a, "result.awaiting.what", "ballots") &&
           is_text(a, "result.awaiting.proposal", ids[2]) &&
           is_json(a, "result.awaiting.missing", "[3,4]") &&
           is_number(a, "result.awaiting.have", 2) &&
           is_number(a, "result.awaiting.need", 4),
       "and that ballots are missing");
    ok(is_text(a, "result.standing.state", "sound") && is_null(a, "result.standing.have") &&
           is_json(a, "result.standing.missing", "[]") &&
           is_json(a, "result.pending", "[]") && is_json(a, "result.stalled", "false") &&
           is_null(a, "result.waiting_ms"),
       "this seat is sound, and nothing is pending");
    ok(is_number(a, "result.awaiting.able", 4) &&
           is_json(a, "result.awaiting.unable", "[]") &&
           is_json(a, "result.awaiting.reachable", "true") &&
           is_text(a, "result.awaiting.next.what", "deadline") &&
           json_is_integer(at(a, "result.awaiting.next.in_ms")),
       "all seats can take part, and the deadline is near");
    ok(is_text(a, "result.awaiting.text",
               "ballots on \"third\", 2 of 4; missing: cedar (3), elm (4)"),
       "in words");
    json_decref(a);
    refuses("status", "{\"x\":1}", CONTROL_INVALID_PARAMS, "no parameter x");
}

static void awaits(struct pbft_status *st, const char *expected)
{
    json_t *a = awaiting_json(&hand.node, st);
    const char *text = json_string_value(json_object_get(a, "text"));
    ok(text != NULL && strcmp(text, expected) == 0, "awaiting: %s",
       text != NULL ? text : "?");
    json_decref(a);
}

static void test_awaiting(void)
{
    struct pbft_status st;
    replica_status(hand.node.replica, &st);
    st.waiting = 2;
    awaits(&st, "a block from the primary alder (1) with what waits");
    st.has_block = true;
    st.phase_height = 10;
    st.prepares = 2;
    st.prepared_by[0] = st.prepared_by[2] = true;
    awaits(&st, "PREPAREs of block 10, 2 of 3; missing: bj\xc3\xb6rk (2), elm (4)");
    st.prepares = 3;
    st.commits = 1;
    st.committed_by[3] = true;
    awaits(&st,
           "COMMITs of block 10, 1 of 3; missing: alder (1), bj\xc3\xb6rk (2), cedar (3)");
    st.changing = true;
    st.view = 5;
    st.primary = 2;
    st.view_changes = 1;
    st.view_changed_by[1] = true;
    awaits(&st, "VIEW-CHANGEs for view 5, 1 of 3; missing: alder (1), cedar (3), elm (4)");
    st.view_changes = 3;
    awaits(&st, "the NEW-VIEW of view 5 from its primary bj\xc3\xb6rk (2)");
    hand_world.connected[1] = hand_world.connected[3] = false;
    awaits(&st, "connections to a quorum of seats, this one included, 2 of 3; missing: "
                "bj\xc3\xb6rk (2), elm (4)");
    st.stopped = true;
    awaits(&st, "an operator: this node stopped voting, because its state or its chain "
                "contradicts what the council certified; see its log");
    json_t *a = ask("status", NULL);
    ok(is_json(a, "result.halted", "true") && is_text(a, "result.awaiting.what", "peers"),
       "without a quorum of connections the council is halted");
    json_decref(a);
    hand_world.connected[1] = hand_world.connected[3] = true;
}

static void test_stall(void)
{
    struct pbft_status st;
    struct peer_view *peer = &hand.node.peers[2];
    uint64_t now = clock_monotonic_ms();
    replica_status(hand.node.replica, &st);
    st.waiting = 2;
    st.view = 5;
    st.primary = 2;
    st.timer_expires_ms = now + 60000;
    hand_world.connected[3] = false;
    peer->last.flags = HEARTBEAT_LOST_STATE;
    json_t *a = awaiting_json(&hand.node, &st);
    ok(is_text(a, "what", "pre-prepare") && is_number(a, "view", 5) &&
           is_number(a, "height", HAND_HEIGHT + 1) &&
           is_text(a, "primary_name", "bj\xc3\xb6rk") && is_number(a, "have", 0) &&
           is_number(a, "need", 1) && is_json(a, "missing", "[2]"),
       "a stall in JSON");
    ok(is_number(a, "able", 2) && is_json(a, "unable", "[3,4]") &&
           is_json(a, "reachable", "false") && is_text(a, "next.what", "seats") &&
           is_null(a, "next.in_ms") &&
           is_text(a, "next.text",
                   "nothing, until 1 more can take part; unable now: cedar (3), elm (4)"),
       "that only more seats can end");
    json_decref(a);
    hand_world.connected[3] = true;
    a = awaiting_json(&hand.node, &st);
    ok(is_json(a, "unable", "[3]") && is_json(a, "reachable", "true") &&
           is_text(a, "next.what", "view-change") && is_number(a, "next.view", 6) &&
           is_number(a, "next.primary", 3) && json_is_integer(at(a, "next.in_ms")),
       "or the next view");
    json_decref(a);
    peer->last.flags = 0;
    st.asking = true;
    st.reported_by[2] = st.reported_by[3] = false;
    a = standing_json(&hand.node, &st);
    ok(is_text(a, "state", "asking") && is_number(a, "have", 1) &&
           is_number(a, "need", 2) && is_json(a, "missing", "[3,4]"),
       "a seat that asks names who has not answered");
    json_decref(a);
    st.standing.lost = true;
    a = standing_json(&hand.node, &st);
    ok(is_text(a, "state", "lost") && is_number(a, "need", 3) && is_null(a, "above_view"),
       "one that lost its state needs a quorum of others");
    json_decref(a);
    st.standing.has_view = true;
    st.standing.view = 7;
    a = standing_json(&hand.node, &st);
    ok(is_null(a, "have") && is_json(a, "missing", "[]") && is_number(a, "above_view", 7),
       "and then a view");
    json_decref(a);
    hand.node.stall = (struct stall_watch){
        .waiting = true, .since_ms = now - 5000, .height = HAND_HEIGHT, .stalled = true};
    a = ask("status", NULL);
    ok(is_json(a, "result.stalled", "true"), "status knows what the log was told");
    json_decref(a);
    hand.node.stall = (struct stall_watch){.waiting = false};
}

static void test_seats(void)
{
    struct peer_view *peer = &hand.node.peers[2];
    peer->heard = peer->has_offset = true;
    peer->heard_ms = clock_monotonic_ms() - 40;
    peer->last.view = 3;
    peer->last.height = UINT64_MAX; /* hints of another seat may be anything */
    peer->last.flags = HEARTBEAT_DISK_LOW | HEARTBEAT_LOST_STATE;
    peer->round_trip_ms = 12;
    peer->clock_offset_ms = -7;
    peer->bad_messages = 2;
    peer->since_wall_ms = 5000;
    peer->went_down = true;
    peer->down_wall_ms = 4000;
    peer->down_reason = NET_DOWN_TIMEOUT;
    (void)snprintf(peer->version, sizeof(peer->version), "9\x1b[2J");
    json_t *a = ask("seats", NULL);
    is((int64_t)json_array_size(at(a, "result")), 4, "seats has a row for each");
    ok(is_text(a, "result.0.name", "alder") && is_json(a, "result.0.self", "true") &&
           is_json(a, "result.0.primary", "true") && is_number(a, "result.0.height", 9) &&
           is_json(a, "result.0.flags", "[\"evaluator-down\"]"),
       "this seat's own");
    ok(is_text(a, "result.2.jurisdiction", "Norway") &&
           is_text(a, "result.2.vendor", "Orchard") &&
           is_text(a, "result.2.model_family", "pome") &&
           is_text(a, "result.2.address", "node-3.example:7100"),
       "what the charter says of another");
    ok(is_number(a, "result.2.view", 3) && is_number(a, "result.2.height", INT64_MAX) &&
           is_number(a, "result.2.round_trip_ms", 12) &&
           is_number(a, "result.2.clock_offset_ms", -7) &&
           is_json(a, "result.2.flags", "[\"disk-low\",\"lost-state\"]"),
       "what its heartbeats say");
    ok(is_text(a, "result.2.version", "9\\x1b[2J"), "which is made safe");
    ok(is_number(a, "result.2.bytes_in", 300) && is_number(a, "result.2.bad_frames", 5),
       "what its channel counts");
    ok(is_number(a, "result.2.since_ms", 5000) && is_number(a, "result.2.down_ms", 4000) &&
           is_text(a, "result.2.down_reason", "timeout") &&
           is_null(a, "result.1.down_ms") && is_null(a, "result.1.since_ms"),
       "since when its connection is up, and what ended the last one");
    ok(is_null(a, "result.1.height") && is_null(a, "result.1.heard_ms_ago"),
       "of one never heard nothing is known");
    ok(is_number(a, "result.3.totals.ballots", 3 - 1) &&
           is_number(a, "result.3.totals.with_outcome", 1) &&
           is_number(a, "result.3.totals.against_outcome", 1),
       "how it voted");
    json_decref(a);
}

static void test_charter(void)
{
    json_t *a = ask("charter", NULL);
    ok(is_text(a, "result.name", "Council of \xc3\x85land") &&
           is_number(a, "result.classes.0.threshold", 3) &&
           at(a, "result.timing.timer_floor_ms") == NULL,
       "charter gives the file's own tree, without defaults");
    json_decref(a);
}

static void test_diversity(void)
{
    json_t *a = ask("diversity", NULL);
    ok(is_number(a, "result.seats", 4) && is_number(a, "result.f", 1) &&
           is_number(a, "result.w", 2) && is_number(a, "result.q", 3) &&
           is_number(a, "result.stop", 2) && is_number(a, "result.fork", 2),
       "diversity says what numbers of seats matter");
    ok(is_text(a, "result.classes.0.name", "charter-amendment") &&
           is_number(a, "result.classes.0.threshold", 3) &&
           is_number(a, "result.classes.0.veto", 2),
       "for each class, too");
    ok(is_json(a, "result.groups.2",
               "{\"kind\":\"vendor\",\"name\":\"Orchard\",\"exceeds_f\":false,\"seats\":"
               "[3]}"),
       "who has which seats");
    ok(is_text(a, "result.smallest.0.reaches", "w") &&
           is_number(a, "result.smallest.0.seats", 2) &&
           is_json(a, "result.smallest.0.exact", "true"),
       "and how few have enough");
    json_t *b = ask("diversity", NULL);
    ok(json_equal(at(a, "result"), at(b, "result")), "and again, when it is asked again");
    json_decref(b);
    json_decref(a);
}

static void test_proposals(void)
{
    json_t *a = ask("proposals", NULL);
    is((int64_t)json_array_size(at(a, "result.proposals")), 3, "proposals lists all");
    ok(is_text(a, "result.proposals.0.title", "third") &&
           is_text(a, "result.proposals.1.title", "second") &&
           is_text(a, "result.proposals.2.title", "first"),
       "newest first");
    ok(is_text(a, "result.proposals.0.phase", "sealed") &&
           is_null(a, "result.proposals.0.outcome") &&
           is_number(a, "result.proposals.0.committed", 2) &&
           is_number(a, "result.proposals.0.proposer", 3) &&
           is_text(a, "result.proposals.0.proposer_name", "cedar"),
       "an open one");
    ok(is_text(a, "result.proposals.1.phase", "final") &&
           is_text(a, "result.proposals.1.outcome", "rejected") &&
           is_text(a, "result.proposals.1.reason", "threshold-unreachable") &&
           is_number(a, "result.proposals.1.reject", 3) &&
           is_number(a, "result.proposals.1.record", 1),
       "a rejected one");
    ok(is_text(a, "result.proposals.2.outcome", "approved") &&
           is_null(a, "result.proposals.2.reason") &&
           is_number(a, "result.proposals.2.threshold", 3) &&
           is_number(a, "result.proposals.2.approve", 3) &&
           is_number(a, "result.proposals.2.opened_height", 1) &&
           is_text(a, "result.proposals.2.class", "charter-amendment"),
       "an approved one");
    ok(is_number(a, "result.open", 1) && is_number(a, "result.final", 2) &&
           is_null(a, "result.next"),
       "with the counts");
    json_decref(a);

    a = ask("proposals", "{\"limit\":2}");
    ok(is_number(a, "result.next", 1) && json_array_size(at(a, "result.proposals")) == 2,
       "a page says where the next begins");
    json_decref(a);
    a = ask("proposals", "{\"before\":1}");
    ok(json_array_size(at(a, "result.proposals")) == 1 &&
           is_text(a, "result.proposals.0.title", "first") && is_null(a, "result.next"),
       "which is the rest");
    json_decref(a);
    a = ask("proposals", "{\"state\":\"open\"}");
    ok(json_array_size(at(a, "result.proposals")) == 1, "only open ones");
    json_decref(a);
    a = ask("proposals", "{\"state\":\"final\"}");
    ok(json_array_size(at(a, "result.proposals")) == 2, "only final ones");
    json_decref(a);
    refuses("proposals", "{\"state\":\"lost\"}", CONTROL_INVALID_PARAMS,
            "open, final, all");
    refuses("proposals", "{\"limit\":0}", CONTROL_INVALID_PARAMS, "limit");
    refuses("proposals", "{\"limit\":201}", CONTROL_INVALID_PARAMS, "limit");
    refuses("proposals", "{\"limit\":\"5\"}", CONTROL_INVALID_PARAMS, "limit");
    refuses("proposals", "{\"before\":3}", CONTROL_INVALID_PARAMS, "before");
}

static json_t *ask_proposal(const char *id, size_t digits, const char *more)
{
    char *params = alloc_printf("{\"id\":\"%.*s\"%s}", (int)digits, id, more);
    json_t *a = ask("proposal", params);
    free(params);
    return a;
}

static void test_proposal(void)
{
    json_t *a = ask_proposal(ids[0], 64, "");
    ok(is_text(a, "result.id", ids[0]) && is_text(a, "result.title", "first") &&
           is_text(a, "result.text", "Let it be done.\nAnd soon.") &&
           is_text(a, "result.evidence", "{\"cost\":17}") &&
           is_text(a, "result.nonce", "6669727374") && is_null(a, "result.payload") &&
           is_number(a, "result.proposer", 1),
       "a final proposal's content is rebuilt from its block");
    ok(is_number(a, "result.opened.height", 1) && is_number(a, "result.sealed.height", 2) &&
           is_number(a, "result.decided.height", 3) &&
           at(a, "result.final.height") != NULL && is_text(a, "result.phase", "final"),
       "its moments come from the record");
    ok(is_text(a, "result.seats.0.status", "revealed") &&
           is_text(a, "result.seats.0.choice", "approve") &&
           is_number(a, "result.seats.0.confidence", 51) &&
           is_text(a, "result.seats.0.rationale", "it helps") &&
           is_number(a, "result.seats.0.ballot_height", 2) &&
           is_number(a, "result.seats.0.reveal_height", 3) &&
           is_text(a, "result.seats.3.choice", "reject") &&
           is_text(a, "result.seats.3.rationale", "it does not"),
       "ballots with their rationales");
    ok(is_json(a, "result.truncated", "false"), "nothing is left out");
    json_decref(a);

    a = ask_proposal(ids[0], 6, ",\"rationales_of\":[2]");
    ok(is_text(a, "result.id", ids[0]) && is_null(a, "result.seats.0.rationale") &&
           is_text(a, "result.seats.1.rationale", "it helps") &&
           is_json(a, "result.truncated", "true"),
       "by the beginning of its id, and one rationale of it");
    json_decref(a);

    a = ask_proposal(ids[2], 64, "");
    ok(is_text(a, "result.phase", "sealed") && is_null(a, "result.outcome") &&
           is_null(a, "result.sealed") && is_null(a, "result.final") &&
           is_null(a, "result.grace_deadline_ms") &&
           is_null(a, "result.reveal_deadline_ms") &&
           is_number(a, "result.commit_deadline_ms",
                     (json_int_t)hand.rules.created_ms + 8000 + 600000),
       "an open one is from the council's state");
    ok(is_text(a, "result.seats.0.status", "committed") &&
           is_null(a, "result.seats.0.choice") && is_null(a, "result.seats.0.rationale") &&
           is_null(a, "result.seats.0.confidence") &&
           json_string_length(at(a, "result.seats.0.commitment")) == 64 &&
           is_text(a, "result.seats.3.status", "awaited") &&
           is_null(a, "result.seats.3.commitment"),
       "and shows nothing of a choice before its reveal");
    json_decref(a);

    refuses("proposal", NULL, CONTROL_INVALID_PARAMS, "id is missing");
    refuses("proposal", "{\"id\":\"abcde\"}", CONTROL_INVALID_PARAMS, "id must be");
    refuses("proposal", "{\"id\":\"ABCDEF\"}", CONTROL_INVALID_PARAMS, "id must be");
    refuses("proposal", "{\"id\":\"000000\"}", CONTROL_NOT_FOUND, "000000");
    refuses("proposal", "{\"id\":\"000000\",\"rationales_of\":[5]}", CONTROL_INVALID_PARAMS,
            "rationales_of[0]");
    refuses("proposal", "{\"id\":\"000000\",\"rationales_of\":1}", CONTROL_INVALID_PARAMS,
            "rationales_of");
}

static void test_blocks(void)
{
    json_t *a = ask("blocks", NULL);
    ok(json_array_size(at(a, "result.blocks")) == HAND_HEIGHT + 1 &&
           is_number(a, "result.blocks.0.height", HAND_HEIGHT) &&
           is_number(a, "result.blocks.9.height", 0) && is_null(a, "result.next") &&
           is_number(a, "result.height", HAND_HEIGHT),
       "blocks lists them newest first, down to the charter");
    ok(is_number(a, "result.blocks.0.operations", 2) &&
           is_number(a, "result.blocks.0.envelopes", 2) &&
           is_number(a, "result.blocks.0.primary", 1) &&
           is_number(a, "result.blocks.0.executed_height", 8),
       "with what is in them");
    ok(json_equal((json_t *)at(a, "result.blocks.0.prev_hash"),
                  (json_t *)at(a, "result.blocks.1.hash")) &&
           json_equal((json_t *)at(a, "result.blocks.8.prev_hash"),
                      (json_t *)at(a, "result.blocks.9.hash")),
       "chained by hash");
    json_decref(a);
    a = ask("blocks", "{\"from\":3,\"limit\":2}");
    ok(json_array_size(at(a, "result.blocks")) == 2 &&
           is_number(a, "result.blocks.0.height", 3) && is_number(a, "result.next", 1),
       "a page of them");
    json_decref(a);
    refuses("blocks", "{\"limit\":101}", CONTROL_INVALID_PARAMS, "limit");
    refuses("blocks", "{\"from\":-1}", CONTROL_INVALID_PARAMS, "from");

    a = ask("block", "{\"height\":2}");
    ok(is_number(a, "result.height", 2) &&
           is_text(a, "result.envelopes.0.sort", "signed") &&
           is_text(a, "result.envelopes.0.operations.0.kind", "ballot") &&
           is_text(a, "result.envelopes.0.operations.0.proposal", ids[0]) &&
           is_number(a, "result.envelopes.3.seat", 4),
       "a block's operations are decoded");
    ok(is_number(a, "result.certificate.height", 3) &&
           is_json(a, "result.certificate.seats", "[1,2,4]"),
       "its certificate is the first that covers it");
    json_decref(a);
    a = ask("block", "{\"height\":1}");
    ok(is_text(a, "result.envelopes.0.operations.0.kind", "propose") &&
           is_text(a, "result.envelopes.0.operations.0.id", ids[0]) &&
           is_text(a, "result.envelopes.0.operations.0.title", "first"),
       "a PROPOSE");
    json_decref(a);
    a = ask("block", "{\"height\":3,\"from\":3}");
    ok(json_array_size(at(a, "result.envelopes")) == 1 &&
           is_text(a, "result.envelopes.0.sort", "unsigned") &&
           is_null(a, "result.envelopes.0.signature") &&
           is_text(a, "result.envelopes.0.operations.0.choice", "reject"),
       "REVEALs, and a page of envelopes");
    json_decref(a);
    a = ask("block", "{\"height\":0}");
    ok(is_number(a, "result.height", 0) && is_null(a, "result.certificate"),
       "block 0 is the charter");
    json_decref(a);
    refuses("block", "{\"height\":10}", CONTROL_NOT_FOUND, "the newest is 9");
    refuses("block", NULL, CONTROL_INVALID_PARAMS, "height is missing");
    refuses("block", "{\"height\":1.0}", CONTROL_INVALID_PARAMS, "height");
}

/* --- submitting --- */

static void test_propose(void)
{
    json_t *a =
        ask("propose", "{\"class\":\"emergency\",\"title\":\"Now\",\"text\":\"a\\nb\","
                       "\"evidence\":{\"k\":[1,\"\xc3\xa9\"]},\"nonce\":\"0102\"}");
    ok(is_text(a, "result.id",
               "abababababababababababababababababababababababababababababababab"),
       "propose gives the id");
    ok(hand_world.class_index == 1 && strcmp(hand_world.title, "Now") == 0 &&
           strcmp(hand_world.text, "a\nb") == 0 &&
           strcmp(hand_world.evidence, "{\"k\":[1,\"\xc3\xa9\"]}") == 0 &&
           hand_world.nonce_size == 2 && hand_world.payload_size == 0,
       "and hands its parameters on");
    json_decref(a);
    a = ask("propose", "{\"class\":\"emergency\",\"title\":\"Now\",\"evidence\":"
                       "\"{ \\\"a\\\": 1 }\",\"payload\":\"" /* 64 digits */
                       "0000000000000000000000000000000000000000000000000000000000000000"
                       "\"}");
    ok(strcmp(hand_world.evidence, "{ \"a\": 1 }") == 0 && hand_world.nonce_size == 16 &&
           hand_world.payload_size == 32,
       "evidence may be text; a nonce is drawn");
    json_decref(a);
    a = ask("propose", "{\"class\":\"emergency\",\"title\":\"Now\",\"evidence\":{\"a\":"
                       "\"\\u202e\"}}");
    ok(strcmp(hand_world.evidence, "{\"a\":\"\\u202E\"}") == 0,
       "an object with forbidden characters goes as ASCII");
    json_decref(a);
    a = ask("propose", "{\"class\":\"emergency\",\"title\":\"Now\",\"evidence\":{\"a\":"
                       "[2.4,{\"b\":1.3}]}}");
    ok(strcmp(hand_world.evidence, "{\"a\":[2.4,{\"b\":1.3}]}") == 0,
       "its numbers stay as they were written");
    json_decref(a);
    unsigned before = hand_world.proposed;
    refuses("propose", "{\"title\":\"x\"}", CONTROL_INVALID_PARAMS, "class is missing");
    refuses("propose", "{\"class\":\"x\",\"title\":\"x\"}", CONTROL_INVALID_PARAMS,
            "it has: charter-amendment, emergency");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"\"}", CONTROL_INVALID_PARAMS,
            "title");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"a\\nb\"}",
            CONTROL_INVALID_PARAMS, "title has a forbidden character at byte 1");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\",\"text\":\"\\u202e\"}",
            CONTROL_INVALID_PARAMS, "text has a forbidden character");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\",\"evidence\":\"[1]\"}",
            CONTROL_INVALID_PARAMS, "evidence must be a JSON object");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\",\"evidence\":\"{\"}",
            CONTROL_INVALID_PARAMS, "evidence must be a JSON object");
    refuses("propose",
            "{\"class\":\"emergency\",\"title\":\"x\",\"evidence\":"
            "\"{\\\"a\\\":[[[[[[[[[[[[]]]]]]]]]]]]}\"}",
            CONTROL_INVALID_PARAMS, "nested deeper");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\",\"nonce\":\"0\"}",
            CONTROL_INVALID_PARAMS, "nonce");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\",\"payload\":\"00\"}",
            CONTROL_INVALID_PARAMS, "payload must be 64 hexadecimal digits");
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\",\"titel\":\"y\"}",
            CONTROL_INVALID_PARAMS, "no parameter titel");
    char *params = alloc(300 + TITLE_MAX);
    (void)sprintf(params, "{\"class\":\"emergency\",\"title\":\"%0*d\"}", TITLE_MAX + 1, 0);
    refuses("propose", params, CONTROL_INVALID_PARAMS, "title has 201 bytes");
    free(params);
    is(hand_world.proposed, before, "none of these reached the node");
    hand_world.error = CONCLAVE_ELIMIT;
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\"}", CONTROL_REFUSED,
            "refused by hand");
    hand_world.error = CONCLAVE_ESTATE;
    refuses("propose", "{\"class\":\"emergency\",\"title\":\"x\"}", CONTROL_NOT_NOW,
            "refused by hand");
    hand_world.error = 0;
}

#define ID_01 "0101010101010101010101010101010101010101010101010101010101010101"

static void test_agent(void)
{
    json_t *a = ask("agent.attach", "{\"name\":\"a1\"}");
    ok(hand_world.attached == 1 && is_text(a, "result.name", "alder") &&
           is_text(a, "result.speciality", "constitutional law"),
       "an agent attaches and learns its seat");
    json_decref(a);
    hand_world.error = CONCLAVE_EEXIST;
    refuses("agent.attach", "{\"name\":\"a1\"}", CONTROL_REFUSED, "attached already");
    hand_world.error = 0;
    refuses("agent.attach", "{\"name\":\"\"}", CONTROL_INVALID_PARAMS, "name");

    a = ask("agent.answer", "{\"proposal\":\"" ID_01 "\",\"choice\":\"abstain\","
                            "\"confidence\":70,\"rationale\":\"so\\nso\"}");
    ok(is_json(a, "result", "{\"accepted\":true,\"repeated\":false}") &&
           hand_world.ballot.choice == CHOICE_ABSTAIN &&
           hand_world.ballot.confidence == 70 &&
           strcmp(hand_world.rationale, "so\nso") == 0 &&
           hand_world.answered_to.bytes[31] == 1,
       "it answers");
    json_decref(a);
    unsigned before = hand_world.answered;
    refuses("agent.answer",
            "{\"proposal\":\"" ID_01 "\",\"choice\":\"maybe\","
            "\"confidence\":70}",
            CONTROL_INVALID_PARAMS, "reject, approve, abstain");
    refuses("agent.answer", "{\"proposal\":\"" ID_01 "\",\"confidence\":70}",
            CONTROL_INVALID_PARAMS, "choice");
    refuses("agent.answer", "{\"proposal\":\"" ID_01 "\",\"choice\":\"approve\"}",
            CONTROL_INVALID_PARAMS, "confidence is missing");
    refuses("agent.answer",
            "{\"proposal\":\"" ID_01 "\",\"choice\":\"approve\","
            "\"confidence\":101}",
            CONTROL_INVALID_PARAMS, "confidence");
    refuses("agent.answer",
            "{\"proposal\":\"01\",\"choice\":\"approve\","
            "\"confidence\":1}",
            CONTROL_INVALID_PARAMS, "proposal must be 64");
    char *params = alloc(300 + RATIONALE_MAX);
    (void)sprintf(params,
                  "{\"proposal\":\"" ID_01 "\",\"choice\":\"approve\",\"confidence\":1,"
                  "\"rationale\":\"%0*d\"}",
                  RATIONALE_MAX + 1, 0);
    refuses("agent.answer", params, CONTROL_INVALID_PARAMS, "rationale has 4097 bytes");
    free(params);
    is(hand_world.answered, before, "none of these reached the node");
    static const struct {
        int error, code;
    } errors[] = {{CONCLAVE_ENOENT, CONTROL_NOT_FOUND},
                  {CONCLAVE_EEXIST, CONTROL_REFUSED},
                  {CONCLAVE_ESTATE, CONTROL_NOT_NOW},
                  {CONCLAVE_EIO, CONTROL_INTERNAL}};
    for (size_t i = 0; i < 4; i++) {
        hand_world.error = errors[i].error;
        refuses("agent.answer",
                "{\"proposal\":\"" ID_01 "\",\"choice\":\"approve\",\"confidence\":1}",
                errors[i].code, error_text(errors[i].error));
    }
    hand_world.error = 0;
}

/* With a proposal of the hand-made council: the parameters of a method, to be freed. */
static char *about(const char *id, const char *more)
{
    return alloc_printf("{\"proposal\":\"%s\",%s}", id, more);
}

static void test_agent_again(void)
{
    struct own_ballot own = {.proposal = hand.ids[2],
                             .ballot = {.choice = CHOICE_REJECT, .confidence = 33}};
    own.ballot.rationale = slice_of_string("\xc3\xa6ver");
    refuses("agent.failed", "{\"proposal\":\"" ID_01 "\",\"reason\":\"crashed\"}",
            CONTROL_NOT_FOUND, "no such proposal");
    char *failed = about(ids[2], "\"reason\":\"crashed\"");
    char *answer = about(ids[2], "\"choice\":\"approve\",\"confidence\":1");
    json_t *a = ask("agent.failed", failed);
    ok(is_json(a, "result", "{\"noted\":true}") && hand_world.failed == 1,
       "an agent says so when it cannot answer");
    json_decref(a);
    hand_world.error = CONCLAVE_ESTATE;
    a = ask("agent.answer", answer);
    ok(is_number(a, "error.code", CONTROL_NOT_NOW) && at(a, "error.data") == NULL,
       "what is refused without a ballot has no data");
    json_decref(a);
    ballots_keep(hand.node.replica, &own);
    hand_world.error = CONCLAVE_EEXIST;
    a = ask("agent.answer", answer);
    ok(is_number(a, "error.code", CONTROL_REFUSED) &&
           is_text(a, "error.data.choice", "reject") &&
           is_number(a, "error.data.confidence", 33) &&
           is_text(a, "error.data.rationale", "\xc3\xa6ver"),
       "another answer than the ballot is told which one stands");
    json_decref(a);
    hand_world.error = 0;
    refuses("agent.answer", "{}", CONTROL_INVALID_PARAMS, "proposal is missing");
    a = ask("agent.answer", "{}");
    ok(at(a, "error.data") == NULL, "the next error has none of that");
    json_decref(a);
    a = ask("agent.answer", answer);
    ok(is_json(a, "result", "{\"accepted\":true,\"repeated\":true}"),
       "the same again is repeated");
    json_decref(a);
    a = ask("agent.failed", failed);
    ok(is_json(a, "result", "{\"noted\":false}") && hand_world.failed == 1,
       "who fails when the ballot is there is not noted");
    json_decref(a);
    free(failed);
    free(answer);
}

static void test_bench(void)
{
    struct config config = {.allow_bench = false}, *old = hand.node.config;
    hand.node.config = &config;
    refuses("bench.submit", "{\"operations\":3}", CONTROL_REFUSED, "allow-bench = yes");
    config.allow_bench = true;
    refuses("bench.submit", NULL, CONTROL_INVALID_PARAMS, "operations");
    refuses("bench.submit", "{\"operations\":16385}", CONTROL_INVALID_PARAMS, "0 to 16384");
    refuses("bench.submit", "{\"operations\":1,\"size\":65537}", CONTROL_INVALID_PARAMS,
            "0 to 65536");
    refuses("bench.submit", "{\"operations\":1025,\"size\":65536}", CONTROL_INVALID_PARAMS,
            "operations times size");
    hand_world.error = CONCLAVE_ESTATE;
    refuses("bench.submit", "{\"operations\":3}", CONTROL_NOT_NOW, "5 operations");
    hand_world.error = 0;
    is(hand_world.loaded, 0, "what is refused loads nothing");
    json_t *a = ask("bench.submit", "{\"operations\":3,\"size\":100}");
    ok(is_number(a, "result.waiting", 8), "bench.submit says what waits");
    is(hand_world.loaded, 3, "and loads that many operations");
    is((intmax_t)hand_world.load_size, 100, "of that size");
    json_decref(a);
    hand.node.config = old;
}

static void test_evidence(void)
{
    json_t *a = ask("evidence", NULL);
    ok(is_json(a, "result.evidence", "[]") &&
           json_string_length(at(a, "result.council_id")) == 64,
       "there is no evidence");
    json_decref(a);
    refuses("evidence", "{\"seat\":5}", CONTROL_INVALID_PARAMS, "1 to 4");
}

static void test_files(void)
{
    struct config config = *hand.node.config, *old = hand.node.config;
    config.charter = (char *)(uintptr_t) "/dev/../dev/null";
    hand.node.config = &config;
    json_t *a = ask("status", NULL);
    ok(is_text(a, "result.files.charter", "/dev/null") && is_null(a, "result.files.key"),
       "who may administer learns where the files are");
    json_decref(a);
    hand.node.config = old;
}

static void test_stop(void)
{
    hand.node.loop = f.loop;
    json_t *a = ask("stop", NULL);
    ok(is_number(a, "result.pid", getpid()), "stop says which process ends");
    json_decref(a);
    refuses("stop", "{\"now\":true}", CONTROL_INVALID_PARAMS, "no parameter now");
}

static void test_subscribe(void)
{
    refuses("subscribe", "{\"events\":\"view.\"}", CONTROL_INVALID_PARAMS, "events");
    refuses("subscribe", "{\"events\":[1]}", CONTROL_INVALID_PARAMS, "events[0]");
    json_t *a = ask("subscribe", "{\"events\":[\"view.\"]}");
    ok(at(a, "result.seq") != NULL && is_number(a, "result.status.height", HAND_HEIGHT) &&
           json_array_size(at(a, "result.open")) == 1 &&
           is_text(a, "result.open.0.title", "third"),
       "subscribing gives the status and what is open");
    json_decref(a);
    a = ask("unsubscribe", NULL);
    ok(is_json(a, "result", "{}") && !control_has_subscribers(f.server), "and back");
    json_decref(a);
    a = ask("ping", NULL);
    ok(is_text(a, "result.role", "administer"), "ping says which role one has");
    json_decref(a);
}

int main(void)
{
    ask_begin();
    test_status();
    test_awaiting();
    test_stall();
    test_seats();
    test_charter();
    test_diversity();
    test_proposals();
    test_proposal();
    test_blocks();
    test_propose();
    test_agent();
    test_agent_again();
    test_bench();
    test_evidence();
    test_files();
    test_subscribe();
    test_stop();
    ask_end();
    return tap_done();
}
