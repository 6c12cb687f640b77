/* SPDX-License-Identifier: ISC */
/* The methods about flags, asked through a real socket. */
#define _GNU_SOURCE
#include "ask.h"
#include "conclaved/flagging.h"

static const struct flag *raise_one(enum flag_kind kind, uint16_t seat,
                                    const struct hash *proposal, const char *text)
{
    struct flags *book = hand.node.flagging->book;
    flagging_raise(&hand.node, &(struct sighting){.kind = kind,
                                                  .seat = seat,
                                                  .is_local = true,
                                                  .proposal = proposal,
                                                  .text = text});
    return flags_open(book, kind, seat);
}

static void test_flags(void)
{
    json_t *a = ask("flags", NULL);
    ok(is_json(a, "result",
               "{\"flags\":[],\"next\":null,\"new\":0,\"acknowledged\":0,"
               "\"cleared\":0}"),
       "a node without flags");
    json_decref(a);
    const struct flag *flag = raise_one(FLAG_SILENT, 2, NULL, "nothing \x1b[2J heard");
    char expected[512];
    (void)snprintf(expected, sizeof(expected),
                   "{\"id\":1,\"kind\":\"silent\",\"letter\":\"D\",\"severity\":"
                   "\"warning\",\"seat\":2,\"name\":\"bj\xc3\xb6rk\",\"proposal\":null,"
                   "\"height\":null,\"text\":\"nothing \\\\x1b[2J heard\",\"state\":"
                   "\"new\",\"first_ms\":%llu,\"last_ms\":%llu,\"count\":1,"
                   "\"acknowledged_ms\":null,\"acknowledged_by\":null,\"cleared_ms\":"
                   "null,\"local\":true}",
                   (unsigned long long)flag->first_ms, (unsigned long long)flag->last_ms);
    a = ask("flags", NULL);
    ok(is_json(a, "result.flags.0", expected) && is_number(a, "result.new", 1), "a flag");
    json_decref(a);
    (void)raise_one(FLAG_STALLED, 0, NULL, "waits");
    (void)raise_one(FLAG_SILENT, 3, NULL, "quiet");
    (void)raise_one(FLAG_MISSED, 4, &hand.ids[0], "no ballot");
    flagging_clear(&hand.node, FLAG_SILENT, 3);
    a = ask("flags", "{\"limit\":1}");
    ok(is_number(a, "result.flags.0.id", 4) && is_number(a, "result.next", 4) &&
           is_text(a, "result.flags.0.proposal", ids[0]),
       "the newest first");
    json_decref(a);
    a = ask("flags", "{\"before\":4}");
    ok(is_number(a, "result.flags.0.id", 2) && is_null(a, "result.flags.0.seat") &&
           is_null(a, "result.flags.0.name") && is_number(a, "result.flags.1.id", 1) &&
           is_null(a, "result.next"),
       "then those that follow, cleared ones left out");
    json_decref(a);
    a = ask("flags", "{\"state\":\"cleared\"}");
    ok(is_number(a, "result.flags.0.id", 3) &&
           json_array_size(at(a, "result.flags")) == 1 && is_number(a, "result.cleared", 1),
       "or these alone");
    json_decref(a);
    a = ask("flags", "{\"state\":\"all\",\"seat\":3,\"kind\":\"silent\"}");
    ok(is_number(a, "result.flags.0.id", 3) && json_array_size(at(a, "result.flags")) == 1,
       "by seat and kind");
    json_decref(a);
    a = ask("flags", "{\"kind\":\"of-tomorrow\"}");
    ok(is_json(a, "result.flags", "[]"), "a kind that is not known is not there");
    json_decref(a);
    a = ask("status", NULL);
    ok(is_json(a, "result.flags",
               "{\"new\":3,\"acknowledged\":0,\"worst\":\"critical\"}") &&
           is_number(a, "result.heartbeat_ms", 1000) &&
           is_number(a, "result.dead_peer_ms", 10000) &&
           is_text(a, "result.role", "administer"),
       "status has their sum");
    json_decref(a);
    refuses("flags", "{\"state\":\"old\"}", CONTROL_INVALID_PARAMS, "state");
    refuses("flags", "{\"seat\":5}", CONTROL_INVALID_PARAMS, "seat");
    refuses("flags", "{\"limit\":201}", CONTROL_INVALID_PARAMS, "limit");
}

