/* SPDX-License-Identifier: ISC */
#include "story.h"
#include "story_patterns.h"

#include "base/alloc.h"
#include "base/quorum.h"
#include "control/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROPOSALS_MAX = 4096, FLAGS_KEPT = 1024, SEATS_KEPT = UI_SEATS_MAX };

struct told_proposal {
    char class_name[32], title[210];
    const char *phase;
    bool is_final, approved;
    unsigned committed, revealed, approve, reject, abstain;
    uint64_t opened_height, opened_ms, final_height, final_ms;
    char codes[SEATS_KEPT + 1];
    uint8_t confidence[SEATS_KEPT];
    char *rationale[SEATS_KEPT];
    unsigned record;
};

/* Those that came since the last other event. */
struct told_ballots {
    bool any;
    unsigned proposal;
    json_t *recorded, *revealed;
};

struct told_flag {
    char kind[32], severity[16], text[200];
    unsigned seat;
    uint64_t first_ms;
    bool acknowledged;
};

struct story {
    unsigned seats;
    uint64_t now_ms, height, view, seq, slot;
    bool down[SEATS_KEPT];
    uint64_t heard_ms[SEATS_KEPT];
    struct told_proposal *proposals;
    unsigned count, finals;
    unsigned order[PROPOSALS_MAX]; /* order[record]: the proposal */
    struct told_flag flags[FLAGS_KEPT];
    unsigned flag_count;
    json_t *lines; /* of the log, the oldest first */
    struct buffer events;
    json_t *wanted; /* prefixes of events; NULL: all but those that are told when wanted */
    struct told_ballots ballots;
    bool tells_patterns;
    unsigned patterns_asked;
    unsigned requests;
    char last_act[32];
};

static const char *const trees[] = {
    "alder",  "ash",    "aspen",    "bay",      "beech",   "birch", "box",
    "cedar",  "cherry", "chestnut", "cypress",  "elder",   "elm",   "fir",
    "ginkgo", "hazel",  "holly",    "hornbeam", "juniper", "larch", "laurel",
    "lime",   "maple",  "medlar",   "myrtle",   "oak",     "olive", "osier",
    "pear",   "pine",   "plane",    "poplar",   "rowan",
};

static void name_of(unsigned seat, char *out, size_t size)
{
    if (seat >= 1 && seat <= sizeof(trees) / sizeof(trees[0])) {
        (void)snprintf(out, size, "%s", trees[seat - 1]);
    } else {
        (void)snprintf(out, size, "seat-%03u", seat);
    }
}

static json_t *name_json(unsigned seat)
{
    char name[32];
    name_of(seat, name, sizeof(name));
    return json_string(name);
}

void story_id(unsigned proposal, char out[65])
{
    for (unsigned i = 0; i < 8; i++) {
        (void)snprintf(out + 8 * i, 9, "%08x", (proposal + 1) * 2654435761U + i * 40503U);
    }
}

static void hash_of(uint64_t number, char out[65])
{
    for (unsigned i = 0; i < 8; i++) {
        (void)snprintf(out + 8 * i, 9, "%08x", (unsigned)((number + 7) * 2246822519U + i));
    }
}

uint64_t story_now(const struct story *s)
{
    return s->now_ms;
}

void story_pass(struct story *s, uint64_t ms)
{
    s->now_ms += ms;
}

void story_tells_patterns(struct story *s, bool tells)
{
    s->tells_patterns = tells;
}

unsigned story_patterns_asked(const struct story *s)
{
    return s->patterns_asked;
}

unsigned story_requests(const struct story *s)
{
    return s->requests;
}

const char *story_last_act(const struct story *s)
{
    return s->last_act;
}

static unsigned primary(const struct story *s)
{
    return quorum_primary((uint16_t)s->seats, s->view);
}

static bool wants(const struct story *s, const char *event)
{
    static const char *const quiet[] = {"votes", "heartbeats", "log.line", "ballots"};
    for (size_t i = 0; i < json_array_size(s->wanted); i++) {
        const char *prefix = json_string_value(json_array_get(s->wanted, i));
        if (strncmp(event, prefix, strlen(prefix)) == 0) {
            return true;
        }
    }
    bool is_quiet = false;
    for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
        is_quiet = is_quiet || strcmp(event, quiet[i]) == 0;
    }
    return s->wanted == NULL && !is_quiet;
}

static void tell(struct story *s, const char *event, json_t *params)
{
    if (!wants(s, event)) {
        json_decref(params);
        return;
    }
    (void)json_object_set_new(params, "seq", json_integer((json_int_t)++s->seq));
    (void)json_object_set_new(params, "event", json_string(event));
    json_t *line = control_notification("event", params);
    control_format(&s->events, line);
    json_decref(line);
}

