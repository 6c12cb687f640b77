/* SPDX-License-Identifier: ISC */
#include "alert/tools.h"

#include "alert/courier.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log_text.h"
#include "base/text.h"
#include "control/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tool_fail(const char *text)
{
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, slice_of_string(text), "");
    (void)fprintf(stderr, "conclave-alert: %.*s\n", (int)safe.size,
                  (const char *)safe.data);
    buffer_free(&safe);
    return EXIT_FAILURE;
}

void tool_print(json_t *value)
{
    struct buffer out = {NULL, 0, 0};
    control_format(&out, value);
    (void)fwrite(out.data, 1, out.size, stdout);
    buffer_free(&out);
    json_decref(value);
}

static bool open_queue(const struct config *c, enum queue_mode mode, struct queue **out)
{
    struct complaint why = {""};
    if (queue_open(c->state, mode, &c->limits, out, &why) != 0) {
        (void)tool_fail(why.text);
        return false;
    }
    return true;
}

static json_t *time_or_null(uint64_t ms)
{
    return ms != 0 ? json_integer((json_int_t)ms) : json_null();
}

/* --- queue --- */

struct row {
    const char *name;
    bool is_configured;
    struct queue_waiting waiting;
    struct receiver_state state;
};

static json_t *row_json(const struct row *r)
{
    return json_pack(
        "{s:s,s:b,s:b,s:I,s:I,s:o,s:I,s:I,s:o,s:o}", "receiver", r->name, "configured",
        (int)r->is_configured, "disabled", (int)r->state.is_disabled, "waiting",
        (json_int_t)r->waiting.alerts, "bytes", (json_int_t)r->waiting.bytes, "oldest_ms",
        time_or_null(r->waiting.oldest_ms), "delivered", (json_int_t)r->state.delivered,
        "failures", (json_int_t)r->state.failures, "next_ms",
        time_or_null(r->state.next_ms), "error",
        r->state.error[0] != '\0' ? json_string(r->state.error) : json_null());
}

static void print_row(const struct row *r)
{
    char time[LOG_TIME_BYTES];
    (void)printf("%-20s %6zu waiting  %8" PRIu64 " delivered", r->name, r->waiting.alerts,
                 r->state.delivered);
    if (r->waiting.alerts > 0) {
        log_time(time, r->waiting.oldest_ms);
        (void)printf("  oldest %s", time);
    }
    (void)printf("\n");
    if (!r->is_configured) {
        (void)printf("    is not in the configuration: conclave alert drop %s\n", r->name);
    }
    if (r->state.is_disabled) {
        (void)printf("    wants no more (%s): conclave alert retry %s\n", r->state.error,
                     r->name);
    } else if (r->state.failures > 0) {
        (void)printf("    %" PRIu64 " attempts in a row failed: %s\n", r->state.failures,
                     r->state.error);
    }
}

static void show(struct queue *q, const struct config *c, struct row *r, json_t *rows)
{
    r->is_configured = config_find(c, r->name) != NULL;
    receiver_state_read(q, r->name, &r->state);
    if (rows != NULL) {
        (void)json_array_append_new(rows, row_json(r));
    } else {
        print_row(r);
    }
}

/* What waits for this receiver. */
static void find_waiting(struct queue *q, const char *name, struct queue_waiting *out)
{
    char above[QUEUE_NAME_BYTES] = "";
    while (queue_waiting(q, above, out)) {
        if (strcmp(out->receiver, name) == 0) {
            return;
        }
        memcpy(above, out->receiver, sizeof(above));
    }
}