static void test_acknowledge(void)
{
    refuses("flags.ack", NULL, CONTROL_INVALID_PARAMS, "ids");
    refuses("flags.ack", "{\"ids\":1}", CONTROL_INVALID_PARAMS, "ids");
    refuses("flags.ack", "{\"ids\":[1],\"id\":1}", CONTROL_INVALID_PARAMS, "ids");
    refuses("flags.ack", "{\"ids\":[1,\"2\"]}", CONTROL_INVALID_PARAMS, "ids[1]");
    refuses("flags.ack", "{\"ids\":[1,99]}", CONTROL_NOT_FOUND, "no flag 99");
    json_t *a = ask("flags", "{\"state\":\"acknowledged\"}");
    ok(is_json(a, "result.flags", "[]"), "of which nothing is done");
    json_decref(a);
    a = ask("flags.ack", "{\"ids\":[1,3]}");
    ok(is_json(a, "result", "{\"acknowledged\":[1,3]}"), "flags are acknowledged");
    json_decref(a);
    a = ask("flags.ack", "{\"id\":1}");
    ok(is_json(a, "result", "{\"acknowledged\":[1]}"), "twice, if need be");
    json_decref(a);
    a = ask("flag", "{\"id\":1}");
    ok(is_text(a, "result.state", "acknowledged") &&
           is_number(a, "result.acknowledged_by", getuid()),
       "by this user");
    json_decref(a);
    a = ask("flag", "{\"id\":3}");
    ok(is_text(a, "result.state", "cleared") &&
           is_number(a, "result.acknowledged_by", getuid()),
       "a cleared one stays cleared");
    json_decref(a);
}

static void test_evidence(void)
{
    refuses("flag", NULL, CONTROL_INVALID_PARAMS, "id is missing");
    refuses("flag", "{\"id\":99}", CONTROL_NOT_FOUND, "no flag 99");
    json_t *a = ask("flag", "{\"id\":1}");
    ok(is_json(a, "result.evidence",
               "{\"connected\":true,\"heard_ms_ago\":null,\"height\":null,"
               "\"own_height\":9,\"clock_offset_ms\":null,\"round_trip_ms\":null,"
               "\"flags\":[],\"gaps\":[],\"phi\":null,\"state\":null,"
               "\"lag_height\":null,\"lag_view\":null}"),
       "the evidence of a silent seat");
    json_decref(a);
    a = ask("flag", "{\"id\":2}");
    ok(is_json(a, "result.evidence.stopped", "false") &&
           is_text(a, "result.evidence.awaiting.what", "ballots"),
       "of a stall");
    json_decref(a);
    a = ask("flag", "{\"id\":4}");
    ok(is_text(a, "result.evidence.proposal.title", "first") &&
           is_json(a, "result.evidence.records", "[]"),
       "of a missed ballot, that no record has");
    json_decref(a);
    (void)raise_one(FLAG_EQUIVOCATION, 4, NULL, "signed two");
    a = ask("flag", "{\"id\":5}");
    ok(is_json(a, "result.evidence",
               "{\"expelled_height\":null,\"statement\":null,\"first\":null,"
               "\"second\":null}"),
       "of an equivocation that is not held any more");
    json_decref(a);
    (void)raise_one(FLAG_CLOCK_SKEW, 1, NULL, "own");
    a = ask("flag", "{\"id\":6}");
    ok(is_json(a, "result.evidence.heard_ms_ago", "0") &&
           is_number(a, "result.evidence.height", HAND_HEIGHT),
       "of this seat");
    json_decref(a);
}

/* --- from the ledger --- */

/* The evidence of a flag that is found in the ledger. */
static json_t *found(enum flag_kind kind, uint16_t seat, const struct hash *proposal)
{
    struct flag odd = {.kind = kind, .seat = seat, .count = 1, .text = "odd"};
    char params[32];
    bool is_new;
    if (proposal != NULL) {
        odd.has_proposal = true;
        odd.proposal = *proposal;
    }
    odd.id = flags_state(hand.node.flagging->book, &odd, &is_new)->id;
    (void)snprintf(params, sizeof(params), "{\"id\":%llu}", (unsigned long long)odd.id);
    return ask("flag", params);
}