static void tell_ballots(struct story *s)
{
    struct told_ballots *b = &s->ballots;
    if (b->any) {
        char id[65];
        story_id(b->proposal, id);
        b->any = false;
        tell(s, "ballots",
             json_pack("{s:s, s:o, s:[], s:o}", "proposal", id, "recorded", b->recorded,
                       "late", "revealed", b->revealed));
    }
}

void story_tell(struct story *s, const char *event, json_t *params)
{
    tell_ballots(s);
    tell(s, event, params);
}

/* One that `ballots` tells with those next to it. */
static void tell_ballot(struct story *s, unsigned proposal, const char *event,
                        json_t *params)
{
    struct told_ballots *b = &s->ballots;
    if (b->any && b->proposal != proposal) {
        tell_ballots(s);
    }
    if (!b->any) {
        *b = (struct told_ballots){true, proposal, json_array(), json_array()};
    }
    json_t *seat = json_object_get(params, "seat");
    const char *choice = json_string_value(json_object_get(params, "choice"));
    if (choice == NULL) {
        (void)json_array_append(b->recorded, seat);
    } else {
        const char letter[] = {choice[0] == 'a' && choice[1] == 'p' ? 'Y'
                               : choice[0] == 'r'                   ? 'N'
                                                                    : 'A',
                               '\0'};
        (void)json_array_append_new(
            b->revealed,
            json_pack("[O, s, O]", seat, letter, json_object_get(params, "confidence")));
    }
    tell(s, event, params);
}

/* --- pieces of answers --- */

static json_t *seats_where(const struct story *s, const bool *in, bool wanted)
{
    json_t *out = json_array();
    for (unsigned i = 0; i < s->seats; i++) {
        if (in[i] == wanted) {
            (void)json_array_append_new(out, json_integer(i + 1));
        }
    }
    return out;
}

static json_t *status_json(const struct story *s)
{
    char hash[65], council_id[65];
    unsigned up = 0;
    hash_of(s->height, hash);
    hash_of(s->seats, council_id);
    for (unsigned i = 0; i < s->seats; i++) {
        up += !s->down[i];
    }
    json_t *awaiting = json_pack(
        "{s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:b, s:n}", "what", "nothing", "text",
        "nothing: no proposal is open", "have", 0, "need", 0, "missing", json_array(),
        "able", json_integer(up), "unable", seats_where(s, s->down, true), "reachable",
        up >= quorum_size((uint16_t)s->seats), "next");
    json_t *out = json_pack(
        "{s:s, s:s, s:i, s:s, s:i, s:o, s:i, s:i, s:i, s:I}", "council", "council-a",
        "council_id", council_id, "protocol", 1, "version", "0.1.0", "seat", 1, "name",
        name_json(1), "seats", s->seats, "f", quorum_faulty((uint16_t)s->seats), "quorum",
        quorum_size((uint16_t)s->seats), "started_ms", (json_int_t)STORY_BEGIN_MS);
    json_t *order =
        json_pack("{s:I, s:b, s:i, s:o, s:I, s:s, s:I, s:i, s:n, s:i, s:i, s:i, s:i}",
                  "view", (json_int_t)s->view, "changing", 0, "primary", primary(s),
                  "primary_name", name_json(primary(s)), "height", (json_int_t)s->height,
                  "tip", hash, "executed", (json_int_t)s->height, "request_timer_ms", 2000,
                  "timer_expires_in_ms", "failed_views", 0, "commit_latency_ms", 41,
                  "waiting_envelopes", 0, "waiting_bytes", 0);
    json_t *council = json_pack(
        "{s:I, s:s, s:i, s:i, s:i, s:i, s:[], s:[], s:I, s:I}", "time_ms",
        (json_int_t)s->now_ms, "state_root", hash, "epoch", 3, "epoch_left", 17,
        "decisions", s->finals, "open", s->count - s->finals, "expelled", "suspended",
        "store_bytes", (json_int_t)52428800, "free_disk_bytes", (json_int_t)9000000000);
    json_t *rest = json_pack(
        "{s:i, s:i, s:i, s:b, s:b, s:{s:s, s:i, s:i, s:[], s:n}, s:[], s:b, s:n, s:o}",
        "connected", up - 1, "strangers", 0, "agents", 1, "stopped", 0, "halted",
        up < quorum_size((uint16_t)s->seats), "standing", "state", "sound", "have", 0,
        "need", 0, "missing", "above_view", "pending", "stalled", 0, "waiting_ms",
        "awaiting", awaiting);
    json_t *watching = json_pack("{s:s, s:i, s:i, s:{s:i, s:i, s:n}}", "role", "administer",
                                 "heartbeat_ms", 1000, "dead_peer_ms", 10000, "flags",
                                 "new", s->flag_count, "acknowledged", 0, "worst");
    (void)json_object_update(out, order);
    (void)json_object_update(out, council);
    (void)json_object_update(out, rest);
    (void)json_object_update(out, watching);
    json_decref(order);
    json_decref(council);
    json_decref(rest);
    json_decref(watching);
    return out;
}

