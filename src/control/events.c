/* SPDX-License-Identifier: ISC */
/* Who gets which events, and the numbers of these. */
#include "control/session.h"

#include <string.h>

bool server_is_quiet(const struct control_server *s, const char *event)
{
    const char *const *quiet = s->config.quiet;
    while (quiet != NULL && *quiet != NULL && strcmp(*quiet, event) != 0) {
        quiet++;
    }
    return quiet != NULL && *quiet != NULL;
}

bool control_has_subscribers(const struct control_server *s)
{
    return s->subscribers > 0;
}

bool control_wants(const struct control_server *s, const char *event)
{
    for (const struct control_session *c = s->sessions; c != NULL && s->subscribers > 0;
         c = c->next) {
        if (session_wants(c, event)) {
            return true;
        }
    }
    return false;
}

void control_publish(struct control_server *s, const char *event, json_t *params)
{
    /* Who does not name it sees no gap. */
    s->sequence += !server_is_quiet(s, event);
    if (!control_wants(s, event)) {
        json_decref(params);
        return;
    }
    json_t *numbered = json_object();
    (void)json_object_set_new(numbered, "seq", json_integer((json_int_t)s->sequence));
    (void)json_object_set_new(numbered, "event", json_string(event));
    if (params != NULL) {
        (void)json_object_update(numbered, params);
        json_decref(params);
    }
    json_t *message = control_notification("event", numbered);
    struct buffer line = {NULL, 0, 0};
    control_format(&line, message);
    json_decref(message);
    for (struct control_session *c = s->sessions; c != NULL; c = c->next) {
        if (session_wants(c, event)) {
            session_write(c, buffer_slice(&line));
        }
    }
    buffer_free(&line);
}

uint64_t control_subscribe(struct control_session *s, const json_t *prefixes)
{
    control_unsubscribe(s);
    if (!s->doomed) {
        s->subscribed = true;
        s->server->subscribers++;
        s->prefixes = prefixes != NULL ? json_deep_copy(prefixes) : NULL;
    }
    return s->server->sequence;
}

void control_unsubscribe(struct control_session *s)
{
    if (s->subscribed) {
        s->subscribed = false;
        s->server->subscribers--;
        json_decref(s->prefixes);
        s->prefixes = NULL;
    }
}

bool session_wants(const struct control_session *c, const char *event)
{
    if (!c->subscribed || c->prefixes == NULL) {
        return c->subscribed && !server_is_quiet(c->server, event);
    }
    for (size_t i = 0; i < json_array_size(c->prefixes); i++) {
        const char *prefix = json_string_value(json_array_get(c->prefixes, i));
        if (prefix != NULL && strncmp(event, prefix, strlen(prefix)) == 0) {
            return true;
        }
    }
    return false;
}
