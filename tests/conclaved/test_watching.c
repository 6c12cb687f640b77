/* SPDX-License-Identifier: ISC */
/* What a node made by hand shows those who watch it: votes, heartbeats, records, the log.
 */
#define _GNU_SOURCE
#include "ask.h"

#include "conclaved/beats.h"
#include "conclaved/events.h"
#include "conclaved/heartbeat.h"
#include "conclaved/log_ring.h"
#include "conclaved/rounds.h"

static json_t *event_of(json_t *params)
{
    return json_pack("{s:o}", "result", params);
}

static struct vote vote_of(uint16_t seat, enum phase phase, uint64_t height)
{
    return (struct vote){.phase = phase, .seat = seat, .view = 0, .height = height};
}

static void test_votes(void)
{
    json_t *a = ask("votes", NULL);
    ok(is_number(a, "result.height", HAND_HEIGHT) && is_number(a, "result.view", 0) &&
           is_number(a, "result.primary", 1) &&
           is_text(a, "result.primary_name", "alder") &&
           is_text(a, "result.phase", "idle") && is_json(a, "result.committed", "true"),
       "votes: nothing is in flight");
    ok(is_null(a, "result.since_ms") && is_null(a, "result.prepared_ms") &&
           is_null(a, "result.committed_ms") && is_json(a, "result.prepares", "[]") &&
           is_json(a, "result.pipeline", "[]") && is_json(a, "result.view_changes", "[]") &&
           is_json(a, "result.latencies", "[]"),
       "and of the newest block nothing was seen");
    json_decref(a);

    struct block b = {.header = {.height = HAND_HEIGHT + 1}};
    uint64_t now = clock_monotonic_ms();
    rounds_accept(hand.node.rounds, &b, now);
    for (uint16_t seat = 1; seat <= 3; seat++) {
        struct vote v = vote_of(seat, PHASE_PREPARE, HAND_HEIGHT + 1);
        rounds_vote(hand.node.rounds, &v, now + 7);
    }
    struct vote v = vote_of(4, PHASE_COMMIT, HAND_HEIGHT + 1);
    rounds_vote(hand.node.rounds, &v, now + 8);
    rounds_view_change(hand.node.rounds, 2, 5);
    a = ask("votes", NULL);
    ok(is_number(a, "result.height", HAND_HEIGHT + 1) &&
           is_text(a, "result.phase", "pre-prepare") &&
           is_json(a, "result.committed", "false"),
       "votes for a block that the core does not have yet");
    ok(is_json(a, "result.pre_prepares", "[1,2,3,4]") &&
           is_json(a, "result.prepares", "[1,2,3]") && is_json(a, "result.commits", "[4]"),
       "by seats");
    ok(is_json(a, "result.pipeline",
               "[{\"height\":10,\"pre_prepared\":4,\"prepares\":3,\"commits\":1}]"),
       "and by heights");
    ok(is_json(a, "result.view_changes", "[{\"seat\":2,\"view\":5}]"),
       "who wants to leave");
    json_decref(a);

    rounds_commit(hand.node.rounds, &b, now + 19);
    a = ask("votes", NULL);
    ok(is_json(a, "result.latencies", "[[10,7,19]]"), "latencies of committed blocks");
    json_decref(a);
    struct block fetched = {.header = {.height = HAND_HEIGHT + 2}};
    rounds_commit(hand.node.rounds, &fetched, now + 20);
    a = ask("votes", NULL);
    ok(is_json(a, "result.latencies", "[[10,7,19],[11,null,null]]"),
       "null where they are not known");
    json_decref(a);
    refuses("votes", "{\"height\":1}", CONTROL_INVALID_PARAMS, "no parameter height");
    refuses("votes", "[]", CONTROL_INVALID_PARAMS, "");
}