static json_t *summary_json(const struct story *s, unsigned proposal)
{
    const struct told_proposal *p = &s->proposals[proposal];
    char id[65];
    story_id(proposal, id);
    json_t *outcome =
        p->is_final ? json_string(p->approved ? "approved" : "rejected") : json_null();
    json_t *reason =
        p->is_final && !p->approved ? json_string("threshold-unreachable") : json_null();
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:i, s:o, "
        "s:o, s:o}",
        "id", id, "class", p->class_name, "title", p->title, "phase", p->phase, "outcome",
        outcome, "reason", reason, "threshold", quorum_size((uint16_t)s->seats), "approve",
        p->approve, "reject", p->reject, "abstain", p->abstain, "committed", p->committed,
        "revealed", p->revealed, "opened_height", (json_int_t)p->opened_height, "opened_ms",
        (json_int_t)p->opened_ms, "proposer", proposal % s->seats + 1, "proposer_name",
        name_json(proposal % s->seats + 1), "final_height",
        p->is_final ? json_integer((json_int_t)p->final_height) : json_null(), "record",
        p->is_final ? json_integer(p->record) : json_null());
}

/* What a row of `records` has beside a summary. */
static void put_choices(const struct story *s, unsigned proposal, json_t *out)
{
    const struct told_proposal *p = &s->proposals[proposal];
    json_t *confidence = json_array(), *ballots = json_array(), *reveals = json_array();
    for (unsigned i = 0; i < s->seats; i++) {
        bool opened = strchr("YNA", p->codes[i]) != NULL;
        (void)json_array_append_new(confidence,
                                    opened ? json_integer(p->confidence[i]) : json_null());
        (void)json_array_append_new(ballots,
                                    opened ? json_integer(1 + i % 3) : json_null());
        (void)json_array_append_new(reveals, opened ? json_integer(1) : json_null());
    }
    (void)json_object_set_new(out, "choices", json_string(p->codes));
    (void)json_object_set_new(out, "confidence", confidence);
    (void)json_object_set_new(out, "ballot_blocks", ballots);
    (void)json_object_set_new(out, "reveal_blocks", reveals);
    (void)json_object_set_new(out, "final_ms", json_integer((json_int_t)p->final_ms));
}

static json_t *seats_json(const struct story *s)
{
    json_t *out = json_array();
    for (unsigned i = 0; i < s->seats; i++) {
        bool self = i == 0, up = !s->down[i];
        json_t *row = json_pack(
            "{s:i, s:o, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:i, "
            "s:i, s:s, s:s, s:[], s:i, s:i, s:i, s:b, s:b, s:n, s:n, s:n}",
            "seat", i + 1, "name", name_json(i + 1), "self", self, "primary",
            i + 1 == primary(s), "jurisdiction", i % 2 == 0 ? "EU" : "KR", "speciality",
            "safety", "vendor", i % 3 == 0 ? "acme" : "globex", "model_family",
            i % 3 == 0 ? "am-2" : "gx-7", "address", "127.0.0.1:7000", "key", "00",
            "connected", up, "view", (json_int_t)s->view, "height", (json_int_t)s->height,
            "heard_ms_ago", (json_int_t)(s->now_ms - s->heard_ms[i]), "round_trip_ms",
            self ? 0 : 3, "clock_offset_ms", self ? 0 : -2, "version", "0.1.0", "instance",
            "00", "flags", "bytes_in", 1000, "bytes_out", 2000, "bad_frames", 0, "expelled",
            0, "suspended", 0, "expelled_height", "expelled_for", "suspended_until_epoch");
        (void)json_object_set_new(
            row, "totals",
            json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "ballots", s->finals,
                      "reveals", s->finals, "late", 0, "missed", 0, "withheld", 0,
                      "with_outcome", s->finals, "against_outcome", 0, "abstained", 0));
        (void)json_array_append_new(out, row);
    }
    return out;
}

static json_t *votes_json(const struct story *s)
{
    return json_pack(
        "{s:I, s:I, s:i, s:o, s:s, s:b, s:i, s:i, s:i, s:o, s:o, s:o, s:[], s:[]}", "view",
        (json_int_t)s->view, "height", (json_int_t)s->height, "primary", primary(s),
        "primary_name", name_json(primary(s)), "phase", "idle", "committed", 1, "since_ms",
        60, "prepared_ms", 12, "committed_ms", 41, "pre_prepares",
        seats_where(s, s->down, false), "prepares", seats_where(s, s->down, false),
        "commits", seats_where(s, s->down, false), "pipeline", "view_changes");
}

