/* SPDX-License-Identifier: ISC */
#include "ui/links.h"

#include "ui/now.h"

#include "base/clock.h"
#include "control/control.h"

#include <assert.h>
#include <string.h>

/* Of one node before another, or the operator, has its turn. */
enum { LINES_PER_TURN = 512 };

void links_add(struct links *l, const char *path)
{
    assert(l->count < COUNCILS_MAX);
    l->list[l->count++] = (struct link){.connection = connection_new(path)};
}

void links_free(struct links *l)
{
    for (size_t i = 0; i < l->count; i++) {
        connection_free(l->list[i].connection);
    }
    l->count = 0;
}

static void keep(struct links *l, size_t i, enum record_kind kind, struct slice text,
                 uint64_t now)
{
    const struct recorded what = {now, (unsigned)i, kind, text};
    if (l->recorder != NULL && recorder_write(l->recorder, &what) != 0 &&
        !l->recorder_failed) {
        l->recorder_failed = true;
        console_say(l->console, false, now,
                    "the recording cannot be written and ends here: is the disk full?");
    }
}

static void count_answer(struct links *l, struct slice line)
{
    json_t *message = l->counting ? control_parse(line, NULL) : NULL;
    l->answered += json_object_get(message, "id") != NULL;
    json_decref(message);
}

static void take(struct links *l, size_t i, enum connection_news news, struct slice line,
                 const char *why, uint64_t now)
{
    struct model *m = console_model(l->console, i);
    struct link *link = &l->list[i];
    switch (news) {
    case NEWS_NONE:
        break;
    case NEWS_UP:
        keep(l, i, RECORD_UP, SLICE_NONE, now);
        link->why.text[0] = '\0';
        l->asked = l->answered = 0;
        model_connected(m, now);
        break;
    case NEWS_LINE:
        keep(l, i, RECORD_LINE, line, now);
        count_answer(l, line);
        if (model_line(m, now, line) != 0) {
            connection_reset(link->connection, clock_monotonic_ms(),
                             "what came is not of the control protocol");
        }
        break;
    case NEWS_DOWN:
        keep(l, i, RECORD_DOWN, slice_of_string(why), now);
        (void)complain(&link->why, 0, "%s", why);
        model_disconnected(m, now, why);
        break;
    }
}

static void send(struct links *l, size_t i)
{
    struct buffer requests = {NULL, 0, 0};
    struct model *m = console_model(l->console, i);
    while (model_next_request(m, &requests)) {
        l->asked++;
    }
    if (requests.size > 0) {
        connection_send(l->list[i].connection, buffer_slice(&requests));
    }
    buffer_free(&requests);
}

/* Tells the console of the link, when that is news. */
static void tell(struct links *l, size_t i, uint64_t now)
{
    struct link *link = &l->list[i];
    struct link_state state = {
        .up = connection_state(link->connection) == CONNECTION_UP,
        .attempt = connection_attempt(link->connection),
        .why = link->why.text,
    };
    if (!link->known || state.up != link->told.up ||
        (!state.up && state.attempt != link->told.attempt)) {
        link->known = true;
        link->told = state;
        console_link(l->console, i, state, now);
    }
}

static bool turn(struct links *l, size_t i)
{
    struct link *link = &l->list[i];
    struct complaint why = {""};
    struct slice line = SLICE_NONE;
    uint64_t now = now_ms(), monotonic = clock_monotonic_ms();
    unsigned taken = 0;
    enum connection_news news;
    while (taken < LINES_PER_TURN && (news = connection_turn(link->connection, monotonic,
                                                             &line, &why)) != NEWS_NONE) {
        take(l, i, news, line, why.text, now);
        taken++;
    }
    if (taken > 0) {
        console_news(l->console, i, now);
    }
    tell(l, i, now);
    send(l, i);
    return taken == LINES_PER_TURN;
}

bool links_turn(struct links *l)
{
    bool more = false;
    for (size_t i = 0; i < l->count; i++) {
        more = turn(l, i) || more;
    }
    if (l->recorder != NULL && !more) {
        (void)recorder_flush(l->recorder);
    }
    return more;
}

void links_send(struct links *l)
{
    for (size_t i = 0; i < l->count; i++) {
        send(l, i);
    }
}

size_t links_poll(const struct links *l, bool quiet, struct pollfd *out)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct connection *c = l->list[i].connection;
        short events = quiet ? 0 : POLLIN;
        events |= connection_wants_write(c) ? POLLOUT : 0;
        out[i] =
            (struct pollfd){.fd = events != 0 ? connection_fd(c) : -1, .events = events};
    }
    return l->count;
}

uint64_t links_wake_ms(const struct links *l)
{
    uint64_t wake = UINT64_MAX;
    for (size_t i = 0; i < l->count; i++) {
        uint64_t at = connection_wake_ms(l->list[i].connection);
        wake = at < wake ? at : wake;
    }
    return wake;
}