static void test_heartbeats(void)
{
    json_t *a = ask("heartbeats", NULL);
    ok(is_number(a, "result.interval_ms", 1000) && is_number(a, "result.slot", 0) &&
           is_number(a, "result.timeout_ms", 10000) && is_number(a, "result.slots", 60) &&
           is_json(a, "result.seats.1",
                   "{\"seat\":2,\"name\":\"bj\xc3\xb6rk\",\"gaps\":[]}"),
       "heartbeats: none yet");
    json_decref(a);
    beats_came(hand.node.beats, 2, 400);
    beats_turn(hand.node.beats, 1000);
    beats_came(hand.node.beats, 2, 1390);
    beats_turn(hand.node.beats, 2000);
    a = ask("heartbeats", NULL);
    ok(is_number(a, "result.slot", 2) && is_json(a, "result.seats.0.gaps", "[0,0]") &&
           is_json(a, "result.seats.1.gaps", "[400,990]") &&
           is_json(a, "result.seats.2.gaps", "[1000,null]"),
       "two slots, oldest first, null for what was missed");
    json_decref(a);
    refuses("heartbeats", "{\"seat\":1}", CONTROL_INVALID_PARAMS, "no parameter seat");

    struct peer_view *peer = &hand.node.peers[1];
    peer->heard = peer->has_offset = true;
    peer->heard_ms = clock_monotonic_ms();
    peer->last = (struct heartbeat){.view = 3, .height = UINT64_MAX, .flags = 1 << 1};
    peer->round_trip_ms = 2;
    peer->clock_offset_ms = -9;
    hand.node.peers[3] = (struct peer_view){.heard = true, .heard_ms = peer->heard_ms};
    hand_world.connected[3] = false;
    a = event_of(event_heartbeats(&hand.node));
    ok(is_number(a, "result.slot", 2) && is_json(a, "result.gap_ms", "[0,990,null,null]"),
       "the event: the newest slot, by seats");
    ok(is_json(a, "result.round_trip_ms", "[0,2,null,null]") &&
           is_json(a, "result.clock_offset_ms", "[0,-9,null,null]") &&
           is_json(a, "result.view", "[0,3,null,0]") &&
           is_json(a, "result.height", "[9,9223372036854775807,null,0]") &&
           is_json(a, "result.connected", "[true,true,true,false]"),
       "what was measured and what they say");
    ok(json_is_integer(at(a, "result.heard_ms_ago.1")) &&
           is_null(a, "result.heard_ms_ago.2"),
       "how old that is");
    ok(is_json(a, "result.flags", "{\"1\":[\"evaluator-down\"],\"2\":[\"disk-low\"]}"),
       "flags of those that have any");
    json_decref(a);
    hand_world.connected[3] = true;
}

static void test_records(void)
{
    json_t *a = ask("records", NULL);
    ok(is_number(a, "result.final", 2) && is_null(a, "result.next") &&
           is_number(a, "result.records.0.record", 1) &&
           is_text(a, "result.records.0.id", ids[1]) &&
           is_text(a, "result.records.0.title", "second") &&
           is_text(a, "result.records.0.outcome", "rejected") &&
           is_text(a, "result.records.1.title", "first"),
       "records: newest first");
    char *first = json_dumps(at(a, "result.records.1"), JSON_COMPACT);
    char *expected = alloc_printf(
        "{\"record\":0,\"id\":\"%s\",\"class\":\"charter-amendment\",\"title\":\"first\","
        "\"outcome\":\"approved\",\"reason\":null,\"threshold\":3,\"approve\":3,"
        "\"reject\":1,\"abstain\":0,\"proposer\":1,\"proposer_name\":\"alder\","
        "\"opened_height\":1,\"opened_ms\":1735689601000,\"final_height\":4,"
        "\"final_ms\":1735689604000,\"choices\":\"YYYN\",\"confidence\":[51,52,53,54],"
        "\"ballot_blocks\":[1,1,1,1],\"reveal_blocks\":[1,1,1,1]}",
        ids[0]);
    if (!ok(strcmp(first, expected) == 0, "with all members")) {
        printf("#   got      %s\n#   expected %s\n", first, expected);
    }
    free(first);
    free(expected);
    json_decref(a);
    a = ask("records", "{\"limit\":1}");
    ok(is_number(a, "result.next", 1) && json_array_size(at(a, "result.records")) == 1,
       "fewer, and where to go on");
    json_decref(a);
    a = ask("records", "{\"before\":1}");
    ok(is_null(a, "result.next") && json_array_size(at(a, "result.records")) == 1 &&
           is_number(a, "result.records.0.record", 0),
       "there it goes on");
    json_decref(a);
    a = ask("records", "{\"before\":0}");
    ok(is_null(a, "result.next") && is_json(a, "result.records", "[]"), "and ends");
    json_decref(a);
    a = ask("records", "{\"before\":9223372036854775807,\"limit\":200}");
    ok(json_array_size(at(a, "result.records")) == 2, "a number beyond the newest is that");
    json_decref(a);
    refuses("records", "{\"limit\":0}", CONTROL_INVALID_PARAMS, "from 1 to 200");
    refuses("records", "{\"limit\":201}", CONTROL_INVALID_PARAMS, "from 1 to 200");
    refuses("records", "{\"before\":-1}", CONTROL_INVALID_PARAMS, "before");
    refuses("records", "{\"before\":\"1\"}", CONTROL_INVALID_PARAMS, "before");
    refuses("records", "{\"seat\":1}", CONTROL_INVALID_PARAMS, "no parameter seat");
}

static void log_to_ring(void)
{
    (void)log_open("/dev/null", LOG_LEVEL_DEBUG, NULL);
    log_tap_set(log_ring_add, hand.node.log);
    LOG_EVENT(LOG_LEVEL_INFO, "peer.up", LOG_N("seat", 2), LOG_S("address", "a b"));
    LOG_EVENT(LOG_LEVEL_DEBUG, "detail");
    LOG_EVENT(LOG_LEVEL_WARN, "peer.down", LOG_N("seat", 0),
              LOG_S("reason", "\x1b[31m\xe2\x80\xae"));
    log_tap_set(NULL, NULL);
    (void)log_open("stderr", LOG_LEVEL_ERROR, NULL);
}