static json_t *beats_json(const struct story *s)
{
    json_t *rows = json_array();
    for (unsigned i = 0; i < s->seats; i++) {
        json_t *gaps = json_array();
        for (unsigned k = 0; k < 60; k++) {
            (void)json_array_append_new(gaps,
                                        s->down[i] ? json_null() : json_integer(1000));
        }
        (void)json_array_append_new(rows,
                                    json_pack("{s:i, s:o, s:o}", "seat", i + 1, "name",
                                              name_json(i + 1), "gaps", gaps));
    }
    return json_pack("{s:i, s:i, s:I, s:i, s:o}", "interval_ms", 1000, "timeout_ms", 10000,
                     "slot", (json_int_t)s->slot, "slots", 60, "seats", rows);
}

static json_t *flag_json(const struct story *s, unsigned id)
{
    const struct told_flag *f = &s->flags[id - 1];
    char letter[2] = {f->kind[0] == 's' ? 'D' : 'E', '\0'};
    return json_pack(
        "{s:i, s:s, s:s, s:s, s:o, s:o, s:n, s:n, s:s, s:s, s:I, s:I, s:i, s:o, s:o, s:n, "
        "s:b}",
        "id", id, "kind", f->kind, "letter", letter, "severity", f->severity, "seat",
        f->seat > 0 ? json_integer(f->seat) : json_null(), "name",
        f->seat > 0 ? name_json(f->seat) : json_null(), "proposal", "height", "text",
        f->text, "state", f->acknowledged ? "acknowledged" : "new", "first_ms",
        (json_int_t)f->first_ms, "last_ms", (json_int_t)f->first_ms, "count", 1,
        "acknowledged_ms",
        f->acknowledged ? json_integer((json_int_t)s->now_ms) : json_null(),
        "acknowledged_by", f->acknowledged ? json_integer(1000) : json_null(), "cleared_ms",
        "local", 1);
}

/* --- methods --- */

static uint64_t number_of(const json_t *params, const char *name, uint64_t otherwise)
{
    const json_t *value = json_object_get(params, name);
    return json_is_integer(value) ? (uint64_t)json_integer_value(value) : otherwise;
}

static json_t *subscribe(struct story *s, const json_t *params)
{
    json_decref(s->wanted);
    s->wanted = json_deep_copy(json_object_get(params, "events"));
    json_t *open = json_array();
    for (unsigned i = s->count; i-- > 0;) {
        if (!s->proposals[i].is_final) {
            (void)json_array_append_new(open, summary_json(s, i));
        }
    }
    return json_pack("{s:I, s:o, s:o}", "seq", (json_int_t)s->seq, "status", status_json(s),
                     "open", open);
}

static json_t *records(const struct story *s, const json_t *params)
{
    uint64_t before = number_of(params, "before", s->finals);
    uint64_t limit = number_of(params, "limit", 50);
    json_t *rows = json_array();
    before = before < s->finals ? before : s->finals;
    while (before > 0 && json_array_size(rows) < limit) {
        json_t *row = summary_json(s, s->order[--before]);
        put_choices(s, s->order[before], row);
        (void)json_array_append_new(rows, row);
    }
    return json_pack("{s:o, s:i, s:o}", "records", rows, "final", s->finals, "next",
                     before > 0 ? json_integer((json_int_t)before) : json_null());
}

static json_t *flags(const struct story *s)
{
    json_t *rows = json_array();
    for (unsigned id = s->flag_count; id > 0; id--) {
        (void)json_array_append_new(rows, flag_json(s, id));
    }
    return json_pack("{s:o, s:n, s:i, s:i, s:i}", "flags", rows, "next", "new",
                     s->flag_count, "acknowledged", 0, "cleared", 0);
}

static json_t *block_json(const struct story *s, uint64_t height)
{
    char hash[65], before[65];
    hash_of(height, hash);
    hash_of(height - 1, before);
    return json_pack(
        "{s:i, s:I, s:s, s:I, s:I, s:s, s:I, s:s, s:s, s:i, s:o, s:i, s:i, s:i}", "version",
        1, "height", (json_int_t)height, "prev_hash", before, "view", (json_int_t)s->view,
        "time_ms", (json_int_t)(STORY_BEGIN_MS + (height - STORY_BEGIN_HEIGHT) * 50),
        "ops_root", hash, "executed_height", (json_int_t)(height - 1), "state_root", before,
        "hash", hash, "primary", primary(s), "primary_name", name_json(primary(s)),
        "envelopes", 3, "operations", 33, "bytes", 4096);
}

static json_t *blocks(const struct story *s, const json_t *params)
{
    uint64_t from = number_of(params, "from", s->height);
    uint64_t limit = number_of(params, "limit", 50);
    json_t *rows = json_array();
    from = from < s->height ? from : s->height;
    for (uint64_t h = from; h > 0 && json_array_size(rows) < limit; h--) {
        (void)json_array_append_new(rows, block_json(s, h));
        from = h;
    }
    return json_pack("{s:o, s:I, s:o}", "blocks", rows, "height", (json_int_t)s->height,
                     "next", from > 1 ? json_integer((json_int_t)from - 1) : json_null());
}

