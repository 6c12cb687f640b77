/* SPDX-License-Identifier: ISC */
#include "alert/alert.h"

#include "base/alloc.h"
#include "base/log_text.h"
#include "control/control.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type {
    FLAG_RAISED,
    FLAG_ACKNOWLEDGED,
    FLAG_CLEARED,
    PROPOSAL_FINAL,
    COUNCIL_STALLED,
    COUNCIL_MOVING,
    NODE_UNREACHABLE,
    NODE_REACHABLE,
    QUEUE_FULL,
    TEST,
};

const char *const alert_types[] = {
    [FLAG_RAISED] = "flag.raised",
    [FLAG_ACKNOWLEDGED] = "flag.acknowledged",
    [FLAG_CLEARED] = "flag.cleared",
    [PROPOSAL_FINAL] = "proposal.final",
    [COUNCIL_STALLED] = "council.stalled",
    [COUNCIL_MOVING] = "council.moving",
    [NODE_UNREACHABLE] = "node.unreachable",
    [NODE_REACHABLE] = "node.reachable",
    [QUEUE_FULL] = "alert.queue-full",
    [TEST] = "alert.test",
    NULL,
};

static const char *const severities[] = {[SEVERITY_NOTICE] = "notice",
                                         [SEVERITY_WARNING] = "warning",
                                         [SEVERITY_CRITICAL] = "critical"};

int alert_severity_parse(const char *word)
{
    for (int i = SEVERITY_NOTICE; i <= SEVERITY_CRITICAL; i++) {
        if (strcmp(word, severities[i]) == 0) {
            return i;
        }
    }
    return -1;
}

const char *alert_severity_name(enum alert_severity s)
{
    return severities[s];
}

enum alert_severity alert_severity_of(const char *word)
{
    int s = word != NULL ? alert_severity_parse(word) : SEVERITY_NOTICE;
    return s < 0 ? SEVERITY_CRITICAL : (enum alert_severity)s;
}

void alert_free(struct alert *a)
{
    buffer_free(&a->body);
}

/* --- putting one together --- */

static json_t *text_or_null(const char *s)
{
    return s != NULL ? control_text(slice_of_string(s)) : json_null();
}

/* unique tells this event from all others of its type at this node. */
static void begin(const struct alert_source *s, enum type type, const char *unique,
                  uint64_t time_ms, struct alert *out)
{
    uint8_t hash[16];
    char *whole = alloc_printf("conclave-alert %s %u %s %s",
                               s->council_id != NULL ? s->council_id : "-", s->seat,
                               alert_types[type], unique);
    memset(out, 0, sizeof(*out));
    (void)crypto_generichash(hash, sizeof(hash), (const uint8_t *)whole, strlen(whole),
                             NULL, 0);
    free(whole);
    memcpy(out->id, "msg_", 4);
    hex_encode(out->id + 4, slice_of(hash, sizeof(hash)));
    out->type = alert_types[type];
    out->time_ms = time_ms;
}

/* detail is stolen, and stands in the data under name. */
static void finish(const struct alert_source *s, const char *name, json_t *detail,
                   struct alert *a)
{
    char time[LOG_TIME_BYTES];
    json_t *data = json_object(), *all = json_object();
    log_time(time, a->time_ms);
    (void)json_object_set_new(data, "council", text_or_null(s->council));
    (void)json_object_set_new(data, "council_id", text_or_null(s->council_id));
    (void)json_object_set_new(data, "node",
                              s->seat != 0 ? json_integer(s->seat) : json_null());
    (void)json_object_set_new(data, "node_name", text_or_null(s->name));
    (void)json_object_set_new(data, "severity", json_string(severities[a->severity]));
    (void)json_object_set_new(data, name, detail);
    (void)json_object_set_new(all, "type", json_string(a->type));
    (void)json_object_set_new(all, "timestamp", json_string(time));
    (void)json_object_set_new(all, "data", data);
    control_format(&a->body, all);
    a->body.size--; /* the line feed */
    json_decref(all);
}

static uint64_t number_of(const json_t *object, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(object, name));
    return n > 0 ? (uint64_t)n : 0;
}

/* A copy without the members that only the event has. */
static json_t *content(const json_t *params)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)params);
    (void)json_object_del(copy, "seq");
    (void)json_object_del(copy, "event");
    return copy;
}

/* --- each kind --- */

unsigned alert_flag_turns(const json_t *flag)
{
    const char *state = json_string_value(json_object_get(flag, "state"));
    bool seen = json_is_integer(json_object_get(flag, "acknowledged_ms"));
    bool cleared = state != NULL && strcmp(state, "cleared") == 0;
    return (unsigned)TURN_RAISED | (seen ? TURN_ACKNOWLEDGED : 0U) |
           (cleared ? TURN_CLEARED : 0U);
}

