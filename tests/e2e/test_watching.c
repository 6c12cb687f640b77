/* SPDX-License-Identifier: ISC */
/*
 * What a live council shows those who watch it: votes and heartbeats, and that nobody gets
 * the events of that who did not name them.
 */
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 30000, SEATS = 4 };

/* --- a subscriber --- */

static struct watcher {
    struct control_client *client;
    uint64_t since_ms;
    unsigned votes, busy, slots, slot_gaps, lines, line_gaps, bad;
    json_int_t slot, line;
    json_t *last_votes, *last_beats, *committed, *final,
        *down; /* params of the newest of each */
} w;

static void set(json_t **kept, json_t *value)
{
    json_decref(*kept);
    *kept = json_incref(value);
}

static bool is_json(const json_t *object, const char *member, const char *expected)
{
    const json_t *value = json_object_get(object, member);
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    bool same = text != NULL && strcmp(text, expected) == 0;
    free(text);
    return same;
}

static json_int_t number(const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

static void take(json_t *params)
{
    const char *event = json_string_value(json_object_get(params, "event"));
    if (event == NULL) {
        w.bad++;
    } else if (strcmp(event, "votes") == 0) {
        w.votes++;
        w.busy += json_is_false(json_object_get(params, "committed"));
        set(&w.last_votes, params);
    } else if (strcmp(event, "heartbeats") == 0) {
        w.slots++;
        w.slot_gaps += w.slot != 0 && number(params, "slot") != w.slot + 1;
        w.slot = number(params, "slot");
        set(&w.last_beats, params);
    } else if (strcmp(event, "block.committed") == 0) {
        set(&w.committed, params);
    } else if (strcmp(event, "log.line") == 0) {
        json_t *line = json_object_get(params, "line");
        w.lines++;
        w.line_gaps += w.line != 0 && number(line, "n") != w.line + 1;
        w.line = number(line, "n");
        if (is_json(line, "event", "\"peer.down\"")) {
            set(&w.down, line);
        }
    } else if (strcmp(event, "proposal.final") == 0) {
        set(&w.final, params);
    } else {
        w.bad++;
    }
}

/* Takes what has come, while the agents work. */
static void look(struct live *l)
{
    json_t *message = NULL;
    live_pump(l, 10);
    while (control_next(w.client, &message, 0) == 0) {
        take(json_object_get(message, "params"));
        json_decref(message);
    }
}

static void subscribe(struct live *l, unsigned seat)
{
    json_t *snapshot = NULL;
    json_t *params = json_pack("{s:[s,s,s,s,s]}", "events", "votes", "heartbeats", "block.",
                               "proposal.final", "log.line");
    if (control_connect(live_seat(l, seat)->socket, &w.client, NULL) != 0 ||
        control_call(w.client, "subscribe", params, &snapshot, LIVE_CALL_MS, NULL) != 0) {
        printf("Bail out! no subscription\n");
        exit(99);
    }
    json_decref(snapshot);
    w.since_ms = clock_monotonic_ms();
}

static bool all_voted(const json_t *votes, json_int_t height)
{
    return number(votes, "height") == height && is_json(votes, "phase", "\"idle\"") &&
           is_json(votes, "pre_prepares", "[1,2,3,4]") &&
           is_json(votes, "prepares", "[1,2,3,4]") &&
           is_json(votes, "commits", "[1,2,3,4]");
}

/* --- one decision --- */

static void check_decision(struct live *l)
{
    char id[LIVE_ID_BYTES];
    for (uint64_t end = clock_monotonic_ms() + WAIT_MS;
         w.votes == 0 && clock_monotonic_ms() < end;) {
        look(l);
    }
    ok(w.votes > 0, "the present state is told without asking for it");
    bool decided = true;
    /* All of one may fit between two events. */
    for (int i = 0; decided && (i == 0 || (w.busy == 0 && i < 20)); i++) {
        live_pump(l, 150);
        decided = live_propose(l, 1, "test", "watched", NULL, id) == 0;
        json_t *p = live_wait_final(l, 1, id, WAIT_MS);
        decided = decided && p != NULL && live_wait_level(l, WAIT_MS);
        json_decref(p);
        look(l);
    }
    ok(decided, "proposals are decided");
    json_int_t height = live_number(l, 2, "height");
    for (uint64_t end = clock_monotonic_ms() + WAIT_MS;
         !all_voted(w.last_votes, height) && clock_monotonic_ms() < end;) {
        look(l);
    }
    ok(all_voted(w.last_votes, height),
       "in the end the votes of all are there, also those that nobody needed");
    ok(number(w.last_votes, "committed_ms") >= number(w.last_votes, "prepared_ms") &&
           number(w.last_votes, "prepared_ms") >= 0,
       "and how long it took");
    ok(w.busy > 0, "meanwhile there was more than the end to see");
    ok(number(w.committed, "height") == height &&
           json_equal(json_object_get(w.committed, "committed_ms"),
                      json_object_get(w.last_votes, "committed_ms")),
       "block.committed says the same");
    uint64_t took = clock_monotonic_ms() - w.since_ms;
    ok(w.votes <= took / 100 + 2, "%u events in %u ms are no more than ten a second",
       w.votes, (unsigned)took);
    json_t *votes = live_call(l, 2, "votes", NULL);
    const json_t *latencies = json_object_get(votes, "latencies");
    const json_t *newest = json_array_get(latencies, json_array_size(latencies) - 1);
    ok(all_voted(votes, height) &&
           json_integer_value(json_array_get(newest, 0)) == height &&
           json_is_integer(json_array_get(newest, 2)),
       "the method shows the same, and the latencies");
    json_decref(votes);
    unsigned told = w.votes, lines = w.lines;
    for (int i = 0; i < 30; i++) {
        look(l);
    }
    is(w.votes - told, 0, "then nothing is told any more");
    ok(w.lines - lines < 10, "and telling lines of the log makes none");
}

/* --- what became of it --- */

static void check_records(struct live *l)
{
    json_t *result = live_call(l, 2, "records", json_pack("{s:i}", "limit", 1));
    const json_t *row = json_array_get(json_object_get(result, "records"), 0);
    ok(json_array_size(json_object_get(result, "records")) == 1 &&
           number(row, "record") == number(result, "final") - 1,
       "records: the newest");
    const char *choices = json_string_value(json_object_get(row, "choices"));
    /* On a busy machine a ballot may be late. */
    ok(is_json(row, "title", "\"watched\"") && choices != NULL &&
           strspn(choices, "Ylm") == SEATS && strstr(choices, "Y") != NULL &&
           json_array_size(json_object_get(row, "confidence")) == SEATS,
       "with what each seat did: %s", choices);
    json_t *all = json_deep_copy(w.final);
    for (const char *const *own =
             (const char *const[]){"seq", "event", "proposal", "height", "time_ms", NULL};
         *own != NULL; own++) {
        (void)json_object_del(all, *own);
    }
    ok(json_equal(all, row), "proposal.final told the same");
    json_decref(all);
    json_decref(result);
}

/* --- the log --- */

static void check_log(struct live *l)
{
    json_t *result = live_call(l, 2, "log", json_pack("{s:i}", "limit", 1));
    const json_t *line = json_array_get(json_object_get(result, "lines"), 0);
    json_int_t n = number(line, "n");
    ok(n > 0 && json_is_string(json_object_get(line, "text")),
       "the newest line of the log");
    char *event = json_dumps(json_object_get(line, "event"), JSON_ENCODE_ANY);
    char *name = alloc_printf("event=%.*s", (int)(strlen(event) - 2), event + 1);
    ok(live_log_count(l, 2, name) > 0, "is in its file, too: %s", name);
    free(event);
    free(name);
    json_decref(result);
    live_kill(l, 3);
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    while (!is_json(w.down, "seat", "3") && clock_monotonic_ms() < end) {
        look(l);
    }
    ok(is_json(w.down, "seat", "3") && number(w.down, "n") > n,
       "log.line tells of a seat that went");
    result = live_call(l, 2, "log", json_pack("{s:I}", "before", number(w.down, "n") + 1));
    ok(json_equal(json_array_get(json_object_get(result, "lines"), 0), w.down),
       "the method has the same line");
    json_decref(result);
    live_start(l, 3);
    ok(live_wait_ready(l, 3, WAIT_MS) && live_wait_connected(l, WAIT_MS), "it comes back");
}

/* --- what it rests on --- */

static void check_verify(struct live *l)
{
    json_int_t height = live_number(l, 2, "height");
    unsigned bad = 0;
    for (json_int_t h = 0; h <= height; h++) {
        json_t *result = live_call(l, 2, "verify", json_pack("{s:I}", "height", h));
        bool good = json_is_true(json_object_get(result, "ok")) &&
                    json_array_size(json_object_get(result, "checks")) == (h > 0 ? 4 : 1);
        if (!good) {
            char *text = json_dumps(result, JSON_COMPACT);
            printf("# %s\n", text != NULL ? text : l->why.text);
            free(text);
        }
        bad += !good;
        json_decref(result);
    }
    ok(height > 0 && bad == 0, "all %d blocks are good", (int)height + 1);
    ok(live_call(l, 2, "verify", json_pack("{s:I}", "height", height + 1000)) == NULL &&
           l->error == CONCLAVE_ENOENT,
       "and there is none after the newest");
}

/* --- a seat that goes --- */

static void check_heartbeats(struct live *l)
{
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    live_kill(l, 4);
    while (clock_monotonic_ms() < end &&
           (w.last_beats == NULL ||
            !is_json(w.last_beats, "connected", "[true,true,true,false]") ||
            !json_is_null(json_array_get(json_object_get(w.last_beats, "gap_ms"), 3)))) {
        look(l);
    }
    ok(is_json(w.last_beats, "connected", "[true,true,true,false]"),
       "heartbeats: who is not connected");
    const json_t *gaps = json_object_get(w.last_beats, "gap_ms");
    ok(json_is_null(json_array_get(gaps, 3)) && json_array_size(gaps) == SEATS &&
           json_integer_value(json_array_get(gaps, 1)) == 0 &&
           json_is_integer(json_array_get(gaps, 0)),
       "and whose was missed; the own is at 0");
    ok(w.lines > 0 && w.line_gaps == 0, "each line is told once, in its order");
    ok(w.slots >= 2 && w.slot_gaps == 0, "one event for each slot");
    json_t *beats = live_call(l, 2, "heartbeats", NULL);
    const json_t *seats = json_object_get(beats, "seats");
    const json_t *row = json_array_get(seats, 3);
    gaps = json_object_get(row, "gaps");
    ok(number(beats, "slot") >= w.slot && json_array_size(seats) == SEATS &&
           number(row, "seat") == 4 &&
           json_array_size(gaps) >= (w.slots < 60 ? w.slots : 60) &&
           json_is_null(json_array_get(gaps, json_array_size(gaps) - 1)),
       "the method has their history");
    json_decref(beats);
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS) && live_wait_connected(l, WAIT_MS) &&
           live_wait_level(l, WAIT_MS),
       "it comes back");
}

