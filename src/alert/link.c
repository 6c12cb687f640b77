/* SPDX-License-Identifier: ISC */
#include "alert/link.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "control/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUESTIONS_MAX = 8,
    ANSWER_MS = 30000,
    TURN_MESSAGES = 256, /* then others of the loop have their turn */
};
/* Seconds. */
static const double backoff_least = 0.1, backoff_most = 10, look_every = 1;

struct question {
    json_int_t id; /* 0: none */
    int tag;
    uint64_t deadline_ms;
};

struct link {
    struct ev_loop *loop;
    char *path;
    struct link_events events;
    void *context;
    struct control_client *client; /* NULL: down */
    ev_io io;
    ev_timer timer; /* down: to the next attempt; up: to look for late answers */
    double backoff;
    struct question questions[QUESTIONS_MAX];
};

static void set_timer(struct link *l, double seconds)
{
    ev_timer_stop(l->loop, &l->timer);
    ev_now_update(l->loop);
    ev_timer_set(&l->timer, seconds, 0);
    ev_timer_start(l->loop, &l->timer);
}

static void drop(struct link *l, const char *reason)
{
    if (l->client != NULL) {
        ev_io_stop(l->loop, &l->io);
        control_disconnect(l->client);
        l->client = NULL;
        memset(l->questions, 0, sizeof(l->questions));
    }
    set_timer(l, l->backoff);
    l->backoff = 2 * l->backoff < backoff_most ? 2 * l->backoff : backoff_most;
    l->events.down(l->context, reason);
}

static struct question *find(struct link *l, json_int_t id)
{
    for (size_t i = 0; i < QUESTIONS_MAX; i++) {
        if (l->questions[i].id == id) {
            return &l->questions[i];
        }
    }
    return NULL;
}

static void take_answer(struct link *l, const json_t *message)
{
    const json_t *result = json_object_get(message, "result");
    struct question *q = find(l, json_integer_value(json_object_get(message, "id")));
    if (result == NULL || q == NULL || q->id == 0) {
        const char *text = json_string_value(
            json_object_get(json_object_get(message, "error"), "message"));
        char *reason = alloc_string(text != NULL ? text : "it answered what was not asked");
        drop(l, reason);
        free(reason);
        return;
    }
    int tag = q->tag;
    q->id = 0;
    l->backoff = backoff_least;
    l->events.answer(l->context, tag, result);
}

static void take(struct link *l, const json_t *message)
{
    const char *method = json_string_value(json_object_get(message, "method"));
    if (method == NULL) {
        take_answer(l, message);
        return;
    }
    const json_t *params = json_object_get(message, "params");
    const char *name = json_string_value(json_object_get(params, "event"));
    if (strcmp(method, "event") == 0 && name != NULL) {
        l->events.event(l->context, name, params);
    }
}

static void on_io(struct ev_loop *loop, ev_io *w, int events)
{
    struct link *l = w->data;
    int error = 0, taken = 0;
    (void)events;
    while (l->client != NULL && error == 0 && taken < TURN_MESSAGES) {
        json_t *message = NULL;
        error = control_next(l->client, &message, 0);
        if (error == 0) {
            taken++;
            take(l, message);
            json_decref(message);
        }
    }
    if (l->client != NULL && error != 0 && error != CONCLAVE_EAGAIN) {
        drop(l, error == CONCLAVE_ECLOSED ? "it closed the connection"
                                          : "it does not speak conclave-control(7)");
    } else if (l->client != NULL && error == 0) {
        ev_feed_event(loop, w, EV_READ); /* some may lie read already */
    }
    l->events.pause(l->context);
}

static void connect_now(struct link *l)
{
    struct complaint why = {""};
    char *path = control_find_socket(l->path, &why);
    if (path == NULL || control_connect(path, &l->client, &why) != 0) {
        l->client = NULL;
        drop(l, why.text);
    } else {
        ev_io_set(&l->io, control_client_fd(l->client), EV_READ);
        ev_io_start(l->loop, &l->io);
        set_timer(l, look_every);
        l->events.up(l->context);
    }
    free(path);
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
    struct link *l = w->data;
    uint64_t now = clock_monotonic_ms();
    (void)loop, (void)events;
    if (l->client == NULL) {
        connect_now(l);
        return;
    }
    for (size_t i = 0; i < QUESTIONS_MAX; i++) {
        if (l->questions[i].id != 0 && now >= l->questions[i].deadline_ms) {
            drop(l, "it does not answer");
            return;
        }
    }
    set_timer(l, look_every);
}

struct link *link_new(struct ev_loop *loop, const char *path,
                      const struct link_events *events, void *context)
{
    struct link *l = alloc_zero(1, sizeof(*l));
    l->loop = loop;
    l->path = path != NULL ? alloc_string(path) : NULL;
    l->events = *events;
    l->context = context;
    l->backoff = backoff_least;
    ev_init(&l->io, on_io);
    ev_init(&l->timer, on_timer);
    l->io.data = l->timer.data = l;
    set_timer(l, 0);
    return l;
}

void link_free(struct link *l)
{
    ev_timer_stop(l->loop, &l->timer);
    if (l->client != NULL) {
        ev_io_stop(l->loop, &l->io);
        control_disconnect(l->client);
    }
    free(l->path);
    free(l);
}

bool link_is_up(const struct link *l)
{
    return l->client != NULL;
}

bool link_asks(const struct link *l, int tag)
{
    for (size_t i = 0; i < QUESTIONS_MAX; i++) {
        if (l->questions[i].id != 0 && l->questions[i].tag == tag) {
            return true;
        }
    }
    return false;
}

void link_ask(struct link *l, int tag, const char *method, json_t *params)
{
    struct question *q = find(l, 0);
    if (l->client == NULL) {
        json_decref(params);
        return;
    }
    assert(q != NULL);
    json_int_t id = control_send(l->client, method, params);
    /* Where it cannot be sent the next look ends the connection. */
    *q = (struct question){id > 0 ? id : -1, tag,
                           id > 0 ? clock_monotonic_ms() + ANSWER_MS : 0};
}
