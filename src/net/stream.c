/* SPDX-License-Identifier: ISC */
/*
 * Bytes from the socket to transport messages to frames. A peer's claim about a frame's
 * length reserves no memory: that grows with what has really arrived.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "net/inside.h"

#include <errno.h>
#include <string.h>

enum { IN_KEPT_BYTES = 4096 };

/* Takes what belongs to the frame under way; returns how much. */
static size_t assemble(struct assembly *a, struct slice data)
{
    size_t left = a->frame->size - a->filled;
    size_t part = left < data.size ? left : data.size;
    if (a->filled + part > a->capacity) {
        size_t wanted = 2 * (a->filled + part);
        a->capacity = wanted < a->frame->size ? wanted : a->frame->size;
        a->frame = alloc_resize(a->frame, 1, sizeof(*a->frame) + a->capacity);
    }
    memcpy(a->frame->data + a->filled, data.data, part);
    a->filled += part;
    return part;
}

/* The header is whole: room for what is here already. False when the length is wrong. */
static bool begin_frame(struct connection *c, size_t here)
{
    struct assembly *a = &c->assembly;
    size_t size = (size_t)a->header[0] << 24 | (size_t)a->header[1] << 16 |
                  (size_t)a->header[2] << 8 | a->header[3];
    if (size == 0 || size > FRAME_MAX) {
        connection_reject(c, size == 0 ? "an empty frame" : "an over-long frame");
        return false;
    }
    a->capacity = here < size ? here : size;
    a->frame = bytes_new(a->capacity);
    a->frame->size = size;
    a->filled = 0;
    return true;
}

static void deliver(struct connection *c)
{
    struct net *n = c->net;
    struct bytes *frame = c->assembly.frame;
    c->assembly.frame = NULL;
    c->assembly.header_size = 0;
    net_peer(n, c->seat)->counts.frames_in++;
    n->handler.frame(n->handler.context, c->seat, frame, bytes_slice(frame));
    bytes_unref(frame);
}

static bool is_turn_over(const struct connection *c)
{
    return clock_monotonic_ms() >= c->turn_end_ms;
}

/* data is not c->late's. What the turn leaves goes there. */
static void feed(struct connection *c, struct slice data)
{
    struct assembly *a = &c->assembly;
    bool over = false;
    while (data.size > 0 && c->state == CONNECTION_UP) {
        size_t used;
        if (over) {
            buffer_append_slice(&c->late, data);
            return;
        }
        if (a->frame == NULL) {
            size_t missing = FRAME_HEADER_BYTES - a->header_size;
            used = missing < data.size ? missing : data.size;
            memcpy(a->header + a->header_size, data.data, used);
            a->header_size += used;
            if (a->header_size == FRAME_HEADER_BYTES && !begin_frame(c, data.size - used)) {
                return;
            }
        } else {
            used = assemble(a, data);
            if (a->filled == a->frame->size) {
                deliver(c);
                over = is_turn_over(c);
            }
        }
        data = slice_of(data.data + used, data.size - used);
    }
}

size_t stream_step(struct connection *c, struct slice data)
{
    struct buffer *plain = &c->net->plain;
    if (data.size < MESSAGE_LENGTH_BYTES) {
        return 0;
    }
    size_t length = (size_t)data.data[0] << 8 | data.data[1];
    if (length <= NOISE_TAG_BYTES) {
        connection_reject(c, "an empty transport message");
        return 0;
    }
    if (data.size < MESSAGE_LENGTH_BYTES + length) {
        return 0;
    }
    plain->size = 0;
    if (noise_decrypt(c->noise, slice_of(data.data + MESSAGE_LENGTH_BYTES, length), plain) <
        0) {
        connection_reject(c, "a bad tag");
        return 0;
    }
    feed(c, buffer_slice(plain));
    return MESSAGE_LENGTH_BYTES + length;
}

/* One step in the state the connection is in; 0 when it needs more, or reads no more. */
static size_t step(struct connection *c, struct slice data)
{
    switch (c->state) {
    case CONNECTION_HELLO:
    case CONNECTION_HANDSHAKE:
    case CONNECTION_CONFIRM:
        return data.size > 0 ? handshake_step(c, data) : 0;
    case CONNECTION_UP:
        return stream_step(c, data);
    case CONNECTION_CONNECTING:
    case CONNECTION_PARKED:
    case CONNECTION_HELD:
    case CONNECTION_CLOSED:
        return 0;
    }
    return 0;
}

/* Back-pressure: what the peer sends beyond its share stays in its own socket. What the
 * turn left is taken up in the next one, after the other peers had theirs. */
static void go_on(struct connection *c, bool left)
{
    struct net *n = c->net;
    struct peer *peer = net_peer(n, c->seat);
    uint64_t now_ms = clock_monotonic_ms();
    bool empty = bucket_is_empty(&peer->bytes, now_ms);
    if (!empty && !left) {
        ev_io_start(n->loop, &c->reading);
        return;
    }
    peer->counts.throttled += empty;
    ev_io_stop(n->loop, &c->reading);
    ev_timer_set(&c->resume,
                 empty ? (double)bucket_wait_ms(&peer->bytes, now_ms) / 1000. : 0., 0.);
    ev_timer_start(n->loop, &c->resume);
}

static void keep_rest(struct connection *c, struct slice rest)
{
    c->in.size = 0;
    if (rest.size > 0) {
        buffer_append_slice(&c->in, rest);
    } else if (c->in.capacity > IN_KEPT_BYTES) {
        buffer_free(&c->in);
    }
}

/* data: what of n->in has been received and not been taken. */
static void take(struct connection *c, struct slice data)
{
    uint64_t now_ms = clock_monotonic_ms();
    c->turn_end_ms = now_ms + READ_TURN_MS;
    if (c->late.size > 0) {
        struct buffer late = c->late;
        c->late = (struct buffer){NULL, 0, 0};
        feed(c, buffer_slice(&late));
        buffer_free(&late);
    }
    size_t used = 1;
    bool over = c->late.size > 0;
    while (!over && (used = step(c, data)) > 0) {
        data = slice_of(data.data + used, data.size - used);
        c->heard_ms = now_ms;
        over = c->state == CONNECTION_UP && (c->late.size > 0 || is_turn_over(c));
    }
    if (c->state != CONNECTION_CLOSED) {
        keep_rest(c, data);
    }
    if (c->state == CONNECTION_UP) {
        go_on(c, over);
    }
}

void stream_resume(struct connection *c)
{
    struct net *n = c->net;
    size_t size = c->in.size;
    if (size > 0) {
        memcpy(n->in, c->in.data, size);
    }
    take(c, slice_of(n->in, size));
}

void stream_read(struct connection *c)
{
    struct net *n = c->net;
    size_t had = c->in.size;
    ssize_t got = recv(c->fd, n->in + had, READ_TURN_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        c->trouble = got < 0 ? strerror(errno) : "it closed the connection";
        connection_close(c, NET_DOWN_CLOSED);
        return;
    }
    if (had > 0) {
        memcpy(n->in, c->in.data, had);
    }
    if (c->state == CONNECTION_UP) {
        struct peer *peer = net_peer(n, c->seat);
        peer->counts.bytes_in += (uint64_t)got;
        (void)bucket_take(&peer->bytes, (uint64_t)got, clock_monotonic_ms());
    }
    take(c, slice_of(n->in, had + (size_t)got));
}
