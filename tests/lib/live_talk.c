/* SPDX-License-Identifier: ISC */
/* Talking with the nodes of a council: calls, scripted agents, subscriptions, logs. */
#define _GNU_SOURCE
#include "live.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POLL_MS = 10, RETRY_MS = 50, LOG_LINE_SHOWN = 300, ERRORS_SHOWN = 40 };

/* --- calls --- */

json_t *live_call(struct live *l, unsigned seat, const char *method, json_t *params)
{
    struct live_seat *s = live_seat(l, seat);
    json_t *result = NULL;
    l->error = 0;
    if (s->client == NULL) {
        l->error = control_connect(s->socket, &s->client, &l->why);
    }
    if (l->error != 0) {
        json_decref(params);
        return NULL;
    }
    l->error = control_call(s->client, method, params, &result, LIVE_CALL_MS, &l->why);
    if (l->error == CONCLAVE_ECLOSED || l->error == CONCLAVE_EAGAIN ||
        l->error == CONCLAVE_EFORMAT) {
        control_disconnect(s->client);
        s->client = NULL;
    }
    return result;
}

json_int_t live_number(struct live *l, unsigned seat, const char *status_member)
{
    json_t *status = live_call(l, seat, "status", NULL);
    json_int_t value = json_integer_value(json_object_get(status, status_member));
    bool there = json_is_integer(json_object_get(status, status_member));
    json_decref(status);
    return there ? value : -1;
}

/* --- agents and subscriptions --- */

static void answer(struct live_seat *s, unsigned seat, const json_t *params)
{
    struct live_ballot b = {"approve", 90, "scripted"};
    if (s->decide(s->context, seat, params, &b)) {
        const char *id =
            json_string_value(json_object_get(json_object_get(params, "proposal"), "id"));
        (void)control_send(s->agent, "agent.answer",
                           json_pack("{s:s,s:s,s:i,s:s}", "proposal", id, "choice",
                                     b.choice, "confidence", b.confidence, "rationale",
                                     b.rationale));
    }
}

/* Takes what has come; false when the connection is gone. */
static bool take(struct live *l, struct live_seat *s, unsigned seat,
                 struct control_client *c)
{
    json_t *message = NULL;
    int error;
    while ((error = control_next(c, &message, 0)) == 0) {
        const char *method = json_string_value(json_object_get(message, "method"));
        if (c == s->watcher) {
            if (method != NULL) {
                l->on_event(l->event_context, seat, message);
            }
        } else if (method != NULL && strcmp(method, "agent.ask") == 0) {
            answer(s, seat, json_object_get(message, "params"));
        }
        json_decref(message);
    }
    return error == CONCLAVE_EAGAIN;
}

static void attach(struct live_seat *s)
{
    uint64_t now = clock_monotonic_ms();
    if (s->decide == NULL || s->agent != NULL || s->pid == 0 || now < s->retry_ms) {
        return;
    }
    s->retry_ms = now + RETRY_MS;
    if (control_connect(s->socket, &s->agent, NULL) == 0) {
        (void)control_send(s->agent, "agent.attach", json_pack("{s:s}", "name", "script"));
    }
}

void live_pump(struct live *l, int ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)(ms > 0 ? ms : 0);
    do {
        struct pollfd fds[2 * SEATS_MAX];
        struct control_client **clients[2 * SEATS_MAX];
        unsigned seats[2 * SEATS_MAX];
        nfds_t count = 0;
        for (unsigned seat = 1; seat <= l->options.seats; seat++) {
            struct live_seat *s = live_seat(l, seat);
            attach(s);
            struct control_client **both[] = {&s->agent, &s->watcher};
            for (unsigned i = 0; i < 2; i++) {
                if (*both[i] != NULL) {
                    fds[count] = (struct pollfd){.fd = control_client_fd(*both[i]),
                                                 .events = POLLIN};
                    seats[count] = seat;
                    clients[count++] = both[i];
                }
            }
        }
        uint64_t now = clock_monotonic_ms();
        int left = until > now ? (int)(until - now) : 0;
        (void)poll(fds, count, left < POLL_MS ? left : POLL_MS);
        for (nfds_t i = 0; i < count; i++) {
            struct live_seat *s = live_seat(l, seats[i]);
            if (fds[i].revents != 0 && *clients[i] != NULL &&
                !take(l, s, seats[i], *clients[i])) {
                control_disconnect(*clients[i]);
                *clients[i] = NULL;
            }
        }
    } while (clock_monotonic_ms() < until);
}

void live_agent_set(struct live *l, unsigned seat, live_agent *decide, void *context)
{
    unsigned first = seat != 0 ? seat : 1;
    unsigned last = seat != 0 ? seat : l->options.seats;
    for (unsigned i = first; i <= last; i++) {
        struct live_seat *s = live_seat(l, i);
        s->decide = decide;
        s->context = context;
        if (decide == NULL) {
            control_disconnect(s->agent);
            s->agent = NULL;
        }
    }
    live_pump(l, 0);
}

