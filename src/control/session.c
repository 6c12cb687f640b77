/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "control/session.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    HELD_BYTES = 1024 * 1024, /* unread */
    SHARE_MS = 1,             /* of a turn, after which another client has its own */
};

/* --- the end --- */

void session_drop(struct control_session *c, const char *reason)
{
    if (c->doomed) {
        return;
    }
    c->doomed = true;
    ev_io_stop(c->server->loop, &c->reader);
    ev_io_stop(c->server->loop, &c->writer);
    session_wait_no_more(c);
    control_unsubscribe(c);
    LOG_EVENT(reason != NULL ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "control.closed",
              LOG_N("client", c->id), LOG_N("uid", c->peer.uid),
              LOG_N("pid", (uint64_t)c->peer.pid),
              LOG_S("reason", reason != NULL ? reason : "done"));
    server_reap_soon(c->server);
}

void session_free(struct control_session *c)
{
    struct control_server *s = c->server;
    session_drop(c, NULL);
    if (s->config.closed != NULL) {
        s->config.closed(s->config.context, c);
    }
    for (struct control_session **at = &s->sessions; *at != NULL; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    s->session_count--;
    c->user->clients--;
    (void)close(c->fd);
    buffer_free(&c->in);
    buffer_free(&c->out);
    json_decref(c->data);
    free(c);
}

/* --- lines out --- */

size_t session_unsent(const struct control_session *c)
{
    return c->out.size - c->written;
}

void session_write(struct control_session *c, struct slice line)
{
    if (c->doomed) {
        return;
    }
    if (session_unsent(c) > 0 &&
        session_unsent(c) + line.size > c->server->config.queue_bytes) {
        session_drop(c, "does-not-read");
        return;
    }
    if (session_unsent(c) == 0) {
        c->progress_ms = clock_monotonic_ms();
    }
    buffer_append_slice(&c->out, line);
    ev_io_start(c->server->loop, &c->writer);
}

void session_flush(struct control_session *c)
{
    if (!c->doomed && session_unsent(c) > 0) {
        (void)!send(c->fd, c->out.data + c->written, session_unsent(c),
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

void session_send(struct control_session *c, json_t *message)
{
    struct buffer line = {NULL, 0, 0};
    control_format(&line, message);
    json_decref(message);
    session_write(c, buffer_slice(&line));
    buffer_free(&line);
}

void control_notify(struct control_session *s, const char *method, json_t *params)
{
    session_send(s, control_notification(method, params));
}

size_t control_unsent(const struct control_session *s)
{
    return session_unsent(s);
}

/* --- lines in --- */

size_t session_line_max(const struct control_session *c)
{
    bool reads_only = (c->roles & ~(1U << ROLE_READ)) == 0;
    return reads_only ? CONTROL_READER_LINE_MAX : CONTROL_LINE_MAX;
}

/* A client is not read while it leaves much unread itself. */
static bool is_held(const struct control_session *c)
{
    size_t queue = c->server->config.queue_bytes;
    return session_unsent(c) > (queue / 2 < HELD_BYTES ? queue / 2 : HELD_BYTES);
}

static void read_on(struct control_session *c)
{
    if (!c->doomed && !c->ended && !c->closing && c->queue == NULL) {
        ev_io_start(c->server->loop, &c->reader);
    }
}

/* Ends the conversation when all is sent; reason as for doom. */
static void close_after(struct control_session *c, const char *reason)
{
    c->closing = true;
    c->reason = reason;
    ev_io_stop(c->server->loop, &c->reader);
    session_wait_no_more(c);
    if (!c->doomed && session_unsent(c) == 0) {
        session_drop(c, reason);
    }
}

/* What cannot be told apart any more, or takes for ever, is an error and the end. */
void session_give_up(struct control_session *c, enum control_code code, const char *text,
                     const char *reason)
{
    session_send(c, control_error(NULL, code, text));
    close_after(c, reason);
}

bool session_hung_up(int fd)
{
    struct pollfd p = {.fd = fd, .events = 0};
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

static void handle(struct control_session *c, struct slice line)
{
    uint64_t begun_us = clock_processor_us();
    c->asked_ms = clock_monotonic_ms();
    request_handle(c, line);
    user_spend(c->user, begun_us, REQUEST_US);
}

static void after_end(struct control_session *c)
{
    /* A last line may lack its newline: printf '{...}' | socat. */
    if (c->in.size > 0 && c->in.size <= session_line_max(c)) {
        if (!session_may_ask(c)) {
            session_slow(c);
            return;
        }
        handle(c, buffer_slice(&c->in));
    }
    buffer_free(&c->in);
    if (!c->doomed && (!c->subscribed || session_hung_up(c->fd))) {
        close_after(c, NULL);
    }
}

/* Whether a line has come whole; *end is where it ends. */
static bool find_end(struct control_session *c, uint8_t **end)
{
    *end = c->scanned < c->in.size
               ? memchr(c->in.data + c->scanned, '\n', c->in.size - c->scanned)
               : NULL;
    if (*end == NULL) {
        c->scanned = c->in.size;
        return false;
    }
    c->begun_ms = 0;
    return true;
}

enum why_not { NOTHING_LEFT, LEAVES_UNREAD, ASKED_TOO_MUCH, HAD_ITS_SHARE };

/* Answers whole lines until one of these holds. */
static enum why_not answer_lines(struct control_session *c)
{
    size_t done = 0;
    enum why_not why = NOTHING_LEFT;
    uint64_t begun = clock_monotonic_ms();
    for (uint8_t *end; !c->doomed && find_end(c, &end);) {
        if (is_held(c)) {
            why = LEAVES_UNREAD;
            break;
        }
        if (!session_may_ask(c)) {
            why = ASKED_TOO_MUCH;
            break;
        }
        if (clock_monotonic_ms() - begun > SHARE_MS ||
            (done > 0 && user_takes_turns(c->user))) {
            why = HAD_ITS_SHARE;
            break;
        }
        handle(c, slice_of(c->in.data + done, (size_t)(end - c->in.data) - done));
        done = c->scanned = (size_t)(end - c->in.data) + 1;
    }
    buffer_consume(&c->in, done);
    c->scanned -= done;
    return why;
}

/* All whole lines are answered. */
static void after_lines(struct control_session *c)
{
    if (c->in.size > session_line_max(c)) {
        session_give_up(c, CONTROL_PARSE_ERROR,
                        session_line_max(c) < CONTROL_LINE_MAX
                            ? "the line is longer than 64 KiB; closing"
                            : "the line is longer than 1 MiB; closing",
                        "line-too-long");
    } else if (c->ended) {
        after_end(c);
    } else {
        if (c->in.size > 0 && c->begun_ms == 0) {
            c->begun_ms = clock_monotonic_ms();
        }
        read_on(c);
    }
}

void session_answer(struct control_session *c)
{
    enum why_not why = answer_lines(c);
    if (c->doomed) {
        return;
    }
    switch (why) {
    case NOTHING_LEFT:
        after_lines(c);
        break;
    case LEAVES_UNREAD:
        ev_io_stop(c->server->loop, &c->reader);
        break;
    case ASKED_TOO_MUCH:
        session_slow(c);
        break;
    case HAD_ITS_SHARE:
        session_wait(c);
        break;
    }
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
    struct control_session *c = w->data;
    (void)revents;
    if (!session_may_ask(c)) {
        session_slow(c);
        return;
    }
    uint64_t begun_us = clock_processor_us();
    buffer_reserve(&c->in, READ_BYTES);
    ssize_t got = recv(c->fd, c->in.data + c->in.size, READ_BYTES, 0);
    /* Few bytes may bring much work, as many descriptors that are closed. */
    user_spend(c->user, begun_us, READING_US);
    if (got > 0) {
        c->in.size += (size_t)got;
    } else if (got == 0) {
        c->ended = true;
        ev_io_stop(loop, w);
    } else if (errno == EAGAIN || errno == EINTR) {
        return;
    } else {
        session_drop(c, NULL);
        return;
    }
    session_wait(c);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
    struct control_session *c = w->data;
    (void)revents;
    ssize_t n = send(c->fd, c->out.data + c->written, session_unsent(c), MSG_NOSIGNAL);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            session_drop(c, NULL);
        }
        return;
    }
    bool was_held = is_held(c);
    c->written += (size_t)n;
    c->sent += (size_t)n;
    c->progress_ms = clock_monotonic_ms();
    if (session_unsent(c) == 0) {
        ev_io_stop(loop, w);
        buffer_free(&c->out);
        c->written = 0;
        if (c->closing) {
            session_drop(c, c->reason);
            return;
        }
    } else if (c->written > READ_BYTES && c->written > c->out.size / 2) {
        buffer_consume(&c->out, c->written);
        c->written = 0;
    }
    if (was_held && !is_held(c) && !c->closing) {
        session_wait(c);
    }
}

void session_start(struct control_server *s, int fd, const struct control_peer *peer,
                   unsigned roles)
{
    struct control_session *c = alloc_zero(1, sizeof(*c));
    c->server = s;
    c->id = ++s->last_id;
    c->peer = *peer;
    c->roles = roles;
    c->fd = fd;
    c->user = user_of(s, peer->uid);
    c->user->clients++;
    c->asked_ms = clock_monotonic_ms();
    c->next = s->sessions;
    s->sessions = c;
    s->session_count++;
    ev_io_init(&c->reader, on_readable, fd, EV_READ);
    ev_io_init(&c->writer, on_writable, fd, EV_WRITE);
    /* Before readers: what a request of this turn is answered waits for the next one. */
    ev_set_priority(&c->writer, EV_MAXPRI);
    c->reader.data = c->writer.data = c;
    ev_io_start(s->loop, &c->reader);
    LOG_EVENT(LOG_LEVEL_DEBUG, "control.opened", LOG_N("client", c->id),
              LOG_N("uid", peer->uid), LOG_N("pid", (uint64_t)peer->pid),
              LOG_S("role", control_role_name(control_session_role(c))));
}

/* --- who and what --- */

enum control_role control_session_role(const struct control_session *s)
{
    for (int role = ROLE_ADMINISTER; role > ROLE_NONE; role--) {
        if ((s->roles & 1U << role) != 0) {
            return (enum control_role)role;
        }
    }
    return ROLE_NONE;
}

bool control_session_may(const struct control_session *s, enum control_role least)
{
    return control_roles_allow(s->roles, least);
}

void control_session_peer(const struct control_session *s, uid_t *uid, pid_t *pid)
{
    *uid = s->peer.uid;
    *pid = s->peer.pid;
}

uint64_t control_session_id(const struct control_session *s)
{
    return s->id;
}

void control_note_proposal(struct control_session *s, struct slice id)
{
    s->proposal_size = id.size < sizeof(s->proposal) ? id.size : sizeof(s->proposal);
    memcpy(s->proposal, id.data, s->proposal_size);
}
