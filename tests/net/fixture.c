/* SPDX-License-Identifier: ISC */
#include "fixture.h"

#include "base/alloc.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT_LOW = 2000, PORT_COUNT = 13000, HELLO_BYTES = 17 };

static void on_connected(void *context, uint16_t seat, const uint8_t *instance)
{
    struct node *node = context;
    node->connected[seat]++;
    memcpy(node->instance[seat], instance, INSTANCE_BYTES);
}

static void on_disconnected(void *context, uint16_t seat, enum net_down_reason reason)
{
    struct node *node = context;
    node->disconnected[seat]++;
    node->reason[seat] = reason;
}

static void on_gone(void *context, uint16_t seat, bool gone)
{
    struct node *node = context;
    node->gone[seat] = gone;
    node->told_gone[seat]++;
}

static void on_frame(void *context, uint16_t seat, struct bytes *owner,
                     struct slice content)
{
    struct node *node = context;
    assert(content.data >= owner->data &&
           content.data + content.size <= owner->data + owner->size);
    node->frames++;
    node->bytes += content.size;
    bytes_unref(node->last);
    node->last = bytes_ref(owner);
    if (node->reject) {
        net_reject(node->net, seat);
    }
    if (node->echo != NULL) {
        net_send(node->net, seat, node->echo);
        net_flush(node->net);
    }
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
}

/* Below the ports that a system gives to outgoing connections. From a random one upwards,
 * so that no two of one test are the same and those of tests beside each other rarely are.
 */
uint16_t free_port(void)
{
    static uint32_t next;
    if (next == 0) {
        next = 1 + randombytes_uniform(PORT_COUNT);
    }
    for (;;) {
        uint16_t port = (uint16_t)(PORT_LOW + next++ % PORT_COUNT);
        struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert(fd >= 0);
        int e = bind(fd, (struct sockaddr *)&any, sizeof(any));
        (void)close(fd);
        if (e == 0) {
            return port;
        }
    }
}

struct council *council_new(unsigned n, const char *host)
{
    struct council *c = alloc_zero(1, sizeof(*c));
    assert(n <= NODES_MAX && key_library_init() == 0);
    c->loop = ev_loop_new(EVFLAG_AUTO);
    c->n = n;
    ev_timer_init(&c->tick, on_tick, 0.005, 0.005);
    ev_timer_start(c->loop, &c->tick);
    randombytes_buf(c->id.bytes, HASH_BYTES);
    for (uint16_t seat = 1; seat <= n; seat++) {
        struct node *node = &c->nodes[seat];
        node->council = c;
        node->seat = seat;
        node->key = key_generate();
        node->port = free_port();
        (void)snprintf(node->address, sizeof(node->address), "%s:%u", host, node->port);
        key_public(node->key, &c->seats[seat - 1].key);
        c->seats[seat - 1].address = node->address;
        node->config = (struct net_config){
            .council_id = c->id,
            .seat = seat,
            .seats = (uint16_t)n,
            .others = c->seats,
            .key = node->key,
        };
        net_config_defaults(&node->config);
    }
    return c;
}

void council_start(struct council *c, uint16_t seat)
{
    struct node *node = &c->nodes[seat];
    struct net_handler handler = {on_connected, on_disconnected, on_gone, on_frame, node};
    struct complaint why = {""};
    randombytes_buf(node->config.instance, INSTANCE_BYTES);
    if (net_start(c->loop, &node->config, &handler, &node->net, &why) < 0) {
        printf("Bail out! %s\n", why.text);
        exit(1);
    }
}

void council_start_all(struct council *c)
{
    for (uint16_t seat = 1; seat <= c->n; seat++) {
        council_start(c, seat);
    }
}

void council_stop(struct council *c, uint16_t seat)
{
    net_free(c->nodes[seat].net);
    c->nodes[seat].net = NULL;
}

void council_free(struct council *c)
{
    for (uint16_t seat = 1; seat <= c->n; seat++) {
        council_stop(c, seat);
        key_free(c->nodes[seat].key);
        bytes_unref(c->nodes[seat].last);
        bytes_unref(c->nodes[seat].echo);
    }
    ev_timer_stop(c->loop, &c->tick);
    ev_loop_destroy(c->loop);
    free(c);
}

bool council_is_meshed(const struct council *c)
{
    for (uint16_t seat = 1; seat <= c->n; seat++) {
        if (c->nodes[seat].net == NULL ||
            net_connected_count(c->nodes[seat].net) != c->n - 1) {
            return false;
        }
    }
    return true;
}

void council_turn(struct council *c)
{
    ev_run(c->loop, EVRUN_ONCE);
}

void council_run(struct council *c, double seconds)
{
    ev_tstamp until = ev_time() + seconds;
    while (ev_time() < until) {
        council_turn(c);
    }
}

static uint8_t pattern(uint32_t number, size_t i)
{
    return (uint8_t)(number * 31 + i * 7 + (i >> 8) + (i >> 16));
}

