/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "agent/uplink.h"

#include "base/alloc.h"
#include "base/log.h"
#include "control/client.h"
#include "control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Seconds. */
static const double backoff_least = 0.1, backoff_most = 5, attach_patience = 10;

enum uplink_state { UPLINK_DOWN, UPLINK_ATTACHING, UPLINK_ATTACHED };

struct uplink {
    struct ev_loop *loop;
    char *path; /* NULL while none is known */
    char *name;
    struct uplink_events events;
    void *context;

    enum uplink_state state;
    ev_io io;       /* fd is -1 while down */
    ev_timer timer; /* down: to the next attempt; attaching: patience */
    double backoff;
    bool complained; /* since it was last attached */
    json_int_t last_id, attach_id;
    struct buffer in, out;
};

static void try_connect(struct uplink *u);

static void set_timer(struct uplink *u, double seconds)
{
    ev_timer_stop(u->loop, &u->timer);
    ev_now_update(u->loop);
    ev_timer_set(&u->timer, seconds, 0);
    ev_timer_start(u->loop, &u->timer);
}

static void drop(struct uplink *u, const char *reason)
{
    enum uplink_state before = u->state;
    if (u->io.fd >= 0) {
        ev_io_stop(u->loop, &u->io);
        (void)close(u->io.fd);
        ev_io_set(&u->io, -1, 0);
    }
    buffer_free(&u->in);
    buffer_free(&u->out);
    u->state = UPLINK_DOWN;
    if (before == UPLINK_ATTACHED) {
        LOG_EVENT(LOG_LEVEL_WARN, "node.lost", LOG_S("reason", reason));
        u->events.lost(u->context);
    } else {
        /* One line tells of an outage; its repetitions are for those who look for them. */
        LOG_EVENT(u->complained ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN, "node.unreachable",
                  LOG_S("socket", u->path != NULL ? u->path : ""), LOG_S("reason", reason));
        u->complained = true;
    }
    set_timer(u, u->backoff);
    u->backoff = u->backoff * 2 < backoff_most ? u->backoff * 2 : backoff_most;
}

static void watch_for(struct uplink *u, int events)
{
    if (u->io.events != events) {
        ev_io_stop(u->loop, &u->io);
        ev_io_set(&u->io, u->io.fd, events);
        ev_io_start(u->loop, &u->io);
    }
}

static json_int_t queue_request(struct uplink *u, const char *method, json_t *params)
{
    json_t *request = control_request(++u->last_id, method, params);
    control_format(&u->out, request);
    json_decref(request);
    watch_for(u, EV_READ | EV_WRITE);
    return u->last_id;
}

static void on_attach_answer(struct uplink *u, const json_t *message)
{
    const json_t *error = json_object_get(message, "error");
    if (error != NULL) {
        const char *text = json_string_value(json_object_get(error, "message"));
        u->backoff = backoff_most;
        drop(u, text != NULL ? text : "the node refused agent.attach");
        return;
    }
    ev_timer_stop(u->loop, &u->timer);
    u->state = UPLINK_ATTACHED;
    u->backoff = backoff_least;
    u->complained = false;
    LOG_EVENT(LOG_LEVEL_INFO, "node.attached", LOG_S("socket", u->path),
              LOG_S("name", u->name));
    u->events.attached(u->context);
}

static void on_line(struct uplink *u, struct slice line)
{
    struct complaint why = {""};
    json_t *message = control_parse(line, &why);
    const json_t *id = json_object_get(message, "id");
    if (message == NULL) {
        /* One line that cannot be read is no reason to forget the others. */
        LOG_EVENT(LOG_LEVEL_WARN, "node.bad-line", LOG_S("reason", why.text));
    } else if (u->state == UPLINK_ATTACHING && json_is_integer(id) &&
               json_integer_value(id) == u->attach_id) {
        on_attach_answer(u, message);
    } else {
        u->events.message(u->context, message);
    }
    json_decref(message);
}