static json_t *block(const struct story *s, const json_t *params)
{
    uint64_t height = number_of(params, "height", 0);
    json_t *out = block_json(s, height);
    json_t *seats = seats_where(s, s->down, false);
    char id[65];
    story_id(0, id);
    (void)json_object_set_new(
        out, "envelopes",
        json_pack("[{s:i, s:o, s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:i, s:o, s:s}]}]", "seat",
                  2, "name", name_json(2), "sort", "signed", "id", id, "env_root", id,
                  "signature", id, "operations", "kind", "ballot", "id", id, "seat", 2,
                  "name", name_json(2), "proposal", id));
    (void)json_object_set_new(out, "certificate",
                              json_pack("{s:I, s:I, s:s, s:o}", "height",
                                        (json_int_t)height, "view", (json_int_t)s->view,
                                        "hash", id, "seats", seats));
    (void)json_object_set_new(out, "next", json_null());
    return out;
}

static json_t *proposal(const struct story *s, const json_t *params)
{
    const char *wanted = json_string_value(json_object_get(params, "id"));
    char id[65];
    for (unsigned i = 0; i < s->count && wanted != NULL; i++) {
        const struct told_proposal *p = &s->proposals[i];
        story_id(i, id);
        if (strncmp(id, wanted, strlen(wanted)) != 0) {
            continue;
        }
        json_t *out = summary_json(s, i), *rows = json_array();
        for (unsigned seat = 1; seat <= s->seats; seat++) {
            char code = p->codes[seat - 1];
            bool opened = strchr("YNA", code) != NULL;
            const char *choice = code == 'Y'   ? "approve"
                                 : code == 'N' ? "reject"
                                               : "abstain";
            (void)json_array_append_new(
                rows,
                json_pack("{s:i, s:o, s:s, s:b, s:s, s:i, s:o, s:o, s:o, s:o}", "seat",
                          seat, "name", name_json(seat), "status",
                          opened        ? "revealed"
                          : code == 'c' ? "committed"
                                        : "awaited",
                          "active", 1, "commitment", id, "ballot_height",
                          (int)p->opened_height + 1, "choice",
                          opened ? json_string(choice) : json_null(), "confidence",
                          opened ? json_integer(p->confidence[seat - 1]) : json_null(),
                          "rationale",
                          opened && p->rationale[seat - 1] != NULL
                              ? control_text(slice_of_string(p->rationale[seat - 1]))
                              : json_null(),
                          "reveal_height",
                          opened ? json_integer((json_int_t)p->opened_height + 3)
                                 : json_null()));
        }
        (void)json_object_set_new(out, "text", json_string("The text of the proposal."));
        (void)json_object_set_new(out, "evidence", json_string("{\"score\":87}"));
        (void)json_object_set_new(out, "seats", rows);
        (void)json_object_set_new(out, "truncated", json_false());
        return out;
    }
    return NULL;
}

static char told_code(const void *story, unsigned record, unsigned seat)
{
    const struct story *s = story;
    return s->proposals[s->order[record]].codes[seat - 1];
}

static unsigned told_confidence(const void *story, unsigned record, unsigned seat)
{
    const struct story *s = story;
    return s->proposals[s->order[record]].confidence[seat - 1];
}

static bool told_approved(const void *story, unsigned record)
{
    const struct story *s = story;
    return s->proposals[s->order[record]].approved;
}

static json_t *patterns(const struct story *s, const json_t *params)
{
    struct told_votes votes = {s->seats,        s->finals,     told_code,
                               told_confidence, told_approved, s};
    return told_patterns(&votes, json_object_get(params, "parts"));
}

static json_t *acknowledge(struct story *s, const json_t *params)
{
    json_t *ids = json_object_get(params, "ids");
    for (size_t i = 0; i < json_array_size(ids); i++) {
        unsigned id = (unsigned)json_integer_value(json_array_get(ids, i));
        if (id < 1 || id > s->flag_count) {
            return NULL;
        }
        s->flags[id - 1].acknowledged = true;
        story_tell(s, "flag.acknowledged", flag_json(s, id));
    }
    return json_pack("{s:O}", "acknowledged", ids);
}

