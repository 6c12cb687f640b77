/* SPDX-License-Identifier: ISC */
/* Clients of the daemons. */
#include "measure.h"

#include <string.h>

enum { STALL_MS = 20000, LEVEL_MS = 60000 };

struct control_client *bench_connect(struct live *l, unsigned seat, const char *event)
{
    struct control_client *c = NULL;
    struct complaint why = {""};
    json_t *snapshot = NULL;
    int error = control_connect(live_seat(l, seat)->socket, &c, &why);
    if (error == 0 && event != NULL) {
        error = control_call(c, "subscribe", json_pack("{s:[s]}", "events", event),
                             &snapshot, LIVE_CALL_MS, &why);
        json_decref(snapshot);
    }
    if (error != 0) {
        bench_fail("seat %u: %s", seat, why.text);
    }
    return c;
}

void bench_send_load(struct control_client *c, unsigned operations, unsigned text_bytes)
{
    json_t *params =
        json_pack("{s:i,s:i}", "operations", (int)operations, "size", (int)text_bytes);
    if (control_send(c, "bench.submit", params) < 0) {
        bench_fail("a node hung up");
    }
}

unsigned bench_waiting(struct control_client *c)
{
    json_t *answer = NULL;
    int error = control_next(c, &answer, LIVE_CALL_MS);
    const json_t *waiting = json_object_get(json_object_get(answer, "result"), "waiting");
    if (error != 0 || waiting == NULL) {
        const json_t *refusal = json_object_get(answer, "error");
        bench_fail("bench.submit: %s",
                   refusal != NULL ? json_string_value(json_object_get(refusal, "message"))
                                   : error_text(error));
    }
    unsigned count = (unsigned)json_integer_value(waiting);
    json_decref(answer);
    return count;
}

json_t *bench_event(struct control_client *c, const char *name, int timeout_ms)
{
    json_t *message = NULL;
    int error;
    while ((error = control_next(c, &message, timeout_ms)) == 0) {
        json_t *params = json_object_get(message, "params");
        const char *event = json_string_value(json_object_get(params, "event"));
        if (event != NULL && strcmp(event, name) == 0) {
            params = json_incref(params);
            json_decref(message);
            return params;
        }
        const json_t *refusal = json_object_get(message, "error");
        if (refusal != NULL) {
            bench_fail("a node refuses: %s",
                       json_string_value(json_object_get(refusal, "message")));
        }
        json_decref(message);
    }
    if (error != CONCLAVE_EAGAIN) {
        bench_fail("a node hung up: %s", error_text(error));
    }
    return NULL;
}

struct bench_block bench_next_block(struct control_client *c)
{
    json_t *e = bench_event(c, "block.committed", STALL_MS);
    if (e == NULL) {
        bench_fail("no block was committed for %d ms", STALL_MS);
    }
    struct bench_block b = {
        (unsigned)json_integer_value(json_object_get(e, "operations")),
        (unsigned)json_integer_value(json_object_get(e, "envelopes")),
    };
    json_decref(e);
    return b;
}

void bench_level(struct live *l)
{
    if (!live_wait_level(l, LEVEL_MS)) {
        live_show_logs(l, 5);
        bench_fail("the nodes do not come to one height");
    }
}
