/* SPDX-License-Identifier: ISC */
#include "net/connection.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "net/inside.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT_KEPT_BYTES = 4096 };

static const char *state_name(enum connection_state state)
{
    switch (state) {
    case CONNECTION_CONNECTING:
        return "connecting";
    case CONNECTION_PARKED:
        return "parked";
    case CONNECTION_HELLO:
        return "hello";
    case CONNECTION_HANDSHAKE:
        return "handshake";
    case CONNECTION_HELD:
        return "held";
    case CONNECTION_CONFIRM:
        return "confirm";
    case CONNECTION_UP:
        return "up";
    case CONNECTION_CLOSED:
        return "closed";
    }
    return "?";
}

void connection_change_state(struct connection *c, enum connection_state state)
{
    struct ev_loop *loop = c->net->loop;
    char remote[ENDPOINT_TEXT_BYTES];
    endpoint_text(&c->remote, remote);
    LOG_EVENT(LOG_LEVEL_DEBUG, "peer.state", LOG_N("seat", c->seat),
              LOG_S("address", remote), LOG_S("opened", c->inbound ? "there" : "here"),
              LOG_S("from", state_name(c->state)), LOG_S("to", state_name(state)));
    c->state = state;
    switch (state) {
    case CONNECTION_CONNECTING:
        ev_io_start(loop, &c->writing);
        break;
    case CONNECTION_PARKED:
    case CONNECTION_HELD:
        ev_io_stop(loop, &c->reading);
        break;
    case CONNECTION_HELLO:
    case CONNECTION_HANDSHAKE:
    case CONNECTION_CONFIRM:
        ev_io_start(loop, &c->reading);
        break;
    case CONNECTION_UP:
        ev_timer_stop(loop, &c->deadline);
        ev_timer_set(&c->deadline, (double)c->net->config.dead_peer_timeout_ms / 1000., 0.);
        ev_timer_start(loop, &c->deadline);
        break;
    case CONNECTION_CLOSED:
        ev_io_stop(loop, &c->reading);
        ev_io_stop(loop, &c->writing);
        ev_timer_stop(loop, &c->deadline);
        ev_timer_stop(loop, &c->resume);
        break;
    }
}

bool connection_is_half_open(const struct connection *c)
{
    switch (c->state) {
    case CONNECTION_HELLO:
    case CONNECTION_HANDSHAKE:
    case CONNECTION_HELD:
    case CONNECTION_CONFIRM:
        return c->inbound;
    case CONNECTION_CONNECTING:
    case CONNECTION_PARKED:
    case CONNECTION_UP:
    case CONNECTION_CLOSED:
        return false;
    }
    return false;
}

static void on_reading(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop;
    (void)events;
    stream_read(io->data);
}

static void on_writing(struct ev_loop *loop, ev_io *io, int events)
{
    struct connection *c = io->data;
    (void)events;
    if (c->state != CONNECTION_CONNECTING) {
        connection_write(c);
        return;
    }
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) {
        error = errno;
    }
    if (error != 0) {
        c->refused = error == ECONNREFUSED;
        connection_refuse(c, REPORT_NONE, strerror(error));
        return;
    }
    ev_io_stop(loop, &c->writing);
    handshake_open(c);
}

static void on_resume(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct connection *c = timer->data;
    (void)loop;
    (void)events;
    c->heard_ms = clock_monotonic_ms(); /* it was we who did not listen */
    stream_resume(c);
}

/* Re-armed here and not with each message, which would cost more than the message. */
static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct connection *c = timer->data;
    (void)events;
    if (c->state != CONNECTION_UP) {
        connection_refuse(c, c->inbound ? REPORT_SLOW : REPORT_NONE,
                          "the handshake timed out");
        return;
    }
    uint64_t limit_ms = c->net->config.dead_peer_timeout_ms;
    uint64_t silent_ms = clock_monotonic_ms() - c->heard_ms;
    if (ev_is_active(&c->resume)) {
        silent_ms = 0;
    }
    if (silent_ms >= limit_ms) {
        connection_close(c, NET_DOWN_TIMEOUT);
        return;
    }
    ev_timer_set(timer, (double)(limit_ms - silent_ms) / 1000., 0.);
    ev_timer_start(loop, timer);
}

static struct connection *connection_new(struct net *n, int fd, bool inbound,
                                         const struct endpoint *remote)
{
    struct connection *c = alloc_zero(1, sizeof(*c));
    int one = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    c->net = n;
    c->fd = fd;
    c->inbound = inbound;
    c->remote = *remote;
    endpoint_source(remote, c->source);
    ev_io_init(&c->reading, on_reading, fd, EV_READ);
    ev_io_init(&c->writing, on_writing, fd, EV_WRITE);
    ev_timer_init(&c->resume, on_resume, 0., 0.);
    ev_timer_init(&c->deadline, on_deadline, (double)n->config.handshake_timeout_ms / 1000.,
                  0.);
    /* After a stall of our own, what arrived meanwhile is read before anyone is timed out.
     */
    ev_set_priority(&c->deadline, EV_MINPRI);
    c->reading.data = c->writing.data = c->resume.data = c->deadline.data = c;
    ev_timer_start(n->loop, &c->deadline);
    c->previous = n->last;
    *(n->last != NULL ? &n->last->next : &n->connections) = c;
    n->last = c;
    return c;
}

struct connection *connection_accept(struct net *n, int fd, const struct endpoint *remote)
{
    struct connection *c = connection_new(n, fd, true, remote);
    connection_change_state(c, CONNECTION_PARKED);
    return c;
}