int tool_queue(const struct config *c, bool json)
{
    struct queue *q = NULL;
    struct row r;
    char above[QUEUE_NAME_BYTES] = "";
    if (!open_queue(c, QUEUE_READ, &q)) {
        return EXIT_FAILURE;
    }
    json_t *rows = json ? json_array() : NULL;
    for (size_t i = 0; i < c->receiver_count; i++) {
        r = (struct row){.name = c->receivers[i].name};
        find_waiting(q, r.name, &r.waiting);
        show(q, c, &r, rows);
    }
    for (memset(&r, 0, sizeof(r)); queue_waiting(q, above, &r.waiting);) {
        r.name = r.waiting.receiver;
        if (config_find(c, r.name) == NULL) {
            show(q, c, &r, rows);
        }
        memcpy(above, r.waiting.receiver, sizeof(above));
    }
    bool is_full = queue_is_full(q);
    if (json) {
        tool_print(json_pack("{s:I,s:I,s:b,s:o}", "waiting", (json_int_t)queue_count(q),
                             "limit", (json_int_t)c->limits.alerts, "full", (int)is_full,
                             "receivers", rows));
    } else if (is_full) {
        (void)printf(
            "The queue is full: nothing more is taken from the node until there is "
            "room.\n");
    }
    queue_close(q);
    return EXIT_SUCCESS;
}

/* --- retry and drop --- */

static int commit(struct queue *q)
{
    struct complaint why = {""};
    queue_set_number(q, QUEUE_GENERATION, queue_number(q, QUEUE_GENERATION) + 1);
    int error = queue_commit(q, &why);
    queue_close(q);
    return error != 0 ? tool_fail(why.text) : EXIT_SUCCESS;
}

static int complain_of(const char *receiver)
{
    char *text = alloc_printf(
        "there is no receiver \"%s\"; conclave alert queue lists them", receiver);
    int status = tool_fail(text);
    free(text);
    return status;
}

int tool_retry(const struct config *c, const char *receiver, bool json)
{
    struct queue *q = NULL;
    if (receiver != NULL && config_find(c, receiver) == NULL) {
        return complain_of(receiver);
    }
    if (!open_queue(c, QUEUE_EDIT, &q)) {
        return EXIT_FAILURE;
    }
    json_t *names = json_array();
    for (size_t i = 0; i < c->receiver_count; i++) {
        const char *name = c->receivers[i].name;
        struct receiver_state s;
        if (receiver != NULL && strcmp(receiver, name) != 0) {
            continue;
        }
        receiver_state_read(q, name, &s);
        s.is_disabled = false;
        s.next_ms = 0;
        receiver_state_write(q, name, &s);
        (void)json_array_append_new(names, json_string(name));
    }
    int status = commit(q);
    if (json && status == EXIT_SUCCESS) {
        tool_print(json_pack("{s:O}", "retried", names));
    }
    json_decref(names);
    return status;
}

int tool_drop(const struct config *c, const char *receiver, bool json)
{
    struct queue *q = NULL;
    struct queue_waiting w;
    if (strlen(receiver) >= QUEUE_NAME_BYTES) {
        return complain_of(receiver);
    }
    if (!open_queue(c, QUEUE_EDIT, &q)) {
        return EXIT_FAILURE;
    }
    find_waiting(q, receiver, &w);
    if (w.alerts == 0 && config_find(c, receiver) == NULL) {
        queue_close(q);
        return complain_of(receiver);
    }
    size_t dropped = queue_remove(q, receiver, UINT64_MAX);
    int status = commit(q);
    if (status == EXIT_SUCCESS && json) {
        tool_print(
            json_pack("{s:s,s:I}", "receiver", receiver, "dropped", (json_int_t)dropped));
    } else if (status == EXIT_SUCCESS) {
        (void)printf("%s: %zu dropped\n", receiver, dropped);
    }
    return status;
}

/* --- keygen --- */

int tool_keygen(const char *path, enum signing_kind kind, bool json)
{
    struct complaint why = {""};
    struct signing_key *k = signing_key_generate(kind);
    char *public = signing_key_public(k);
    int error = signing_key_save(k, path, &why);
    signing_key_free(k);
    if (error != 0) {
        (void)tool_fail(why.text);
    } else if (json) {
        tool_print(json_pack("{s:s,s:s,s:o}", "file", path, "signature",
                             kind == SIGNING_HMAC ? "v1" : "v1a", "public",
                             public != NULL ? json_string(public) : json_null()));
    } else if (public != NULL) {
        (void)printf("%s\n", public);
    } else {
        (void)printf("%s holds the secret; the receiver needs the same line\n", path);
    }
    free(public);
    return error != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