static json_t *result_of(struct story *s, const char *method, const json_t *params)
{
    if (strcmp(method, "subscribe") == 0) {
        return subscribe(s, params);
    }
    if (strcmp(method, "status") == 0) {
        return status_json(s);
    }
    if (strcmp(method, "seats") == 0) {
        return seats_json(s);
    }
    if (strcmp(method, "votes") == 0) {
        return votes_json(s);
    }
    if (strcmp(method, "heartbeats") == 0) {
        return beats_json(s);
    }
    if (strcmp(method, "flags") == 0) {
        return flags(s);
    }
    if (strcmp(method, "flag") == 0) {
        unsigned id = (unsigned)number_of(params, "id", 0);
        return id >= 1 && id <= s->flag_count ? flag_json(s, id) : NULL;
    }
    if (strcmp(method, "records") == 0) {
        return records(s, params);
    }
    if (strcmp(method, "blocks") == 0) {
        return blocks(s, params);
    }
    if (strcmp(method, "block") == 0) {
        return block(s, params);
    }
    if (strcmp(method, "proposal") == 0) {
        return proposal(s, params);
    }
    if (strcmp(method, "patterns") == 0) {
        s->patterns_asked++;
        return s->tells_patterns ? patterns(s, params) : NULL;
    }
    if (strcmp(method, "diversity") == 0) {
        return json_pack("{s:[{s:s, s:n, s:b, s:[i,i]}], s:[]}", "groups", "kind", "vendor",
                         "name", "exceeds_f", 0, "seats", 1, 3, "smallest");
    }
    if (strcmp(method, "verify") == 0) {
        return json_pack("{s:I, s:b, s:[{s:s, s:b, s:s}]}", "height",
                         (json_int_t)number_of(params, "height", 0), "ok", 1, "checks",
                         "what", "header", "ok", 1, "text",
                         "the hash is that of the header");
    }
    if (strcmp(method, "log") == 0) {
        size_t limit = number_of(params, "limit", 100);
        json_t *rows = json_array();
        for (size_t i = json_array_size(s->lines); i-- > 0;) {
            if (json_array_size(rows) < limit) {
                (void)json_array_append(rows, json_array_get(s->lines, i));
            }
        }
        return json_pack("{s:o, s:n}", "lines", rows, "next");
    }
    (void)snprintf(s->last_act, sizeof(s->last_act), "%s", method);
    if (strcmp(method, "flags.ack") == 0) {
        return acknowledge(s, params);
    }
    if (strcmp(method, "propose") == 0) {
        const char *title = json_string_value(json_object_get(params, "title"));
        const char *class_name = json_string_value(json_object_get(params, "class"));
        char id[65];
        story_id(story_propose(s, class_name != NULL ? class_name : "?",
                               title != NULL ? title : "?"),
                 id);
        return json_pack("{s:s}", "id", id);
    }
    return NULL;
}

void story_answer(struct story *s, struct slice request, struct buffer *out)
{
    json_t *parsed = control_parse(request, NULL);
    const char *method = json_string_value(json_object_get(parsed, "method"));
    if (method != NULL) {
        s->requests++;
        json_t *id = json_deep_copy(json_object_get(parsed, "id"));
        json_t *result = result_of(s, method, json_object_get(parsed, "params"));
        json_t *line = result != NULL ? control_result(id, result)
                                      : control_error(id,
                                                      strcmp(method, "patterns") == 0
                                                          ? CONTROL_UNKNOWN_METHOD
                                                          : CONTROL_NOT_FOUND,
                                                      "there is none");
        control_format(out, line);
        json_decref(line);
    }
    json_decref(parsed);
}

void story_events(struct story *s, struct buffer *out)
{
    tell_ballots(s);
    buffer_append_slice(out, buffer_slice(&s->events));
    s->events.size = 0;
}

/* Gives the lines of a buffer to the model, and empties it. */
static void give(struct story *s, struct model *m, struct buffer *lines)
{
    size_t from = 0;
    for (size_t i = 0; i < lines->size; i++) {
        if (lines->data[i] == '\n') {
            (void)model_line(m, s->now_ms, slice_of(lines->data + from, i - from));
            from = i + 1;
        }
    }
    lines->size = 0;
}

void story_feed(struct story *s, struct model *m)
{
    struct buffer request = {NULL, 0, 0}, lines = {NULL, 0, 0};
    do {
        story_events(s, &lines);
        give(s, m, &lines);
        while (model_next_request(m, &request)) {
            story_answer(s, slice_of(request.data, request.size - 1), &lines);
            request.size = 0;
            give(s, m, &lines);
        }
    } while (s->events.size > 0 || s->ballots.any);
    buffer_free(&request);
    buffer_free(&lines);
}

void story_connect(struct story *s, struct model *m)
{
    s->events.size = 0;
    model_connected(m, s->now_ms);
    story_feed(s, m);
}

/* --- what happens --- */

void story_block(struct story *s)
{
    char hash[65];
    s->height++;
    s->now_ms += 50;
    hash_of(s->height, hash);
    story_tell(s, "votes", votes_json(s));
    story_tell(s, "block.committed",
               json_pack("{s:I, s:I, s:s, s:I, s:i, s:i, s:i}", "height",
                         (json_int_t)s->height, "view", (json_int_t)s->view, "hash", hash,
                         "time_ms", (json_int_t)s->now_ms, "operations", 33, "prepared_ms",
                         12, "committed_ms", 41));
}