/* --- a view that is left --- */

static void check_view_change(struct live *l)
{
    char id[LIVE_ID_BYTES];
    unsigned primary = (unsigned)live_number(l, 2, "primary");
    if (primary == 2) {
        skip("two seats ask for another view", "this seat is the primary");
        return;
    }
    unsigned other = primary == 4 ? 3 : 4, awake = 6 - 2 + 4 - primary - other;
    live_signal(l, primary, SIGSTOP);
    live_signal(l, other, SIGSTOP);
    is(live_propose(l, awake, "test", "without two", NULL, id), 0, "two of four sleep");
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    while (json_array_size(json_object_get(w.last_votes, "view_changes")) < 2 &&
           clock_monotonic_ms() < end) {
        look(l);
    }
    const json_t *changes = json_object_get(w.last_votes, "view_changes");
    ok(json_array_size(changes) == 2 && is_json(w.last_votes, "phase", "\"pre-prepare\"") &&
           number(json_array_get(changes, 0), "view") >= number(w.last_votes, "view"),
       "the other two ask for another view");
    live_signal(l, primary, SIGCONT);
    live_signal(l, other, SIGCONT);
    json_t *p = live_wait_final(l, awake, id, WAIT_MS);
    ok(p != NULL && live_wait_level(l, WAIT_MS), "and all go on in one");
    json_decref(p);
}