static void test_log(void)
{
    json_t *a = ask("log", NULL);
    ok(is_json(a, "result", "{\"lines\":[],\"next\":null}"), "log: nothing yet");
    json_decref(a);
    log_to_ring();
    a = ask("log", NULL);
    ok(json_array_size(at(a, "result.lines")) == 3 && is_null(a, "result.next") &&
           is_number(a, "result.lines.0.n", 3) &&
           is_text(a, "result.lines.0.level", "warn") &&
           is_text(a, "result.lines.0.event", "peer.down") &&
           is_null(a, "result.lines.0.seat"),
       "the newest first");
    ok(is_text(a, "result.lines.0.text", "seat=0 reason=\"\\x1b[31m\\u{202E}\"") ||
           is_text(a, "result.lines.0.text", "seat=0 reason=\"\\x1b[31m\\u{202e}\""),
       "nothing in it can drive a terminal");
    ok(is_text(a, "result.lines.1.event", "detail") &&
           is_text(a, "result.lines.1.text", "") &&
           is_text(a, "result.lines.2.text", "seat=2 address=\"a b\"") &&
           is_number(a, "result.lines.2.seat", 2) &&
           json_is_integer(at(a, "result.lines.2.time_ms")),
       "with their fields");
    json_decref(a);
    a = ask("log", "{\"level\":\"info\",\"limit\":1}");
    ok(is_number(a, "result.lines.0.n", 3) && is_number(a, "result.next", 3),
       "fewer, and where to go on");
    json_decref(a);
    a = ask("log", "{\"level\":\"info\",\"before\":3}");
    ok(json_array_size(at(a, "result.lines")) == 1 && is_number(a, "result.lines.0.n", 1) &&
           is_null(a, "result.next"),
       "there it goes on, without what is below the level");
    json_decref(a);
    a = ask("log", "{\"before\":0}");
    ok(is_json(a, "result", "{\"lines\":[],\"next\":null}"), "nothing is before the first");
    json_decref(a);
    a = ask("log", "{\"before\":9223372036854775807,\"limit\":500}");
    ok(json_array_size(at(a, "result.lines")) == 3, "a number beyond the newest is that");
    json_decref(a);
    refuses("log", "{\"level\":\"loud\"}", CONTROL_INVALID_PARAMS, "debug, info, warn");
    refuses("log", "{\"level\":1}", CONTROL_INVALID_PARAMS, "level");
    refuses("log", "{\"limit\":501}", CONTROL_INVALID_PARAMS, "from 1 to 500");
    refuses("log", "{\"before\":-1}", CONTROL_INVALID_PARAMS, "before");

    /* A full ring is told in parts that each fit into a line. */
    char text[LOG_RING_TEXT_MAX];
    memset(text, 'x', sizeof(text));
    const struct log_field fields[] = {LOG_S("event", "long"), {.kind = LOG_END}};
    struct log_line line = {.event = "long", .fields = fields};
    line.text = slice_of(text, sizeof(text));
    for (int i = 0; i < 2000; i++) {
        line.text.size = i % 3 == 0 ? sizeof(text) : 40;
        log_ring_add(hand.node.log, &line);
    }
    size_t seen = 0;
    json_int_t next = 0, last = 2004;
    bool whole = true;
    do {
        char params[64];
        (void)snprintf(params, sizeof(params), "{\"limit\":500,\"before\":%lld}",
                       (long long)last);
        a = ask("log", params);
        const json_t *lines = at(a, "result.lines");
        for (size_t i = 0; i < json_array_size(lines); i++) {
            json_int_t n =
                json_integer_value(json_object_get(json_array_get(lines, i), "n"));
            whole = whole && n == last - 1;
            last = n;
            seen++;
        }
        next = json_integer_value(at(a, "result.next"));
        whole = whole && lines != NULL && (next == 0 || next == last);
        json_decref(a);
    } while (next != 0 && whole);
    ok(whole && seen > 100, "all %u that are kept, in several parts", (unsigned)seen);
}

/* A peer that was connected to the node before this one echoes what that one sent. */
static void test_echo(void)
{
    struct peer_view *peer = &hand.node.peers[2];
    uint64_t now = clock_monotonic_ms();
    hand.node.metrics.started_ms = now - 100;
    *peer = (struct peer_view){.heard = true};
    struct heartbeat h = {
        .wall_ms = clock_wall_ms(), .echo_ms = now - 101, .version = slice_of_string("0")};
    heartbeat_note(&hand.node, 3, &h);
    ok(!peer->has_offset, "an echo of before this start measures no clock");
    h.echo_ms = now - 100;
    h.echo_held_ms = 100;
    heartbeat_note(&hand.node, 3, &h);
    ok(peer->has_offset && peer->round_trip_ms < 1000 &&
           llabs(peer->clock_offset_ms) < 1000,
       "one of since then does");
}

int main(void)
{
    ask_begin();
    test_votes();
    test_heartbeats();
    test_echo();
    test_records();
    test_log();
    ask_end();
    return tap_done();
}