unsigned story_propose(struct story *s, const char *class_name, const char *title)
{
    unsigned number = s->count++;
    struct told_proposal *p = &s->proposals[number];
    char id[65];
    story_block(s);
    memset(p, 0, sizeof(*p));
    (void)snprintf(p->class_name, sizeof(p->class_name), "%s", class_name);
    (void)snprintf(p->title, sizeof(p->title), "%s", title);
    p->phase = "sealed";
    p->opened_height = s->height;
    p->opened_ms = s->now_ms;
    memset(p->codes, '.', s->seats);
    story_id(number, id);
    story_tell(s, "proposal.opened",
               json_pack("{s:s, s:s, s:o, s:i, s:o, s:I, s:I, s:I}", "id", id, "class",
                         p->class_name, "title", control_text(slice_of_string(p->title)),
                         "proposer", number % s->seats + 1, "proposer_name",
                         name_json(number % s->seats + 1), "height", (json_int_t)s->height,
                         "time_ms", (json_int_t)s->now_ms, "commit_deadline_ms",
                         (json_int_t)s->now_ms + 30000));
    return number;
}

void story_ballot(struct story *s, unsigned proposal_number, unsigned seat)
{
    struct told_proposal *p = &s->proposals[proposal_number];
    char id[65];
    story_id(proposal_number, id);
    p->codes[seat - 1] = 'c';
    p->committed++;
    tell_ballot(s, proposal_number, "ballot.recorded",
                json_pack("{s:s, s:i, s:o}", "proposal", id, "seat", seat, "name",
                          name_json(seat)));
}

void story_opening(struct story *s, unsigned proposal_number)
{
    struct told_proposal *p = &s->proposals[proposal_number];
    char id[65];
    story_block(s);
    story_id(proposal_number, id);
    p->phase = "opening";
    story_tell(s, "proposal.opening",
               json_pack("{s:s, s:i, s:I, s:I, s:I}", "proposal", id, "committed",
                         p->committed, "height", (json_int_t)s->height, "time_ms",
                         (json_int_t)s->now_ms, "reveal_deadline_ms",
                         (json_int_t)s->now_ms + 30000));
}

void story_reveal(struct story *s, unsigned proposal_number, unsigned seat,
                  const char *choice, unsigned confidence, const char *rationale)
{
    struct told_proposal *p = &s->proposals[proposal_number];
    char id[65];
    story_id(proposal_number, id);
    p->codes[seat - 1] = strcmp(choice, "approve") == 0  ? 'Y'
                         : strcmp(choice, "reject") == 0 ? 'N'
                                                         : 'A';
    p->approve += p->codes[seat - 1] == 'Y';
    p->reject += p->codes[seat - 1] == 'N';
    p->abstain += p->codes[seat - 1] == 'A';
    p->revealed++;
    p->confidence[seat - 1] = (uint8_t)confidence;
    free(p->rationale[seat - 1]);
    p->rationale[seat - 1] = alloc_string(rationale);
    tell_ballot(s, proposal_number, "ballot.revealed",
                json_pack("{s:s, s:i, s:o, s:s, s:i, s:o}", "proposal", id, "seat", seat,
                          "name", name_json(seat), "choice", choice, "confidence",
                          confidence, "rationale",
                          control_text(slice_of_string(rationale))));
}

/* The members that say how it ended. */
static json_t *outcome_json(const struct story *s, unsigned proposal_number)
{
    const struct told_proposal *p = &s->proposals[proposal_number];
    char id[65];
    story_id(proposal_number, id);
    return json_pack("{s:s, s:s, s:o, s:i, s:i, s:i, s:I, s:I}", "proposal", id, "outcome",
                     p->approved ? "approved" : "rejected", "reason",
                     p->approved ? json_null() : json_string("threshold-unreachable"),
                     "approve", p->approve, "reject", p->reject, "abstain", p->abstain,
                     "height", (json_int_t)s->height, "time_ms", (json_int_t)s->now_ms);
}

void story_final(struct story *s, unsigned proposal_number)
{
    struct told_proposal *p = &s->proposals[proposal_number];
    story_block(s);
    for (unsigned i = 0; i < s->seats; i++) {
        p->codes[i] = p->codes[i] == '.' ? 'm' : p->codes[i] == 'c' ? 'w' : p->codes[i];
    }
    p->approved = p->approve >= quorum_size((uint16_t)s->seats);
    p->phase = "final";
    story_tell(s, "proposal.decided", outcome_json(s, proposal_number));
    p->is_final = true;
    p->final_height = s->height;
    p->final_ms = s->now_ms;
    p->record = s->finals;
    s->order[s->finals++] = proposal_number;
    json_t *params = outcome_json(s, proposal_number);
    json_t *row = summary_json(s, proposal_number);
    put_choices(s, proposal_number, row);
    (void)json_object_update_missing(params, row);
    json_decref(row);
    story_tell(s, "proposal.final", params);
}