static void test_findings(void)
{
    json_t *a = found(FLAG_DISSENT, 4, &hand.ids[0]);
    ok(is_null(a, "result.evidence.finding") &&
           is_text(a, "result.evidence.proposal.title", "first") &&
           json_array_size(at(a, "result.evidence.records")) == 1 &&
           is_number(a, "result.evidence.records.0.record", 0) &&
           is_text(a, "result.evidence.records.0.outcome", "approved") &&
           is_text(a, "result.evidence.records.0.seats.0.choice", "reject") &&
           is_number(a, "result.evidence.records.0.seats.0.seat", 4),
       "of a seat that dissents: where it did");
    json_decref(a);
    a = found(FLAG_COIN_FLIP, 4, NULL);
    ok(is_null(a, "result.evidence.proposal") &&
           is_number(a, "result.evidence.records.0.record", 1) &&
           is_number(a, "result.evidence.records.1.record", 0),
       "of one that votes like a coin: its votes, the newest first");
    json_decref(a);
    a = found(FLAG_BLOC, 2, NULL);
    ok(is_json(a, "result.evidence.records", "[]"), "of a bloc: where two were against");
    json_decref(a);
    a = found(FLAG_EARLY_REVEAL, 3, &hand.ids[2]);
    ok(is_text(a, "result.evidence.proposal.title", "third") &&
           is_json(a, "result.evidence.records", "[]"),
       "of an early reveal, of what is not final");
    json_decref(a);
    a = found(FLAG_COPIED, 2, &hand.ids[1]);
    ok(is_number(a, "result.evidence.records.0.record", 1) &&
           json_array_size(at(a, "result.evidence.rationales")) == 1 &&
           is_number(a, "result.evidence.rationales.0.seat", 2) &&
           json_is_string(at(a, "result.evidence.rationales.0.rationale")) &&
           is_null(a, "result.evidence.rationales.0.likeness_permille"),
       "of a copy: what it wrote");
    json_decref(a);
    a = found(FLAG_INSTRUCTIONS, 2, &hand.ids[1]);
    ok(json_is_string(at(a, "result.evidence.rationales.0.rationale")) &&
           is_null(a, "result.evidence.rationales.0.what") &&
           is_null(a, "result.evidence.rationales.0.offset"),
       "of instructions: where in it they are");
    json_decref(a);
    a = found(FLAG_INSTRUCTIONS, 3, &hand.ids[2]);
    ok(is_json(a, "result.evidence.rationales", "[]"),
       "nothing of a ballot that is sealed");
    json_decref(a);
}

/* What is observed has its measurements. */
static void test_local_evidence(void)
{
    static const struct {
        enum flag_kind kind;
        uint16_t seat;
        const char *member;
        int64_t value;
    } rows[] = {
        {FLAG_FLOODING, 2, "result.evidence.flood_seconds", 0},
        {FLAG_BAD_FRAMES, 2, "result.evidence.bad_messages", 3},
        {FLAG_BAD_SIGNATURE, 2, "result.evidence.bad_signatures", 2},
        {FLAG_RECONNECTS, 2, "result.evidence.lost", 7},
        {FLAG_SLOW_EVALUATOR, 1, "result.evidence.slow_percent", 60},
        {FLAG_SLOW_DISK, 1, "result.evidence.median_us", 250000},
        {FLAG_SLOW_PRIMARY, 3, "result.evidence.slow_primary", 200},
    };
    struct peer_view *peer = &hand.node.peers[1];
    peer->bad_messages = 3;
    peer->bad_signatures = 2;
    peer->lost = 7;
    samples_add(&hand.node.flagging->own.answered, 60);
    samples_add(&hand.node.flagging->own.synced_us, 250000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char params[32];
        flagging_raise(&hand.node, &(struct sighting){.kind = rows[i].kind,
                                                      .seat = rows[i].seat,
                                                      .is_local = true,
                                                      .text = "seen"});
        const struct flag *raised =
            flags_open(hand.node.flagging->book, rows[i].kind, rows[i].seat);
        (void)snprintf(params, sizeof(params), "{\"id\":%u}", (unsigned)raised->id);
        json_t *a = ask("flag", params);
        ok(is_number(a, rows[i].member, rows[i].value), "the evidence of %s",
           flag_kind_name(rows[i].kind));
        json_decref(a);
    }
}

int main(void)
{
    ask_begin();
    test_flags();
    test_acknowledge();
    test_evidence();
    test_local_evidence();
    test_findings();
    ask_end();
    return tap_done();
}