/* --- everybody else --- */

static unsigned events, quiet, gaps;
static json_int_t last_seq;

static void on_event(void *context, unsigned seat, const json_t *message)
{
    const json_t *params = json_object_get(message, "params");
    const char *name = json_string_value(json_object_get(params, "event"));
    (void)context, (void)seat;
    events++;
    quiet += name == NULL || strcmp(name, "votes") == 0 ||
             strcmp(name, "heartbeats") == 0 || strcmp(name, "log.line") == 0;
    gaps += number(params, "seq") != last_seq + 1;
    last_seq = number(params, "seq");
}

static void check_parameters(struct live *l)
{
    static const struct {
        const char *method, *params;
    } bad[] = {
        {"votes", "{\"seat\":1}"},
        {"heartbeats", "{\"slot\":1}"},
        {"records", "{\"limit\":1000000}"},
        {"records", "{\"before\":-1}"},
        {"records", "{\"before\":1.5}"},
        {"log", "{\"limit\":0}"},
        {"log", "{\"level\":\"trace\"}"},
        {"log", "{\"before\":[]}"},
        {"verify", "{}"},
        {"verify", "{\"height\":\"0\"}"},
        {"verify", "{\"height\":{\"height\":1}}"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        json_t *result = live_call(l, 2, bad[i].method, json_loads(bad[i].params, 0, NULL));
        ok(result == NULL && l->error == CONCLAVE_EINVAL, "%s %s: %s", bad[i].method,
           bad[i].params, l->why.text);
        json_decref(result);
    }
}

int main(void)
{
    struct live_options o = {.seats = SEATS,
                             .config = "heartbeat-ms = 200\nlog-level = debug"};
    struct live *l = live_new(&o);
    live_limit(300);
    live_agent_set(l, 0, history_approve, NULL);
    if (!ok(live_start_council(l), "a council starts")) {
        return tap_done();
    }
    json_t *snapshot = live_watch(l, 2, on_event, NULL);
    last_seq = number(snapshot, "seq");
    json_decref(snapshot);
    subscribe(l, 2);
    check_decision(l);
    check_records(l);
    check_verify(l);
    check_log(l);
    check_heartbeats(l);
    check_view_change(l);
    check_parameters(l);
    ok(events > 0 && quiet == 0 && gaps == 0,
       "who did not name them gets none of these, and sees no gap");
    is(w.bad, 0, "and who did gets nothing else");
    ok(live_quiet(l), "no node wrote to standard error");
    json_decref(w.last_votes);
    json_decref(w.last_beats);
    json_decref(w.committed);
    json_decref(w.final);
    json_decref(w.down);
    control_disconnect(w.client);
    live_free(l);
    return tap_done();
}