unsigned story_decide(struct story *s, const char *title, unsigned approvals)
{
    unsigned number = story_propose(s, "reciprocity", title);
    for (unsigned seat = 1; seat <= s->seats; seat++) {
        if (!s->down[seat - 1]) {
            story_ballot(s, number, seat);
        }
    }
    story_opening(s, number);
    for (unsigned seat = 1; seat <= s->seats; seat++) {
        if (!s->down[seat - 1]) {
            story_reveal(s, number, seat, seat <= approvals ? "approve" : "reject",
                         50 + seat % 50, "Because of the evidence.");
        }
    }
    story_final(s, number);
    return number;
}

void story_beat(struct story *s)
{
    json_t *gaps = json_array(), *ago = json_array(), *trip = json_array();
    json_t *offset = json_array(), *view = json_array(), *height = json_array();
    json_t *connected = json_array();
    s->now_ms += 1000;
    s->slot++;
    for (unsigned i = 0; i < s->seats; i++) {
        bool up = !s->down[i];
        s->heard_ms[i] = up ? s->now_ms : s->heard_ms[i];
        (void)json_array_append_new(gaps, up ? json_integer(1000) : json_null());
        (void)json_array_append_new(ago,
                                    json_integer((json_int_t)(s->now_ms - s->heard_ms[i])));
        (void)json_array_append_new(trip, json_integer(i == 0 ? 0 : 3));
        (void)json_array_append_new(offset, json_integer(0));
        (void)json_array_append_new(view, json_integer((json_int_t)s->view));
        (void)json_array_append_new(height, json_integer((json_int_t)s->height));
        (void)json_array_append_new(connected, json_boolean(up));
    }
    story_tell(s, "heartbeats",
               json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:{}, s:o}", "slot",
                         (json_int_t)s->slot, "gap_ms", gaps, "heard_ms_ago", ago,
                         "round_trip_ms", trip, "clock_offset_ms", offset, "view", view,
                         "height", height, "flags", "connected", connected));
}

void story_seat_up(struct story *s, unsigned seat, bool up)
{
    s->down[seat - 1] = !up;
    json_t *params = json_pack("{s:i, s:o}", "seat", seat, "name", name_json(seat));
    if (!up) {
        (void)json_object_set_new(params, "reason", json_string("closed"));
    }
    story_tell(s, up ? "peer.up" : "peer.down", params);
}

void story_flag(struct story *s, const char *kind, const char *severity, unsigned seat,
                const char *text)
{
    struct told_flag *f = &s->flags[s->flag_count++];
    (void)snprintf(f->kind, sizeof(f->kind), "%s", kind);
    (void)snprintf(f->severity, sizeof(f->severity), "%s", severity);
    (void)snprintf(f->text, sizeof(f->text), "%s", text);
    f->seat = seat;
    f->first_ms = s->now_ms;
    f->acknowledged = false;
    story_tell(s, "flag.raised", flag_json(s, s->flag_count));
}

void story_view_change(struct story *s)
{
    s->view++;
    story_tell(s, "view.change-started",
               json_pack("{s:I, s:s}", "view", (json_int_t)s->view, "cause", "timeout"));
    s->now_ms += 200;
    story_tell(s, "view.changed",
               json_pack("{s:I, s:i, s:o}", "view", (json_int_t)s->view, "primary",
                         primary(s), "primary_name", name_json(primary(s))));
}

void story_log(struct story *s, const char *level, const char *event, const char *text)
{
    json_t *line = json_pack("{s:I, s:I, s:s, s:s, s:n, s:s}", "n",
                             (json_int_t)json_array_size(s->lines) + 1, "time_ms",
                             (json_int_t)s->now_ms, "level", level, "event", event, "seat",
                             "text", text);
    (void)json_array_append(s->lines, line);
    story_tell(s, "log.line", json_pack("{s:O}", "line", line));
    json_decref(line);
}

struct story *story_new(unsigned seats, unsigned decisions)
{
    char title[64];
    control_library_init();
    struct story *s = alloc_zero(1, sizeof(*s));
    s->seats = seats;
    s->now_ms = STORY_BEGIN_MS;
    s->height = STORY_BEGIN_HEIGHT;
    s->view = 12;
    s->lines = json_array();
    s->tells_patterns = true;
    s->proposals = alloc_zero(PROPOSALS_MAX, sizeof(*s->proposals));
    for (unsigned i = 0; i < seats; i++) {
        s->heard_ms[i] = s->now_ms;
    }
    for (unsigned i = 0; i < decisions; i++) {
        (void)snprintf(title, sizeof(title), "Decision number %u", i + 1);
        (void)story_decide(s, title, seats - i % (seats / 3 + 1));
        s->events.size = 0;
    }
    return s;
}

void story_free(struct story *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        for (unsigned seat = 0; seat < s->seats; seat++) {
            free(s->proposals[i].rationale[seat]);
        }
    }
    free(s->proposals);
    json_decref(s->lines);
    json_decref(s->wanted);
    if (s->ballots.any) {
        json_decref(s->ballots.recorded);
        json_decref(s->ballots.revealed);
    }
    buffer_free(&s->events);
    free(s);
}
