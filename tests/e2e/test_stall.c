/* SPDX-License-Identifier: ISC */
/*
 * A council that does not go on says why: what `status`, the log and the events name when
 * seats are away, when the primary sleeps, and when a seat has lost its state. Nothing of
 * it needs more than the seats to come back.
 */
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000 };

static unsigned stalled_events, moving_events;

static void on_event(void *context, unsigned seat, const json_t *message)
{
    (void)context, (void)seat;
    const json_t *params = json_object_get(message, "params");
    const char *name = json_string_value(json_object_get(params, "event"));
    stalled_events += name != NULL && strcmp(name, "council.stalled") == 0;
    moving_events += name != NULL && strcmp(name, "council.moving") == 0;
}

/* --- what a status says --- */

/* Borrowed from the status: "next.view" of what it awaits. */
static const json_t *awaiting(const json_t *status, const char *path)
{
    char *copy = alloc_string(path), *rest = copy, *word;
    const json_t *value = json_object_get(status, "awaiting");
    while (value != NULL && (word = strsep(&rest, ".")) != NULL) {
        value = json_object_get(value, word);
    }
    free(copy);
    return value;
}

static bool is_json(const json_t *value, const char *expected)
{
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    bool same = text != NULL && strcmp(text, expected) == 0;
    free(text);
    return same;
}

/* A status of the seat in which the member of what it awaits has this value, in JSON. */
static json_t *wait_status(struct live *l, unsigned seat, const char *path,
                           const char *expected)
{
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    while (clock_monotonic_ms() < end) {
        json_t *status = live_call(l, seat, "status", NULL);
        if (status != NULL && is_json(awaiting(status, path), expected)) {
            return status;
        }
        json_decref(status);
        live_pump(l, 10);
    }
    return NULL;
}

/* The last line of the log with this text; the caller frees. */
static char *last_line(struct live *l, unsigned seat, const char *text)
{
    char *log = live_read(live_seat(l, seat)->log), *found = NULL, *rest = log, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        found = strstr(line, text) != NULL ? line : found;
    }
    char *out = alloc_string(found != NULL ? found : "");
    free(log);
    return out;
}

/* The command says these words, in lines of at most 80 columns. */
static void check_command(struct live *l, unsigned seat, const char *words)
{
    const char *argv[] = {"conclave", "status", "--socket", live_seat(l, seat)->socket,
                          NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    ok(o.status == 0 && strstr(o.out, words) != NULL, "conclave status says: %s", words);
    size_t widest = 0;
    for (char *rest = o.out, *line; (line = strsep(&rest, "\n")) != NULL;) {
        printf("# %s\n", line);
        bool identity = strstr(line, "council id") != NULL || strstr(line, "tip") != NULL;
        widest = !identity && strlen(line) > widest ? strlen(line) : widest;
    }
    ok(widest <= 80, "in at most 80 columns");
    live_output_free(&o);
}

/* The newest flag of a stall. */
static void check_flag(struct live *l, unsigned seat, const char *state,
                       const char *severity)
{
    json_t *params = json_pack("{s:s,s:s}", "kind", "stalled", "state", "all");
    json_t *flags = live_call(l, seat, "flags", params);
    const json_t *flag = json_array_get(json_object_get(flags, "flags"), 0);
    const char *text = json_string_value(json_object_get(flag, "text"));
    const char *got = json_string_value(json_object_get(flag, "state"));
    const char *how = json_string_value(json_object_get(flag, "severity"));
    ok(got != NULL && strcmp(got, state) == 0 && how != NULL && strcmp(how, severity) == 0,
       "its flag is %s: %s", got != NULL ? got : "?", text != NULL ? text : "?");
    json_decref(flags);
}

/* --- seats that are away --- */

static void check_away(struct live *l)
{
    char id[LIVE_ID_BYTES];
    json_decref(live_watch(l, 1, on_event, NULL));
    (void)live_stop(l, 3, WAIT_MS);
    (void)live_stop(l, 4, WAIT_MS);
    is(live_propose(l, 1, "test", "with two of four", NULL, id), 0, "a proposal");
    ok(live_wait_log(l, 1, "event=council.stalled", WAIT_MS),
       "without two seats it is told that nothing goes on");
    char *line = last_line(l, 1, "event=council.stalled");
    ok(strstr(line, " phase=peers have=2 need=3 missing=3,4 able=2 unable=3,4 "
                    "reachable=no ") != NULL,
       "with who is missing, and that it cannot go on: %s", line);
    free(line);
    json_t *status = live_call(l, 1, "status", NULL);
    ok(json_is_true(json_object_get(status, "stalled")) &&
           is_json(awaiting(status, "missing"), "[3,4]") &&
           is_json(awaiting(status, "reachable"), "false") &&
           is_json(awaiting(status, "next.what"), "\"seats\""),
       "and so says status");
    json_decref(status);
    check_command(l, 1, "too few");
    check_flag(l, 1, "new", "critical");
    live_start(l, 3);
    json_t *p = live_wait_final(l, 1, id, WAIT_MS);
    ok(p != NULL, "one of them comes back, and it is decided");
    json_decref(p);
    ok(live_wait_log(l, 1, "event=council.moving", WAIT_MS), "which is told, too");
    check_flag(l, 1, "cleared", "critical");
    live_pump(l, 50);
    ok(stalled_events > 0 && moving_events == 1, "and to who subscribed");
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS) && live_wait_level(l, WAIT_MS), "all are back");
}

