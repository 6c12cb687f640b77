/* SPDX-License-Identifier: ISC */
/* One request: its shape, the caller's role, the handler, the answer. */
#include "control/session.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 64 }; /* bytes of the client's own text in a message */

void control_fail(struct control_session *s, enum control_code code, const char *format,
                  ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(s->message, sizeof(s->message), format, args);
    va_end(args);
    s->failed = true;
    s->code = code;
}

void control_fail_data(struct control_session *s, json_t *data)
{
    json_decref(s->data);
    s->data = data;
}

static const struct control_method *find_method(const struct control_server *s,
                                                const char *name)
{
    for (const struct control_method *m = s->config.methods; m->name != NULL; m++) {
        if (strcmp(m->name, name) == 0) {
            return m;
        }
    }
    return NULL;
}

static void deny(struct control_session *c, const struct control_method *m)
{
    LOG_EVENT(LOG_LEVEL_WARN, "control.denied", LOG_S("method", m->name),
              LOG_S("needs", control_role_name(m->role)), LOG_N("uid", c->peer.uid),
              LOG_N("pid", (uint64_t)c->peer.pid));
    control_fail(c, CONTROL_DENIED,
                 "%s needs the role %s; you (uid %u) have the role %s. Roles are given in "
                 "conclaved.conf(5)",
                 m->name, control_role_name(m->role), (unsigned)c->peer.uid,
                 control_role_name(control_session_role(c)));
}

/* Whoever does more than read is on record, with what came of it. */
static void record(const struct control_session *c, const struct control_method *m)
{
    struct log_field pid = LOG_N("pid", (uint64_t)c->peer.pid);
    struct log_field proposal = LOG_X("proposal", slice_of(c->proposal, c->proposal_size));
    if (c->proposal_size == 0) {
        proposal.kind = LOG_END;
    }
    if (c->failed) {
        LOG_EVENT(LOG_LEVEL_INFO, "control.request", LOG_S("method", m->name),
                  LOG_N("uid", c->peer.uid), pid, LOG_S("outcome", "refused"),
                  LOG_I("code", c->code));
    } else {
        LOG_EVENT(LOG_LEVEL_INFO, "control.request", LOG_S("method", m->name),
                  LOG_N("uid", c->peer.uid), pid, LOG_S("outcome", "done"), proposal);
    }
}

/* The result, or NULL after control_fail. */
static json_t *dispatch(struct control_session *c, const json_t *request)
{
    const char *version = json_string_value(json_object_get(request, "jsonrpc"));
    const char *name = json_string_value(json_object_get(request, "method"));
    json_t *params = json_object_get(request, "params");
    if (version == NULL || strcmp(version, "2.0") != 0) {
        control_fail(c, CONTROL_INVALID_REQUEST, "the member jsonrpc must be \"2.0\"");
        return NULL;
    }
    if (name == NULL) {
        control_fail(c, CONTROL_INVALID_REQUEST,
                     "the member method must be a string, such as \"status\"");
        return NULL;
    }
    const struct control_method *m = find_method(c->server, name);
    if (m == NULL) {
        control_fail(c, CONTROL_UNKNOWN_METHOD,
                     "there is no method %.*s; conclave-control(7) lists them", SHOWN_MAX,
                     name);
        return NULL;
    }
    if (!control_roles_allow(c->roles, m->role)) {
        deny(c, m);
        return NULL;
    }
    if (params != NULL && !json_is_object(params)) {
        control_fail(c, CONTROL_INVALID_PARAMS,
                     "params must be an object with named members");
    }
    json_t *none = params == NULL ? json_object() : NULL;
    json_t *result = NULL;
    if (!c->failed) {
        result = m->handle(c->server->config.context, c, params != NULL ? params : none);
    }
    json_decref(none);
    if (result == NULL && !c->failed) {
        control_fail(c, CONTROL_INTERNAL, "%s failed and gave no reason", m->name);
    }
    if (m->role > ROLE_READ) {
        record(c, m);
    }
    return result;
}

static json_t *error_of(const struct control_session *c, json_t *id)
{
    json_t *message = control_error(json_incref(id), c->code, c->message);
    if (c->data != NULL) {
        (void)json_object_set(json_object_get(message, "error"), "data", c->data);
    }
    return message;
}

static void answer(struct control_session *c, json_t *id, json_t *result)
{
    struct buffer line = {NULL, 0, 0};
    json_t *message =
        result != NULL ? control_result(json_incref(id), result) : error_of(c, id);
    control_format(&line, message);
    json_decref(message);
    if (line.size > CONTROL_LINE_MAX) {
        buffer_free(&line);
        message = control_error(json_incref(id), CONTROL_REFUSED,
                                "the answer would be longer than 1 MiB: ask for less");
        control_format(&line, message);
        json_decref(message);
    }
    session_write(c, buffer_slice(&line));
    buffer_free(&line);
}

static bool is_id(const json_t *id)
{
    return json_is_null(id) || json_is_string(id) || json_is_integer(id);
}

static void handle_request(struct control_session *c, const json_t *request)
{
    json_t *id = json_object_get(request, "id");
    if (id != NULL && !is_id(id)) {
        session_send(c, control_error(NULL, CONTROL_INVALID_REQUEST,
                                      "the member id must be a string or an integer"));
        return;
    }
    c->failed = false;
    c->message[0] = '\0';
    control_fail_data(c, NULL);
    c->proposal_size = 0;
    json_t *result = dispatch(c, request);
    if (id != NULL) {
        answer(c, id, result);
    } else if (c->failed && c->code == CONTROL_INVALID_REQUEST) {
        /* Without a method it is no notification either. */
        session_send(c, control_error(NULL, c->code, c->message));
    } else {
        json_decref(result);
    }
}

static bool is_blank(struct slice line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (strchr(" \t\r", line.data[i]) == NULL || line.data[i] == '\0') {
            return false;
        }
    }
    return true;
}

void request_handle(struct control_session *c, struct slice line)
{
    struct complaint why = {""};
    if (is_blank(line)) {
        return;
    }
    json_t *request = NULL;
    if (line.size > session_line_max(c)) {
        (void)complain(&why, CONCLAVE_ELIMIT, "the line is longer than %zu bytes",
                       session_line_max(c));
    } else {
        request = control_parse(line, &why);
    }
    if (request == NULL) {
        session_send(c, control_error(NULL, CONTROL_PARSE_ERROR, why.text));
    } else if (json_is_array(request)) {
        session_send(c, control_error(NULL, CONTROL_INVALID_REQUEST,
                                      "batches are not supported: send one request a "
                                      "line"));
    } else {
        handle_request(c, request);
    }
    json_decref(request);
}
