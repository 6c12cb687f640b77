/* SPDX-License-Identifier: ISC */
/*
 * Flags of a real council: none while it starts; a seat that dies gets one, which one
 * client acknowledges and another sees; the daemon's restart keeps it, and the seat's
 * return clears it.
 */
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000 };

static char events[4096]; /* "flag.raised:silent:3 ", as they came */

static void on_event(void *context, unsigned seat, const json_t *message)
{
    const json_t *params = json_object_get(message, "params");
    const char *name = json_string_value(json_object_get(params, "event"));
    size_t size = strlen(events);
    (void)context, (void)seat;
    if (name != NULL && strncmp(name, "flag.", 5) == 0) {
        (void)snprintf(events + size, sizeof(events) - size, "%s:%s:%lld ", name,
                       json_string_value(json_object_get(params, "kind")),
                       (long long)json_integer_value(json_object_get(params, "seat")));
    }
}

static bool wait_event(struct live *l, const char *words)
{
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    while (strstr(events, words) == NULL && clock_monotonic_ms() < end) {
        live_pump(l, 10);
    }
    return strstr(events, words) != NULL;
}

static const char *text(const json_t *flag, const char *member)
{
    const char *value = json_string_value(json_object_get(flag, member));
    return value != NULL ? value : "";
}

/* The newest flag of this kind at a seat, in whatever state; a new reference or NULL. */
static json_t *newest(struct live *l, unsigned seat, const char *kind)
{
    json_t *answer =
        live_call(l, seat, "flags", json_pack("{s:s,s:s}", "state", "all", "kind", kind));
    json_t *flag = json_incref(json_array_get(json_object_get(answer, "flags"), 0));
    json_decref(answer);
    return flag;
}

static bool wait_state(struct live *l, unsigned seat, const char *kind, const char *state)
{
    uint64_t end = clock_monotonic_ms() + WAIT_MS;
    bool is_so = false;
    while (!is_so && clock_monotonic_ms() < end) {
        json_t *flag = newest(l, seat, kind);
        is_so = strcmp(text(flag, "state"), state) == 0;
        json_decref(flag);
        live_pump(l, 10);
    }
    return is_so;
}

static bool summary_is(struct live *l, unsigned seat, const char *expected)
{
    json_t *status = live_call(l, seat, "status", NULL);
    char *got = json_dumps(json_object_get(status, "flags"), JSON_COMPACT);
    bool same = got != NULL && strcmp(got, expected) == 0;
    if (!same) {
        printf("#   status has the flags %s\n", got != NULL ? got : "?");
    }
    free(got);
    json_decref(status);
    return same;
}

static bool approve(void *context, unsigned seat, const json_t *params,
                    struct live_ballot *out)
{
    (void)context, (void)seat, (void)params;
    *out = (struct live_ballot){"approve", 90, "so be it"};
    return true;
}

/* --- a seat that dies --- */

static json_int_t check_silent(struct live *l)
{
    json_decref(live_watch(l, 1, on_event, NULL));
    live_pump(l, 3000);
    ok(events[0] == '\0' &&
           summary_is(l, 1, "{\"new\":0,\"acknowledged\":0,\"worst\":null}"),
       "a council that starts and rests has no flags");
    live_kill(l, 3);
    ok(wait_event(l, "flag.raised:silent:3"), "a seat that is killed is flagged");
    json_t *flag = newest(l, 1, "silent");
    json_int_t id = json_integer_value(json_object_get(flag, "id"));
    ok(strcmp(text(flag, "state"), "new") == 0 && strcmp(text(flag, "letter"), "D") == 0 &&
           strcmp(text(flag, "severity"), "warning") == 0 &&
           json_is_true(json_object_get(flag, "local")),
       "as one says it: %s", text(flag, "text"));
    json_decref(flag);
    ok(summary_is(l, 1, "{\"new\":1,\"acknowledged\":0,\"worst\":\"warning\"}"),
       "and status counts it");
    flag = live_call(l, 1, "flag", json_pack("{s:I}", "id", id));
    const json_t *evidence = json_object_get(flag, "evidence");
    ok(json_is_false(json_object_get(evidence, "connected")) &&
           json_integer_value(json_object_get(evidence, "heard_ms_ago")) >= 1000,
       "with what is known of the seat");
    json_decref(flag);
    ok(live_log_count(l, 1, "event=flag.raised") == 1, "the log has it once");
    return id;
}

