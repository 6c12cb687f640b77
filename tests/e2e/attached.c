/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "attached.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static void note(struct attached *a, const json_t *message)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    const json_t *proposal =
        json_object_get(json_object_get(message, "params"), "proposal");
    if (method != NULL && strcmp(method, "agent.ask") == 0 &&
        a->count < ATTACHED_ASKS_MAX) {
        (void)snprintf(a->asked[a->count++], LIVE_ID_BYTES, "%s",
                       json_string_value(json_object_get(proposal, "id")));
        a->bytes += json_string_length(json_object_get(proposal, "text"));
    }
}

json_t *attached_say(struct attached *a, const char *method, json_t *params)
{
    json_t *message = NULL;
    json_int_t id = control_send(a->client, method, params);
    while (id > 0 && control_next(a->client, &message, LIVE_CALL_MS) == 0) {
        const json_t *answered = json_object_get(message, "id");
        if (json_is_integer(answered) && json_integer_value(answered) == id) {
            return message;
        }
        note(a, message);
        json_decref(message);
    }
    return NULL;
}

bool attached_open(struct attached *a, struct live *l, unsigned seat)
{
    memset(a, 0, sizeof(*a));
    json_t *answer = NULL;
    if (control_connect(live_seat(l, seat)->socket, &a->client, NULL) == 0) {
        answer = attached_say(a, "agent.attach", json_pack("{s:s}", "name", "test"));
    }
    bool is_in = json_object_get(answer, "result") != NULL;
    json_decref(answer);
    return is_in;
}

void attached_close(struct attached *a)
{
    control_disconnect(a->client);
    a->client = NULL;
}

unsigned attached_wait(struct attached *a, unsigned count, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    for (uint64_t now; a->count < count && (now = clock_monotonic_ms()) < until;) {
        json_t *message = NULL;
        if (control_next(a->client, &message, (int)(until - now)) != 0) {
            break;
        }
        note(a, message);
        json_decref(message);
    }
    return a->count;
}

bool attached_was_asked(const struct attached *a, const char *id)
{
    unsigned times = 0;
    for (unsigned i = 0; i < a->count; i++) {
        times += strcmp(a->asked[i], id) == 0;
    }
    return times == 1;
}

json_int_t attached_answer(struct attached *a, const char *id, const char *choice,
                           int confidence, json_t **held)
{
    json_t *message =
        attached_say(a, "agent.answer",
                     json_pack("{s:s,s:s,s:i,s:s}", "proposal", id, "choice", choice,
                               "confidence", confidence, "rationale", "as \xc3\xa6ver\n"));
    const json_t *error = json_object_get(message, "error");
    json_int_t code = json_integer_value(json_object_get(error, "code"));
    if (message == NULL) {
        code = -1;
    }
    if (held != NULL) {
        *held = error != NULL
                    ? json_object_get(error, "data")
                    : json_object_get(json_object_get(message, "result"), "repeated");
        json_incref(*held);
    }
    json_decref(message);
    return code;
}

/* --- the ledger --- */

static bool is_ballot(const json_t *op, const char *id)
{
    const char *kind = json_string_value(json_object_get(op, "kind"));
    const char *of = json_string_value(json_object_get(op, "proposal"));
    return kind != NULL && strcmp(kind, "ballot") == 0 && of != NULL && strcmp(of, id) == 0;
}

static unsigned of_block(const json_t *block, const char *id, unsigned seat)
{
    unsigned count = 0;
    size_t i, k;
    const json_t *envelope, *op;
    json_array_foreach(json_object_get(block, "envelopes"), i, envelope)
    {
        if (json_integer_value(json_object_get(envelope, "seat")) != seat) {
            continue;
        }
        json_array_foreach(json_object_get(envelope, "operations"), k, op)
        {
            count += is_ballot(op, id);
        }
    }
    return count;
}

unsigned attached_ballots(struct live *l, const char *id, unsigned seat)
{
    unsigned count = 0;
    json_int_t top = live_number(l, 1, "height");
    for (json_int_t height = 1; height <= top; height++) {
        json_t *block = live_call(l, 1, "block", json_pack("{s:I}", "height", height));
        count += of_block(block, id, seat);
        json_decref(block);
    }
    return count;
}

bool attached_voted(struct live *l, const char *id, unsigned seat, const char *choice)
{
    json_t *p = live_wait_final(l, 1, id, LIVE_START_MS);
    const json_t *row = json_array_get(json_object_get(p, "seats"), seat - 1);
    const char *got = json_string_value(json_object_get(row, "choice"));
    unsigned ballots = attached_ballots(l, id, seat);
    bool good = got != NULL && strcmp(got, choice) == 0 && ballots == 1;
    if (!good) {
        printf("#   %.8s: seat %u has %u ballots, choice %s, expected one %s\n", id, seat,
               ballots, got != NULL ? got : "none", choice);
    }
    json_decref(p);
    return good;
}