json_t *live_watch(struct live *l, unsigned seat, live_event *fn, void *context)
{
    struct live_seat *s = live_seat(l, seat);
    json_t *snapshot = NULL;
    control_disconnect(s->watcher);
    s->watcher = NULL;
    if (fn == NULL) {
        return NULL;
    }
    l->on_event = fn;
    l->event_context = context;
    l->error = control_connect(s->socket, &s->watcher, &l->why);
    if (l->error == 0) {
        l->error =
            control_call(s->watcher, "subscribe", NULL, &snapshot, LIVE_CALL_MS, &l->why);
    }
    return snapshot;
}

/* --- proposals --- */

int live_propose(struct live *l, unsigned seat, const char *class, const char *title,
                 const char *nonce, char id[LIVE_ID_BYTES])
{
    json_t *params = json_pack("{s:s,s:s,s:s}", "class", class, "title", title, "text",
                               "The council decides a test.");
    if (nonce != NULL) {
        json_object_set_new(params, "nonce", json_string(nonce));
    }
    json_t *result = live_call(l, seat, "propose", params);
    const char *text = json_string_value(json_object_get(result, "id"));
    (void)snprintf(id, LIVE_ID_BYTES, "%s", text != NULL ? text : "");
    json_decref(result);
    return l->error;
}

json_t *live_wait_final(struct live *l, unsigned seat, const char *id, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    do {
        json_t *p = live_call(l, seat, "proposal", json_pack("{s:s}", "id", id));
        const char *phase = json_string_value(json_object_get(p, "phase"));
        if (phase != NULL && strcmp(phase, "final") == 0) {
            return p;
        }
        json_decref(p);
        live_pump(l, POLL_MS);
    } while (clock_monotonic_ms() < until);
    return NULL;
}

static bool is_level(struct live *l)
{
    json_t *first = NULL;
    bool level = true;
    for (unsigned seat = 1; seat <= l->options.seats && level; seat++) {
        if (!live_running(l, seat)) {
            continue;
        }
        json_t *status = live_call(l, seat, "status", NULL);
        if (first == NULL) {
            first = json_incref(status);
        }
        level = status != NULL &&
                json_equal(json_object_get(first, "height"),
                           json_object_get(status, "height")) &&
                json_equal(json_object_get(first, "tip"), json_object_get(status, "tip")) &&
                json_equal(json_object_get(first, "state_root"),
                           json_object_get(status, "state_root"));
        json_decref(status);
    }
    json_decref(first);
    return level;
}

bool live_wait_level(struct live *l, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    while (!is_level(l)) {
        if (clock_monotonic_ms() > until) {
            return false;
        }
        live_pump(l, POLL_MS);
    }
    return true;
}

/* --- files --- */

char *live_read(const char *path)
{
    FILE *file = fopen(path, "re");
    struct buffer text = {0};
    char chunk[4096];
    size_t got;
    while (file != NULL && (got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        buffer_append(&text, chunk, got);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    buffer_append(&text, "", 1);
    return (char *)text.data;
}

unsigned live_log_count(struct live *l, unsigned seat, const char *text)
{
    char *log = live_read(live_seat(l, seat)->log);
    unsigned count = 0;
    char *rest = log;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        count += strstr(line, text) != NULL;
    }
    free(log);
    return count;
}

bool live_wait_log(struct live *l, unsigned seat, const char *text, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    while (live_log_count(l, seat, text) == 0) {
        if (clock_monotonic_ms() > until) {
            return false;
        }
        live_pump(l, POLL_MS);
    }
    return true;
}

static void show_end(const char *path, unsigned lines)
{
    char *text = live_read(path);
    size_t at = strlen(text);
    while (at > 0 && lines > 0) {
        at--;
        lines -= at > 0 && text[at - 1] == '\n';
    }
    char *rest = text + at;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line != '\0') {
            printf("#   %.*s\n", LOG_LINE_SHOWN, line);
        }
    }
    free(text);
}

bool live_quiet(struct live *l)
{
    bool quiet = true;
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        char *text = live_read(live_seat(l, seat)->errors);
        if (*text != '\0') {
            quiet = false;
            printf("# seat %u wrote to standard error:\n", seat);
            show_end(live_seat(l, seat)->errors, ERRORS_SHOWN);
        }
        free(text);
    }
    return quiet;
}

void live_show_logs(struct live *l, unsigned lines)
{
    for (unsigned seat = 1; seat <= l->options.seats; seat++) {
        printf("# seat %u, %s:\n", seat, live_running(l, seat) ? "running" : "not running");
        show_end(live_seat(l, seat)->errors, lines);
        show_end(live_seat(l, seat)->log, lines);
    }
    (void)fflush(stdout);
}