static void read_lines(struct uplink *u)
{
    uint8_t data[65536];
    ssize_t n = recv(u->io.fd, data, sizeof(data), 0);
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            drop(u, n == 0 ? "the node closed the connection" : strerror(errno));
        }
        return;
    }
    size_t seen = u->in.size;
    size_t start = 0;
    buffer_append(&u->in, data, (size_t)n);
    while (u->io.fd >= 0) {
        const uint8_t *end = memchr(u->in.data + seen, '\n', u->in.size - seen);
        if (end == NULL) {
            break;
        }
        seen = (size_t)(end - u->in.data) + 1;
        on_line(u, slice_of(u->in.data + start, seen - 1 - start));
        start = seen;
    }
    if (u->io.fd < 0) {
        return;
    }
    buffer_consume(&u->in, start);
    if (u->in.size > CONTROL_LINE_MAX) {
        drop(u, "the node sent a line that is too long");
    }
}

static void write_out(struct uplink *u)
{
    ssize_t n = send(u->io.fd, u->out.data, u->out.size, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        drop(u, strerror(errno));
        return;
    }
    buffer_consume(&u->out, n > 0 ? (size_t)n : 0);
    if (u->out.size == 0) {
        watch_for(u, EV_READ);
    }
}

static void on_io(struct ev_loop *loop, ev_io *w, int events)
{
    struct uplink *u = w->data;
    (void)loop;
    if ((events & EV_WRITE) != 0 && u->out.size > 0) {
        write_out(u);
    }
    if ((events & EV_READ) != 0 && u->io.fd >= 0) {
        read_lines(u);
    }
}

static void on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
    struct uplink *u = w->data;
    (void)loop, (void)events;
    if (u->state == UPLINK_ATTACHING) {
        drop(u, "no answer to agent.attach");
    } else {
        try_connect(u);
    }
}

int uplink_find(const char *given, char **out, struct complaint *why)
{
    struct sockaddr_un address;
    char *path = control_find_socket(given, why);
    if (path == NULL) {
        return CONCLAVE_ENOENT;
    }
    if (strlen(path) >= sizeof(address.sun_path)) {
        free(path);
        return complain(why, CONCLAVE_ELIMIT,
                        "the socket's path is longer than %zu bytes; use a shorter one",
                        sizeof(address.sun_path) - 1);
    }
    *out = path;
    return 0;
}

static void try_connect(struct uplink *u)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct complaint why = {""};
    if (u->path == NULL) {
        if (uplink_find(NULL, &u->path, &why) != 0) {
            drop(u, why.text);
            return;
        }
    }
    memcpy(address.sun_path, u->path, strlen(u->path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        int error = errno;
        if (fd >= 0) {
            (void)close(fd);
        }
        (void)control_complain_connect(u->path, error, &why);
        drop(u, why.text);
        return;
    }
    u->events.found(u->context, u->path);
    ev_io_set(&u->io, fd, EV_READ);
    ev_io_start(u->loop, &u->io);
    u->state = UPLINK_ATTACHING;
    set_timer(u, attach_patience);
    u->attach_id = queue_request(u, "agent.attach", json_pack("{s:s}", "name", u->name));
}

struct uplink *uplink_new(struct ev_loop *loop, const char *path, const char *name,
                          const struct uplink_events *events, void *context)
{
    struct uplink *u = alloc_zero(1, sizeof(*u));
    u->loop = loop;
    u->path = path != NULL ? alloc_string(path) : NULL;
    u->name = alloc_string(name);
    u->events = *events;
    u->context = context;
    u->backoff = backoff_least;
    ev_io_init(&u->io, on_io, -1, 0);
    ev_timer_init(&u->timer, on_timer, 0, 0);
    u->io.data = u->timer.data = u;
    set_timer(u, 0);
    return u;
}

void uplink_free(struct uplink *u)
{
    if (u->io.fd >= 0) {
        ev_io_stop(u->loop, &u->io);
        (void)close(u->io.fd);
    }
    ev_timer_stop(u->loop, &u->timer);
    buffer_free(&u->in);
    buffer_free(&u->out);
    free(u->path);
    free(u->name);
    free(u);
}

bool uplink_attached(const struct uplink *u)
{
    return u->state == UPLINK_ATTACHED;
}

json_int_t uplink_send(struct uplink *u, const char *method, json_t *params)
{
    if (u->state != UPLINK_ATTACHED) {
        json_decref(params);
        return 0;
    }
    return queue_request(u, method, params);
}