struct bytes *frame_new(uint32_t number, size_t size)
{
    struct bytes *b = bytes_new(size);
    for (size_t i = 0; i < size; i++) {
        b->data[i] = pattern(number, i);
    }
    return b;
}

bool frame_is(const struct bytes *frame, uint32_t number, size_t size)
{
    if (frame == NULL || frame->size != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (frame->data[i] != pattern(number, i)) {
            return false;
        }
    }
    return true;
}

void node_send(struct node *node, uint16_t to, uint32_t number, size_t size)
{
    struct bytes *frame = frame_new(number, size);
    net_send(node->net, to, frame);
    net_flush(node->net);
    bytes_unref(frame);
}

/* --- the raw client --- */

struct raw *raw_connect(struct council *c, uint16_t port)
{
    struct raw *r = alloc_zero(1, sizeof(*r));
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->council = c;
    r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(r->fd >= 0);
    int e = connect(r->fd, (struct sockaddr *)&to, sizeof(to));
    assert(e == 0);
    return r;
}

void raw_free(struct raw *r)
{
    (void)close(r->fd);
    noise_free(r->noise);
    buffer_free(&r->in);
    free(r);
}

void raw_put(struct raw *r, const void *data, size_t size)
{
    const uint8_t *at = data;
    while (size > 0 && !r->closed) {
        ssize_t sent = send(r->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            at += sent;
            size -= (size_t)sent;
        } else if (errno == EAGAIN) {
            council_turn(r->council);
        } else {
            r->closed = true;
        }
    }
}

static void raw_read(struct raw *r)
{
    uint8_t data[4096];
    ssize_t got = recv(r->fd, data, sizeof(data), MSG_DONTWAIT);
    if (got > 0) {
        buffer_append(&r->in, data, (size_t)got);
    } else if (got == 0 || errno != EAGAIN) {
        r->closed = true;
    }
}

bool raw_get(struct raw *r, size_t size, double seconds)
{
    return WAIT(r->council, seconds,
                (r->closed ? (void)0 : raw_read(r), r->closed || r->in.size >= size)) &&
           r->in.size >= size;
}

bool raw_is_closed(struct raw *r, double seconds)
{
    return WAIT(r->council, seconds, (r->closed ? (void)0 : raw_read(r), r->closed));
}

struct hello hello_right(const struct council *c)
{
    return (struct hello){"conclave", PROTOCOL_VERSION, c->id};
}

void raw_put_hello(struct raw *r, struct hello h)
{
    uint8_t hello[HELLO_BYTES];
    memcpy(hello, h.magic, 8);
    hello[8] = h.version;
    memcpy(hello + 9, h.council.bytes, 8);
    raw_put(r, hello, sizeof(hello));
}

static void put_length(struct buffer *out, size_t size)
{
    uint8_t length[2] = {(uint8_t)(size >> 8), (uint8_t)size};
    buffer_append(out, length, sizeof(length));
}

void raw_first(struct raw *r, const struct secret_key *key, uint16_t to,
               const uint8_t instance[INSTANCE_BYTES], struct buffer *out)
{
    uint8_t prologue[10 + HASH_BYTES] = "conclave/1";
    uint8_t remote[32];
    memcpy(prologue + 10, r->council->id.bytes, HASH_BYTES);
    int e = key_channel_public(&r->council->seats[to - 1].key, remote);
    assert(e == 0);
    noise_free(r->noise);
    r->noise = noise_initiator(key, remote, slice_of(prologue, sizeof(prologue)));
    put_length(out, NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES);
    e = noise_handshake_write(r->noise, slice_of(instance, INSTANCE_BYTES), out);
    assert(e == 0);
}

bool raw_shake(struct raw *r, const struct secret_key *key, uint16_t to,
               const uint8_t instance[INSTANCE_BYTES])
{
    const size_t answer = NOISE_HANDSHAKE_2_BYTES + INSTANCE_BYTES;
    struct buffer out = {0};
    struct buffer payload = {0};
    raw_put_hello(r, hello_right(r->council));
    raw_first(r, key, to, instance, &out);
    raw_put(r, out.data, out.size);
    buffer_free(&out);
    if (!raw_get(r, HELLO_BYTES + 2 + answer, 2.)) {
        return false;
    }
    int e = noise_handshake_read(r->noise, slice_of(r->in.data + HELLO_BYTES + 2, answer),
                                 &payload);
    bool sound = e == 0 && payload.size == INSTANCE_BYTES;
    buffer_free(&payload);
    buffer_consume(&r->in, HELLO_BYTES + 2 + answer);
    return sound;
}

void raw_message(struct raw *r, const void *data, size_t size)
{
    struct buffer out = {0};
    put_length(&out, size + NOISE_TAG_BYTES);
    int e = noise_encrypt(r->noise, slice_of(data, size), &out);
    assert(e == 0);
    raw_put(r, out.data, out.size);
    buffer_free(&out);
}