/* --- a primary that sleeps --- */

static void check_primary(struct live *l)
{
    char id[LIVE_ID_BYTES], expected[64];
    json_int_t view = live_number(l, 1, "view");
    unsigned primary = (unsigned)live_number(l, 1, "primary");
    unsigned seat = primary % 4 + 1;
    live_signal(l, primary, SIGSTOP);
    is(live_propose(l, seat, "test", "while the primary sleeps", NULL, id), 0,
       "a proposal while the primary is stopped");
    (void)snprintf(expected, sizeof(expected), "%lld", (long long)view + 1);
    json_t *status = wait_status(l, seat, "next.view", expected);
    ok(is_json(awaiting(status, "next.what"), "\"view-change\"") &&
           is_json(awaiting(status, "reachable"), "true") &&
           json_integer_value(awaiting(status, "next.primary")) ==
               (json_int_t)(primary % 4 + 1) &&
           json_is_integer(awaiting(status, "next.in_ms")),
       "status names the next view, its primary, and when");
    (void)snprintf(expected, sizeof(expected), "[%u]", primary);
    ok(is_json(awaiting(status, "missing"), expected), "and who is waited for: %s",
       json_string_value(awaiting(status, "text")));
    json_decref(status);
    json_t *p = live_wait_final(l, seat, id, WAIT_MS);
    ok(p != NULL, "then it is decided");
    json_decref(p);
    live_signal(l, primary, SIGCONT);
    ok(live_wait_level(l, WAIT_MS), "and the sleeper comes after");
}

/* --- a seat that has lost its state --- */

static void wipe(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char *file = alloc_printf("%s/%s", path, e->d_name);
        if (e->d_name[0] != '.') {
            (void)unlink(file);
        }
        free(file);
    }
    (void)closedir(d);
}

static bool has_flag(struct live *l, unsigned at, unsigned about, const char *flag)
{
    bool found = false;
    json_t *rows = live_call(l, at, "seats", NULL);
    const json_t *flags = json_object_get(json_array_get(rows, about - 1), "flags");
    for (size_t i = 0; i < json_array_size(flags); i++) {
        found |= strcmp(json_string_value(json_array_get(flags, i)), flag) == 0;
    }
    json_decref(rows);
    return found;
}

static void check_lost(struct live *l)
{
    char id[LIVE_ID_BYTES];
    for (unsigned seat = 2; seat <= 4; seat++) {
        (void)live_stop(l, seat, WAIT_MS);
    }
    wipe(live_seat(l, 4)->data);
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS) && live_wait_log(l, 4, "event=state.lost", WAIT_MS),
       "seat 4 comes back with an empty disk");
    live_start(l, 2);
    json_t *status = wait_status(l, 4, "missing", "[3]");
    ok(is_json(awaiting(status, "what"), "\"view-reports\"") &&
           is_json(json_object_get(json_object_get(status, "standing"), "state"),
                   "\"lost\"") &&
           is_json(json_object_get(json_object_get(status, "standing"), "missing"), "[3]"),
       "it says that it lost its state, and who can help");
    json_decref(status);
    check_command(l, 4, "lost its state; 2 of 3 reports, missing: 3");
    is(live_propose(l, 1, "test", "with a seat that lost its state", NULL, id), 0,
       "a proposal");
    status = wait_status(l, 1, "unable", "[3,4]");
    ok(is_json(awaiting(status, "reachable"), "false") &&
           is_json(json_object_get(status, "halted"), "false"),
       "three are connected, but only two can take part");
    json_decref(status);
    ok(has_flag(l, 1, 4, "lost-state") && has_flag(l, 4, 4, "lost-state"),
       "seats shows which one has lost its state");
    live_start(l, 3);
    json_t *p = live_wait_final(l, 1, id, WAIT_MS);
    ok(p != NULL, "with the fourth it is decided");
    json_decref(p);
    ok(live_wait_log(l, 4, "event=state.returned", WAIT_MS), "and seat 4 returns");
    status = wait_status(l, 1, "reachable", "true");
    ok(status != NULL, "nobody restarted anything");
    json_decref(status);
}

int main(void)
{
    struct live_class class = {"test", 0, 60000, 60000, 300, false};
    struct live_options o = {
        .seats = 4,
        .classes = &class,
        .class_count = 1,
        .charter = "{\"timing\":{\"timer_floor_ms\":1000,\"timer_ceiling_ms\":2000}}",
        .config = "heartbeat-ms = 200\ndead-peer-ms = 30000\n"};
    live_limit(200);
    struct live *l = live_new(&o);
    char id[LIVE_ID_BYTES];
    ok(live_start_council(l), "4 nodes start and connect");
    live_agent_set(l, 0, history_approve, NULL);
    is(live_propose(l, 1, "test", "to begin with", NULL, id), 0, "a proposal");
    json_t *p = live_wait_final(l, 1, id, WAIT_MS);
    ok(p != NULL, "they decide");
    json_decref(p);
    check_away(l);
    check_primary(l);
    check_lost(l);
    ok(live_quiet(l), "no node wrote to standard error");
    if (tap_failures > 0) {
        live_show_logs(l, 15);
    }
    live_free(l);
    return tap_done();
}
