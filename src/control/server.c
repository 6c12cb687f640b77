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

enum { SWEEP_MS = 1000, ACCEPTS_A_TURN = 16, SURPLUS = 16 };
static const double pause_s = 0.01;

void control_server_config_defaults(struct control_server_config *c)
{
    *c = (struct control_server_config){
        .clients_max = 64,
        .user_us_per_s = 100000,
        .queue_bytes = 8 * 1024 * 1024,
        .stall_ms = 30000,
        .idle_ms = 10000,
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

struct places {
    unsigned all;     /* so many clients of any user */
    unsigned of_user; /* and of this one */
};

/* Mere readers cannot keep the agent and the operators out, nor these the administrators,
 * nor one user the others. */
static struct places places_for(const struct control_server *s, unsigned roles)
{
    unsigned most = s->config.clients_max;
    if (control_roles_allow(roles, ROLE_ADMINISTER)) {
        return (struct places){most, most};
    }
    if ((roles & ~(1U << ROLE_READ)) != 0) {
        return (struct places){most - most / 8, most - most / 2};
    }
    return (struct places){most - most / 4, most > 4 ? most / 4 : 1};
}

static bool has_place(struct control_server *s, const struct control_peer *peer,
                      const struct control_user *user, unsigned roles)
{
    struct places most = places_for(s, roles);
    unsigned of_user = user->clients;
    bool is_user = of_user >= most.of_user;
    if (!is_user && s->session_count < most.all) {
        return true;
    }
    if (server_make_room(s, is_user ? user : NULL)) {
        return true;
    }
    LOG_EVENT(LOG_LEVEL_WARN, "control.full", LOG_S("of", is_user ? "user" : "all"),
              LOG_N("clients", is_user ? of_user : s->session_count),
              LOG_N("uid", peer->uid), LOG_N("pid", (uint64_t)peer->pid));
    return false;
}

/* Who comes when its user has had too much has a place, but is not read. It may have gone
 * already, which is all that there is to do then. */
static void admit(struct control_server *s, int fd, uint64_t begun_us)
{
    struct control_peer peer;
    struct control_groups groups;
    if (control_peer_of(fd, &peer, &groups) != 0) {
        (void)close(fd);
        return;
    }
    unsigned roles =
        control_roles_of(&peer, &groups, s->own_uid, s->read_group, &s->config);
    struct control_user *user = user_of(s, peer.uid);
    bool is_surplus = !user_may_spend(user, roles);
    s->surplus += is_surplus;
    free(groups.list);
    if (is_surplus && session_hung_up(fd)) {
        (void)close(fd);
    } else if (has_place(s, &peer, user, roles)) {
        session_start(s, fd, &peer, roles);
    } else {
        turn_away(fd, "too many clients: close one, or try again later");
    }
    if (!is_surplus) { /* which would make a debt without end */
        user_spend(user, begun_us, COMING_US);
    }
}

/* Out of descriptors the listener would stay readable and the loop spin: the spare one is
 * given up to accept the client and turn it away. */
static void turn_away_one(struct control_server *s)
{
    struct control_peer peer = {0};
    struct control_groups groups = {0};
    if (s->spare_fd >= 0) {
        (void)close(s->spare_fd);
        int fd = accept4(s->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            (void)control_peer_of(fd, &peer, &groups);
            free(groups.list);
            turn_away(fd, "the node has no file descriptor left: try again later");
        }
        s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    LOG_EVENT(LOG_LEVEL_WARN, "control.no-descriptors", LOG_N("uid", peer.uid),
              LOG_N("pid", (uint64_t)peer.pid));
    /* The council may need one before the next client does. */
    (void)server_make_room(s, NULL);
    /* Until the next sweep. */
    ev_io_stop(s->loop, &s->listener);
}

/* A user who has had too much and goes on coming is let in now and then: what waits behind
 * is short, so that others need not wait for long. */
static void pause_if_surplus(struct control_server *s)
{
    if (s->surplus >= SURPLUS) {
        s->surplus = 0;
        ev_io_stop(s->loop, &s->listener);
        ev_timer_set(&s->pause, pause_s, 0.);
        ev_timer_start(s->loop, &s->pause);
    }
}

static void on_pause_over(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct control_server *s = w->data;
    (void)revents;
    ev_io_start(loop, &s->listener);
}

static void accept_some(struct control_server *s)
{
    for (int i = 0; i < ACCEPTS_A_TURN && s->surplus < SURPLUS; i++) {
        uint64_t begun_us = clock_processor_us();
        int fd = accept4(s->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(s, fd, begun_us);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                   errno == ENOMEM) {
            turn_away_one(s);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

static void on_connect(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)loop;
    (void)revents;
    accept_some(w->data);
    pause_if_surplus(w->data);
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
    users_sweep(s);
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
    error = control_directory(c->path, group, why);
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
    s->config.path = s->path;
    s->config.read_group = NULL;
    people_copy(&s->config.agents, &c->agents);
    people_copy(&s->config.operators, &c->operators);
    s->read_group = group;
    s->own_uid = geteuid();
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ev_io_init(&s->listener, on_connect, fd, EV_READ);
    ev_timer_init(&s->sweeper, on_sweep, SWEEP_MS / 1e3, SWEEP_MS / 1e3);
    ev_init(&s->reaper, on_reap);
    ev_init(&s->pause, on_pause_over);
    server_turns_init(s);
    s->listener.data = s->sweeper.data = s->reaper.data = s->pause.data = s;
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
    ev_timer_stop(s->loop, &s->pause);
    (void)unlink(s->path);
    (void)close(s->listener.fd);
    while (s->sessions != NULL) {
        session_flush(s->sessions);
        session_free(s->sessions);
    }
    ev_timer_stop(s->loop, &s->reaper);
    server_turns_stop(s);
    users_free(s);
    if (s->spare_fd >= 0) {
        (void)close(s->spare_fd);
    }
    people_free(&s->config.agents);
    people_free(&s->config.operators);
    free(s->path);
    free(s);
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