static void check_acknowledged(struct live *l, json_int_t id)
{
    /* A client beside the one that watches. */
    struct control_client *other = NULL;
    struct complaint why = {""};
    json_t *answer = NULL;
    int error = control_connect(live_seat(l, 1)->socket, &other, &why);
    error = error == 0 ? control_call(other, "flags.ack", json_pack("{s:[I]}", "ids", id),
                                      &answer, WAIT_MS, &why)
                       : error;
    ok(error == 0, "another client acknowledges it: %s", why.text);
    json_decref(answer);
    control_disconnect(other);
    ok(wait_event(l, "flag.acknowledged:silent:3"), "which the first is told");
    ok(wait_state(l, 1, "silent", "acknowledged"), "and sees");
    char log[64];
    (void)snprintf(log, sizeof(log), "uid=%u pid=%d", (unsigned)getuid(), (int)getpid());
    ok(live_log_count(l, 1, log) > 0, "the log says who it was");
}

static void check_restart(struct live *l, json_int_t id)
{
    ok(live_stop(l, 1, WAIT_MS) == 0, "the daemon is stopped");
    live_start(l, 1);
    ok(live_wait_ready(l, 1, WAIT_MS), "and started again");
    json_t *flag = newest(l, 1, "silent");
    ok(json_integer_value(json_object_get(flag, "id")) == id &&
           strcmp(text(flag, "state"), "acknowledged") == 0 &&
           json_integer_value(json_object_get(flag, "acknowledged_by")) ==
               (json_int_t)getuid(),
       "the flag is there, still acknowledged");
    json_decref(flag);
    live_kill(l, 1);
    live_start(l, 1);
    ok(live_wait_ready(l, 1, WAIT_MS) && wait_state(l, 1, "silent", "acknowledged"),
       "so it is after a crash");
    events[0] = '\0';
    json_decref(live_watch(l, 1, on_event, NULL));
    live_start(l, 3);
    ok(wait_event(l, "flag.cleared:silent:3") && wait_state(l, 1, "silent", "cleared"),
       "and it is cleared when the seat is back");
    flag = newest(l, 1, "silent");
    ok(json_integer_value(json_object_get(flag, "id")) == id &&
           json_integer_value(json_object_get(flag, "count")) == 1 &&
           strstr(events, "flag.raised:silent") == NULL,
       "it was the same one all the time");
    json_decref(flag);
    ok(live_wait_level(l, WAIT_MS), "the council is whole");
}

/* --- ballots --- */

static bool decide(struct live *l, const char *title)
{
    char id[LIVE_ID_BYTES];
    json_t *p = NULL;
    if (live_propose(l, 1, "test", title, NULL, id) == 0) {
        p = live_wait_final(l, 1, id, WAIT_MS);
    }
    json_decref(p);
    return p != NULL;
}

static void check_missed(struct live *l)
{
    live_agent_set(l, 4, NULL, NULL);
    ok(decide(l, "three of four"), "a decision without one seat's agent");
    ok(wait_event(l, "flag.raised:missed:4"), "flags that it missed it");
    json_t *flag = newest(l, 2, "missed");
    const json_t *id = json_object_get(flag, "id");
    json_t *all = live_call(l, 2, "flag", json_pack("{s:O}", "id", id));
    const json_t *evidence = json_object_get(all, "evidence");
    ok(json_is_false(json_object_get(flag, "local")) &&
           strcmp(text(json_object_get(evidence, "proposal"), "title"), "three of four") ==
               0 &&
           json_array_size(json_object_get(evidence, "records")) == 1,
       "at every node, with the decision");
    json_decref(all);
    json_decref(flag);
    ok(decide(l, "again"), "another one");
    ok(wait_event(l, "flag.changed:missed:4"), "counts");
    ok(wait_event(l, "flag.raised:evaluator-failed:4"), "its evaluator is flagged, too");
    live_agent_set(l, 4, approve, NULL);
    ok(wait_event(l, "flag.cleared:evaluator-failed:4"), "until there is one");
    ok(decide(l, "one") && decide(l, "two") && decide(l, "three"), "three with all seats");
    ok(wait_event(l, "flag.cleared:missed:4"), "clear the other");
    flag = newest(l, 1, "missed");
    is(json_integer_value(json_object_get(flag, "count")), 2, "it was seen twice");
    json_decref(flag);
}

int main(void)
{
    static const struct live_class class = {"test", 3, 2000, 2000, 500, false};
    static const struct live_options options = {
        .seats = 4,
        .classes = &class,
        .class_count = 1,
        .config = "heartbeat-ms = 200\ndead-peer-ms = 2500\n"};
    live_limit(240);
    struct live *l = live_new(&options);
    ok(live_start_council(l), "four seats start");
    live_agent_set(l, 0, approve, NULL);
    json_int_t id = check_silent(l);
    check_acknowledged(l, id);
    check_restart(l, id);
    check_missed(l);
    ok(live_quiet(l), "no node wrote to its standard error");
    if (tap_failures > 0) {
        live_show_logs(l, 40);
    }
    live_free(l);
    return tap_done();
}