uint64_t alert_flag_time(const json_t *flag, enum alert_turn turn)
{
    switch (turn) {
    case TURN_RAISED:
        break;
    case TURN_ACKNOWLEDGED:
        return number_of(flag, "acknowledged_ms");
    case TURN_CLEARED:
        return number_of(flag, "cleared_ms");
    }
    return number_of(flag, "first_ms");
}

static enum type type_of(enum alert_turn turn)
{
    switch (turn) {
    case TURN_RAISED:
        break;
    case TURN_ACKNOWLEDGED:
        return FLAG_ACKNOWLEDGED;
    case TURN_CLEARED:
        return FLAG_CLEARED;
    }
    return FLAG_RAISED;
}

void alert_of_flag(const struct alert_source *s, const json_t *flag, enum alert_turn turn,
                   struct alert *out)
{
    const char *kind = json_string_value(json_object_get(flag, "kind"));
    const char *severity = json_string_value(json_object_get(flag, "severity"));
    char unique[64];
    (void)snprintf(unique, sizeof(unique), "%" PRIu64 " %" PRIu64, number_of(flag, "id"),
                   number_of(flag, "first_ms"));
    begin(s, type_of(turn), unique, alert_flag_time(flag, turn), out);
    (void)snprintf(out->kind, sizeof(out->kind), "%s", kind != NULL ? kind : "unknown");
    out->severity = alert_severity_of(severity != NULL ? severity : "unknown");
    out->seat = (unsigned)number_of(flag, "seat");
    finish(s, "flag", content(flag), out);
}

void alert_of_record(const struct alert_source *s, const json_t *record, struct alert *out)
{
    static const char *const only_event[] = {"proposal", "height", "time_ms"};
    const char *id = json_string_value(json_object_get(record, "id"));
    char unique[128];
    (void)snprintf(unique, sizeof(unique), "%" PRIu64 " %.80s", number_of(record, "record"),
                   id != NULL ? id : "");
    begin(s, PROPOSAL_FINAL, unique, number_of(record, "final_ms"), out);
    json_t *detail = content(record);
    for (size_t i = 0; i < sizeof(only_event) / sizeof(only_event[0]); i++) {
        (void)json_object_del(detail, only_event[i]);
    }
    finish(s, "decision", detail, out);
}

static void begin_since(const struct alert_source *s, enum type type, uint64_t since_ms,
                        uint64_t now_ms, struct alert *out)
{
    char unique[32];
    (void)snprintf(unique, sizeof(unique), "%" PRIu64, since_ms);
    begin(s, type, unique, now_ms, out);
    out->severity = SEVERITY_CRITICAL;
}

void alert_of_stall(const struct alert_source *s, bool begins, const json_t *stall,
                    uint64_t since_ms, uint64_t now_ms, struct alert *out)
{
    begin_since(s, begins ? COUNCIL_STALLED : COUNCIL_MOVING, since_ms, now_ms, out);
    json_t *detail = content(stall);
    (void)json_object_set_new(detail, "began_ms", json_integer((json_int_t)since_ms));
    finish(s, "stall", detail, out);
}

void alert_of_reach(const struct alert_source *s, bool reachable, const char *reason,
                    uint64_t since_ms, uint64_t now_ms, struct alert *out)
{
    begin_since(s, reachable ? NODE_REACHABLE : NODE_UNREACHABLE, since_ms, now_ms, out);
    json_t *detail = json_object();
    (void)json_object_set_new(detail, "since_ms", json_integer((json_int_t)since_ms));
    (void)json_object_set_new(detail, "reason", text_or_null(reason));
    finish(s, "reach", detail, out);
}

void alert_of_full(const struct alert_source *s, size_t waiting, uint64_t now_ms,
                   struct alert *out)
{
    begin_since(s, QUEUE_FULL, now_ms, now_ms, out);
    finish(s, "queue", json_pack("{s:I}", "waiting", (json_int_t)waiting), out);
}

void alert_of_test(const struct alert_source *s, uint64_t now_ms, struct alert *out)
{
    char unique[48];
    (void)snprintf(unique, sizeof(unique), "%" PRIu64 " %" PRIu32, now_ms,
                   randombytes_random());
    begin(s, TEST, unique, now_ms, out);
    finish(
        s, "test",
        json_pack("{s:s}", "text", "This is a test: nothing happened, and alerts arrive."),
        out);
}
