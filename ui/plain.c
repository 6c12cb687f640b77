/* SPDX-License-Identifier: ISC */
/* A line for each event: no model, no screen, for pipes and for who listens instead of
 * looking. */
#define _GNU_SOURCE
#include "ui/model/connection.h"
#include "ui/once.h"

#include "ui/now.h"

#include "base/clock.h"
#include "base/text.h"
#include "control/control.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct plain {
    size_t count; /* councils: with more than one, each line names its own by number */
    bool broken;  /* nobody reads on */
};

static void put(struct buffer *out, const char *s)
{
    buffer_append_slice(out, slice_of_string(s));
}

/* Strings in quotes where they need them; all else as JSON. */
static void put_value(struct buffer *out, const json_t *value)
{
    const char *text = json_string_value(value);
    size_t size = json_string_length(value);
    bool bare =
        text != NULL && size > 0 &&
        strspn(text,
               "abcdefghijklmnopqrstuvwxyz0123456789-._:/ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
            size;
    if (text == NULL) {
        char *dumped =
            json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | control_digits(value));
        text_escape(out, slice_of_string(dumped != NULL ? dumped : "?"), "");
        free(dumped);
        return;
    }
    put(out, bare ? "" : "\"");
    text_escape(out, slice_of(text, size), bare ? "" : "\"\\");
    put(out, bare ? "" : "\"");
}

static void begin(const struct plain *p, struct buffer *out, size_t council,
                  uint64_t time_ms)
{
    char stamp[48];
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ ", &tm) == 0) {
        stamp[0] = '\0';
    }
    put(out, stamp);
    if (p->count > 1) {
        (void)snprintf(stamp, sizeof(stamp), "%zu ", council + 1);
        put(out, stamp);
    }
}

static void finish(struct plain *p, struct buffer *out)
{
    put(out, "\n");
    p->broken = fwrite(out->data, 1, out->size, stdout) != out->size || p->broken;
    buffer_free(out);
}

static void say(struct plain *p, size_t council, uint64_t time_ms, const char *what,
                const char *detail)
{
    struct buffer out = {NULL, 0, 0};
    begin(p, &out, council, time_ms);
    put(&out, what);
    put(&out, detail[0] != '\0' ? " " : "");
    text_escape(&out, slice_of_string(detail), "");
    finish(p, &out);
}

/* --- lines from a node --- */

/* What comes all the time is no news. */
static bool is_news(const char *event)
{
    static const char *const dull[] = {"heartbeat", "heartbeats", "votes", "log.line"};
    for (size_t i = 0; i < sizeof(dull) / sizeof(dull[0]); i++) {
        if (strcmp(event, dull[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void take_event(struct plain *p, size_t council, uint64_t time_ms, json_t *params)
{
    struct buffer out = {NULL, 0, 0};
    const char *event = json_string_value(json_object_get(params, "event"));
    const char *name;
    json_t *value;
    if (event == NULL || !is_news(event)) {
        return;
    }
    begin(p, &out, council, time_ms);
    text_escape(&out, slice_of_string(event), "");
    json_object_foreach(params, name, value)
    {
        if (strcmp(name, "event") == 0 || strcmp(name, "seq") == 0) {
            continue;
        }
        put(&out, " ");
        text_escape(&out, slice_of_string(name), " =\"");
        put(&out, "=");
        put_value(&out, value);
    }
    finish(p, &out);
}

static void take_line(struct plain *p, size_t council, uint64_t time_ms, struct slice line)
{
    struct complaint why = {""};
    json_t *message = control_parse(line, &why);
    json_t *error = json_object_get(message, "error");
    if (message == NULL) {
        say(p, council, time_ms, "not understood:", why.text);
    } else if (json_is_object(error)) {
        const char *words = json_string_value(json_object_get(error, "message"));
        say(p, council, time_ms, "refused:", words != NULL ? words : "");
    } else if (json_is_object(json_object_get(message, "params"))) {
        take_event(p, council, time_ms, json_object_get(message, "params"));
    }
    json_decref(message);
}

/* --- live --- */

struct source {
    struct connection *connection;
    const char *path;
    bool down; /* that has been said */
};

static void take(struct plain *p, struct source *s, size_t i, enum connection_news news,
                 struct slice line, const char *why)
{
    static const char subscribe[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\"}\n";
    switch (news) {
    case NEWS_NONE:
        break;
    case NEWS_UP:
        say(p, i, now_ms(), "connected to", s->path);
        connection_send(s->connection, slice_of_string(subscribe));
        s->down = false;
        break;
    case NEWS_LINE:
        take_line(p, i, now_ms(), line);
        break;
    case NEWS_DOWN:
        if (!s->down) {
            say(p, i, now_ms(), "not connected:", why);
        }
        s->down = true;
        break;
    }
}

static void turn(struct plain *p, struct source *s, size_t i)
{
    struct slice line = SLICE_NONE;
    struct complaint why = {""};
    enum connection_news news;
    while (!p->broken && (news = connection_turn(s->connection, clock_monotonic_ms(), &line,
                                                 &why)) != NEWS_NONE) {
        take(p, s, i, news, line, why.text);
    }
}

static void follow(struct plain *p, struct source *sources, size_t count)
{
    while (!p->broken) {
        struct pollfd fds[COUNCILS_MAX];
        uint64_t wake = UINT64_MAX;
        for (size_t i = 0; i < count; i++) {
            const struct connection *c = sources[i].connection;
            turn(p, &sources[i], i);
            uint64_t at = connection_wake_ms(c);
            wake = at < wake ? at : wake;
            fds[i] = (struct pollfd){
                .fd = connection_fd(c),
                .events = (short)(POLLIN | (connection_wants_write(c) ? POLLOUT : 0))};
        }
        p->broken = fflush(stdout) != 0 || p->broken;
        uint64_t now = clock_monotonic_ms();
        int wait = wake == UINT64_MAX ? -1 : wake <= now ? 0 : (int)(wake - now);
        (void)poll(fds, count, p->broken ? 0 : wait);
    }
}

static void play(struct plain *p, struct player *player)
{
    struct recorded next;
    while (!p->broken && player_peek(player, &next)) {
        char why[128];
        (void)snprintf(why, sizeof(why), "%.*s", (int)next.text.size,
                       next.text.size > 0 ? (const char *)next.text.data : "");
        switch (next.kind) {
        case RECORD_UP:
            say(p, next.socket, next.time_ms, "connected", "");
            break;
        case RECORD_LINE:
            take_line(p, next.socket, next.time_ms, next.text);
            break;
        case RECORD_DOWN:
            say(p, next.socket, next.time_ms, "not connected:", why);
            break;
        }
        player_take(player);
    }
    p->broken = fflush(stdout) != 0 || p->broken;
}

enum exit_status plain_run(const char *const *sockets, size_t count, struct player *player)
{
    struct source sources[COUNCILS_MAX];
    struct plain p = {.count = player != NULL ? player_sockets(player) : count};
    assert(count <= COUNCILS_MAX);
    if (player != NULL) {
        play(&p, player);
    } else {
        for (size_t i = 0; i < count; i++) {
            sources[i] = (struct source){connection_new(sockets[i]), sockets[i], false};
        }
        follow(&p, sources, count);
        for (size_t i = 0; i < count; i++) {
            connection_free(sources[i].connection);
        }
    }
    if (p.broken) {
        options_complain("cannot write: %s", strerror(errno));
    }
    return p.broken ? EXIT_FAILED : EXIT_DONE;
}
