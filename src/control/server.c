/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "control/session.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SWEEP_MS = 1000, ACCEPTS_A_TURN = 16 };

void control_server_config_defaults(struct control_server_config *c)
{
    *c = (struct control_server_config){
        .clients_max = 64,
        .queue_bytes = 8 * 1024 * 1024,
        .stall_ms = 30000,
    };
}

/* --- coming in --- */

/* Says why and closes; the few bytes fit into any socket's buffer. */
static void turn_away(int fd, const char *why)
{
    struct buffer line = {NULL, 0, 0};
    json_t *error = control_error(NULL, CONTROL_BUSY, why);
    control_format(&line, error);
    json_decref(error);
    (void)!send(fd, line.data, line.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    buffer_free(&line);
    (void)close(fd);
}

static void admit(struct control_server *s, int fd)
{
    struct control_peer peer;
    if (control_peer_of(fd, s->read_group, &peer) != 0) {
        (void)close(fd);
        return;
    }
    unsigned roles = control_roles_of(&peer, s->own_uid, &s->config);
    unsigned most = s->config.clients_max;
    /* Mere readers cannot keep the agent and the operators out. */
    if ((roles & ~(1U << ROLE_READ)) == 0) {
        most -= most / 4;
    }
    if (s->session_count >= most) {
        LOG_EVENT(LOG_LEVEL_WARN, "control.full", LOG_N("clients", s->session_count),
                  LOG_N("uid", peer.uid));
        turn_away(fd, "too many clients: close one, or try again later");
        return;
    }
    session_start(s, fd, &peer, roles);
}

/* Out of descriptors the listener would stay readable and the loop spin: the spare one is
 * given up to accept the client and turn it away. */
static void turn_away_one(struct control_server *s)
{
    if (s->spare_fd >= 0) {
        (void)close(s->spare_fd);
        int fd = accept4(s->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            turn_away(fd, "the node has no file descriptor left: try again later");
        }
        s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    LOG_EVENT(LOG_LEVEL_WARN, "control.no-descriptors");
    /* Until the next sweep. */
    ev_io_stop(s->loop, &s->listener);
}

static void on_connect(struct ev_loop *loop, ev_io *w, int revents)
{
    struct control_server *s = w->data;
    (void)loop;
    (void)revents;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(s, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                   errno == ENOMEM) {
            turn_away_one(s);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

/* --- the turns of the loop --- */

/* Sessions are freed here alone, so that a handler never loses the one it works for. */
static void on_reap(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct control_server *s = w->data;
    (void)loop;
    (void)revents;
    for (struct control_session *c = s->sessions, *next; c != NULL; c = next) {
        next = c->next;
        if (c->doomed) {
            session_free(c);
        }
    }
}

static void on_sweep(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct control_server *s = w->data;
    (void)revents;
    if (s->spare_fd < 0) {
        s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    ev_io_start(loop, &s->listener);
    uint64_t now = clock_monotonic_ms();
    for (struct control_session *c = s->sessions; c != NULL; c = c->next) {
        session_sweep(c, now);
    }
}

void server_reap_soon(struct control_server *s)
{
    if (!ev_is_active(&s->reaper)) {
        ev_timer_set(&s->reaper, 0., 0.);
        ev_timer_start(s->loop, &s->reaper);
    }
}

int control_server_start(struct ev_loop *loop, const struct control_server_config *c,
                         struct control_server **out, struct complaint *why)
{
    gid_t group;
    int error = control_read_group(c->read_group, &group, why);
    if (error != 0) {
        return error;
    }
    int fd = control_listen(c->path, group, why);
    if (fd < 0) {
        return fd;
    }
    control_library_init();
    struct control_server *s = alloc_zero(1, sizeof(*s));
    s->loop = loop;
    s->config = *c;
    s->path = alloc_string(c->path);
    uid_t *agents = alloc_zero(c->agent_count, sizeof(*agents));
    uid_t *operators = alloc_zero(c->operator_count, sizeof(*operators));
    if (c->agent_count > 0) {
        memcpy(agents, c->agents, c->agent_count * sizeof(*agents));
    }
    if (c->operator_count > 0) {
        memcpy(operators, c->operators, c->operator_count * sizeof(*operators));
    }
    s->config.path = s->path;
    s->config.read_group = NULL;
    s->config.agents = s->agents = agents;
    s->config.operators = s->operators = operators;
    s->read_group = group;
    s->own_uid = geteuid();
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ev_io_init(&s->listener, on_connect, fd, EV_READ);
    ev_timer_init(&s->sweeper, on_sweep, SWEEP_MS / 1e3, SWEEP_MS / 1e3);
    ev_init(&s->reaper, on_reap);
    server_turns_init(s);
    s->listener.data = s->sweeper.data = s->reaper.data = s;
    ev_io_start(loop, &s->listener);
    ev_timer_start(loop, &s->sweeper);
    *out = s;
    return 0;
}

void control_server_free(struct control_server *s)
{
    if (s == NULL) {
        return;
    }
    ev_io_stop(s->loop, &s->listener);
    ev_timer_stop(s->loop, &s->sweeper);
    (void)unlink(s->path);
    (void)close(s->listener.fd);
    while (s->sessions != NULL) {
        session_flush(s->sessions);
        session_free(s->sessions);
    }
    ev_timer_stop(s->loop, &s->reaper);
    ev_timer_stop(s->loop, &s->turns);
    if (s->spare_fd >= 0) {
        (void)close(s->spare_fd);
    }
    free(s->agents);
    free(s->operators);
    free(s->path);
    free(s);
}

/* --- events --- */

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

void control_counts(const struct control_server *s, struct control_counts *out)
{
    *out = (struct control_counts){.clients = s->session_count,
                                   .clients_max = s->config.clients_max,
                                   .subscribers = s->subscribers};
    for (const struct control_session *c = s->sessions; c != NULL; c = c->next) {
        out->unsent_bytes += c->out.size - c->written;
    }
}