struct connection *connection_dial(struct net *n, uint16_t seat,
                                   const struct endpoint *remote)
{
    int fd = socket(remote->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    IPPROTO_TCP);
    if (fd < 0) {
        return NULL;
    }
    if (connect(fd, &remote->any, remote->size) < 0 && errno != EINPROGRESS) {
        int error = errno;
        (void)close(fd);
        errno = error;
        return NULL;
    }
    struct connection *c = connection_new(n, fd, false, remote);
    c->seat = seat;
    connection_change_state(c, CONNECTION_CONNECTING);
    return c;
}

void connection_close(struct connection *c, enum net_down_reason reason)
{
    struct net *n = c->net;
    if (c->state == CONNECTION_CLOSED) {
        return;
    }
    connection_change_state(c, CONNECTION_CLOSED);
    (void)close(c->fd);
    *(c->previous != NULL ? &c->previous->next : &n->connections) = c->next;
    *(c->next != NULL ? &c->next->previous : &n->last) = c->previous;
    /* c->next stays: someone may be walking the list. */
    c->previous = n->closed;
    n->closed = c;
    net_feed_chores(n);
    if (c->seat != 0) {
        net_lost(n, c, reason);
    }
}

void connection_free(struct connection *c)
{
    noise_free(c->noise);
    buffer_free(&c->in);
    buffer_free(&c->late);
    buffer_free(&c->out);
    queue_free(&c->queue);
    bytes_unref(c->assembly.frame);
    free(c);
}

void connection_refuse(struct connection *c, enum report_event event, const char *detail)
{
    if (event != REPORT_NONE) {
        c->net->strangers++;
        report(event, c->seat, &c->remote, detail);
    }
    if (event == REPORT_BAD_HANDSHAKE && c->seat != 0) {
        net_peer(c->net, c->seat)->counts.bad_handshakes++;
    }
    c->trouble = detail;
    connection_close(c, NET_DOWN_BAD_FRAME);
    c->trouble = NULL;
}

void connection_reject(struct connection *c, const char *detail)
{
    report(REPORT_BAD_FRAME, c->seat, &c->remote, detail);
    connection_close(c, NET_DOWN_BAD_FRAME);
}

void connection_send(struct connection *c, struct slice data)
{
    buffer_append_slice(&c->out, data);
    connection_write(c);
}

/* Encrypts released frames until a batch is full. */
static void encrypt_batch(struct connection *c, struct buffer *out)
{
    struct net *n = c->net;
    while (out->size + MESSAGE_LENGTH_BYTES + NOISE_MESSAGE_MAX <= WRITE_BATCH_BYTES) {
        struct slice piece = queue_next(&c->queue, n->gathered, NOISE_PAYLOAD_MAX);
        if (piece.size == 0) {
            return;
        }
        size_t length = piece.size + NOISE_TAG_BYTES;
        uint8_t header[MESSAGE_LENGTH_BYTES] = {(uint8_t)(length >> 8), (uint8_t)length};
        size_t frames = c->queue.count;
        buffer_append(out, header, sizeof(header));
        int e = noise_encrypt(c->noise, piece, out);
        assert(e == 0);
        queue_advance(&c->queue, piece.size);
        net_peer(n, c->seat)->counts.frames_out += frames - c->queue.count;
    }
}

/* Bytes that the socket took; -1 when the connection was closed. */
static ssize_t put(struct connection *c, const uint8_t *data, size_t size)
{
    ssize_t sent = send(c->fd, data, size, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return 0;
        }
        c->trouble = strerror(errno);
        connection_close(c, NET_DOWN_CLOSED);
        return -1;
    }
    if (c->state == CONNECTION_UP) {
        net_peer(c->net, c->seat)->counts.bytes_out += (uint64_t)sent;
    }
    return sent;
}

/* What was left over. False when it is not all gone. */
static bool write_left_over(struct connection *c)
{
    if (c->out.size == 0) {
        return true;
    }
    ssize_t sent = put(c, c->out.data + c->out_sent, c->out.size - c->out_sent);
    if (sent < 0) {
        return false;
    }
    c->out_sent += (size_t)sent;
    if (c->out_sent < c->out.size) {
        return false;
    }
    c->out.size = 0;
    c->out_sent = 0;
    if (c->out.capacity > OUT_KEPT_BYTES) {
        buffer_free(&c->out);
    }
    return true;
}

void connection_write(struct connection *c)
{
    struct net *n = c->net;
    struct buffer *batch = &n->cipher;
    size_t turn = 0;
    bool done = write_left_over(c);
    while (done && c->state == CONNECTION_UP && turn < WRITE_TURN_BYTES) {
        batch->size = 0;
        encrypt_batch(c, batch);
        if (batch->size == 0) {
            ev_io_stop(n->loop, &c->writing);
            return;
        }
        ssize_t sent = put(c, batch->data, batch->size);
        if (sent < 0) {
            return;
        }
        turn += (size_t)sent;
        if ((size_t)sent < batch->size) {
            buffer_append(&c->out, batch->data + sent, batch->size - (size_t)sent);
            done = false;
        }
    }
    if (c->state == CONNECTION_CLOSED) {
        return;
    }
    if (done && c->state != CONNECTION_UP) {
        ev_io_stop(n->loop, &c->writing);
    } else {
        ev_io_start(n->loop, &c->writing);
    }
}
