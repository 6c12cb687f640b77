/* SPDX-License-Identifier: ISC */
/*
 * One connection of the net, in either role, against a peer that has a seat's key and does
 * what the input says: greets, shakes hands, sends transport messages and frames in pieces
 * of any size, or rubbish. Whatever comes, the frames delivered are a beginning of those
 * that the peer sealed, and all of them while it kept to the protocol; what is reserved is
 * in proportion to what came; nothing is left when it has gone.
 */
#include "base/alloc.h"
#include "fuzz.h"
#include "net/inside.h"
#include "script.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEATS = 4, OWN_SEAT = 2, PEER_SEAT = 3, HELLO_BYTES = 17 };

/* How far the peer got while it did everything as it should. */
enum stage { STAGE_BEGUN, STAGE_GREETED, STAGE_SHAKEN, STAGE_UP, STAGE_BROKEN };

struct world {
    struct net *net;
    struct ev_loop *loop;
    struct secret_key *keys[SEATS];
    struct public_key publics[SEATS];
    /* of one input */
    int fd; /* the peer's end */
    bool inbound;
    enum stage stage;
    bool is_guessing; /* it may have greeted well by chance */
    struct noise *noise;
    struct buffer heard;     /* from the node, before it is up */
    struct buffer plain;     /* that the peer sealed in order, from the first frame on */
    struct buffer delivered; /* each frame with its header again */
    size_t piece;            /* bytes that the peer sends at once */
    size_t sent;
};
static struct world w;

/* --- the node --- */

static void on_connected(void *context, uint16_t seat, const uint8_t *instance)
{
    (void)context;
    (void)instance;
    assert(seat == PEER_SEAT);
}

static void on_disconnected(void *context, uint16_t seat, enum net_down_reason reason)
{
    (void)context;
    (void)reason;
    assert(seat == PEER_SEAT);
}

static void on_frame(void *context, uint16_t seat, struct bytes *owner,
                     struct slice content)
{
    const uint8_t header[FRAME_HEADER_BYTES] = {
        (uint8_t)(content.size >> 24), (uint8_t)(content.size >> 16),
        (uint8_t)(content.size >> 8), (uint8_t)content.size};
    (void)context;
    assert(seat == PEER_SEAT && content.size >= 1 && content.size <= FRAME_MAX);
    assert(content.data == owner->data && content.size == owner->size);
    buffer_append(&w.delivered, header, sizeof(header));
    buffer_append_slice(&w.delivered, content);
}

static void stop_dials(void)
{
    for (uint16_t seat = 1; seat <= SEATS; seat++) {
        if (seat != OWN_SEAT) {
            dial_stop(&w.net->peers[seat - 1].dial);
        }
    }
}

static void start_net(void)
{
    static const struct net_handler handler = {on_connected, on_disconnected, NULL,
                                               on_frame, NULL};
    struct net_seat seats[SEATS];
    struct net_config config = {.seat = OWN_SEAT, .seats = SEATS, .others = seats};
    struct complaint why = {""};
    int error = key_library_init();
    assert(error == 0);
    for (int i = 0; i < SEATS; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        w.keys[i] = key_from_seed(seed);
        key_public(w.keys[i], &w.publics[i]);
        seats[i] = (struct net_seat){w.publics[i], "127.0.0.1:9"};
    }
    net_config_defaults(&config);
    memset(config.council_id.bytes, 7, HASH_BYTES);
    memset(config.instance, OWN_SEAT, INSTANCE_BYTES);
    config.key = w.keys[OWN_SEAT - 1];
    config.bytes_per_second = BUCKET_RATE_MAX;
    (void)log_open("/dev/null", LOG_LEVEL_ERROR, NULL);
    w.loop = ev_loop_new(EVBACKEND_POLL);
    /* It listens, but nobody comes that way; where no other test looks for a free port. */
    for (int port = 20000; w.net == NULL && port < 60000; port += 7) {
        char address[32];
        (void)snprintf(address, sizeof(address), "127.%d.%d.9:%d", getpid() >> 8 & 0x7f,
                       getpid() & 0xff, port);
        config.listen = address;
        (void)net_start(w.loop, &config, &handler, &w.net, &why);
    }
    assert(w.net != NULL);
    stop_dials();
    /* As if it had dialled where it never will. */
    struct dial *d = &net_peer(w.net, PEER_SEAT)->dial;
    d->endpoints = alloc_zero(1, sizeof(*d->endpoints));
    d->count = d->next = 1;
}

static void start_connection(int fd)
{
    /* What the input before did is forgiven. */
    net_peer(w.net, PEER_SEAT)->barred_until_ms = 0;
    const struct endpoint remote = {.size = sizeof(struct sockaddr_in),
                                    .v4 = {.sin_family = AF_INET}};
    struct connection *c = connection_accept(w.net, fd, &remote);
    if (w.inbound) {
        listener_unpark(w.net);
    } else {
        c->inbound = false;
        c->seat = PEER_SEAT;
        net_peer(w.net, PEER_SEAT)->dial.connection = c;
        handshake_open(c);
    }
}

static bool has_work(const struct connection *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    return ev_is_active(&c->resume) || ev_is_pending(&w.net->chores) ||
           (ev_is_active(&c->reading) && poll(&p, 1, 0) > 0);
}

/* Lets the node do all that it can do now. */
static void pump(void)
{
    uint8_t data[4096];
    ssize_t got;
    do {
        ev_run(w.loop, EVRUN_NOWAIT);
        const struct connection *c = w.net->connections;
        assert(c == NULL || c->next == NULL);
        assert(c == NULL || c->assembly.frame == NULL ||
               c->assembly.capacity <= 2 * w.sent);
        assert(c == NULL || c->in.capacity <= 2 * (w.sent + IN_SCRATCH_BYTES));
    } while (w.net->connections != NULL && has_work(w.net->connections));
    while ((got = recv(w.fd, data, sizeof(data), 0)) > 0) {
        buffer_append(&w.heard, data, (size_t)got);
    }
}

/* --- the peer --- */

static void transmit(struct slice data)
{
    while (data.size > 0 && w.net->connections != NULL) {
        size_t part = data.size < w.piece ? data.size : w.piece;
        ssize_t n = send(w.fd, data.data, part, MSG_NOSIGNAL);
        assert(n >= 0 || errno == EAGAIN || errno == EPIPE || errno == ECONNRESET);
        if (n < 0 && errno != EAGAIN) {
            return;
        }
        w.sent += n > 0 ? (size_t)n : 0;
        data = slice_of(data.data + (n > 0 ? n : 0), data.size - (size_t)(n > 0 ? n : 0));
        pump();
    }
}

static void transmit_message(struct slice message)
{
    struct buffer out = {0};
    const uint8_t length[2] = {(uint8_t)(message.size >> 8), (uint8_t)message.size};
    buffer_append(&out, length, sizeof(length));
    buffer_append_slice(&out, message);
    transmit(buffer_slice(&out));
    buffer_free(&out);
}

static void greet(struct slice *script)
{
    uint8_t hello[HELLO_BYTES] = "conclave\1\7\7\7\7\7\7\7\7";
    uint8_t at = script_byte(script), mask = script_byte(script);
    bool sound = at >= HELLO_BYTES || mask == 0;
    if (!sound) {
        hello[at] ^= mask;
    }
    w.stage = sound && w.stage == STAGE_BEGUN ? STAGE_GREETED : STAGE_BROKEN;
    transmit(slice_of(hello, sizeof(hello)));
}

/* A handshake message as the script wants it: from a key of the council, the own one, or a
 * stranger's, with an instance that is too short, too long or right. */
static void shake(struct slice *script)
{
    uint8_t variant = script_byte(script);
    size_t instance = variant < 0x80 ? INSTANCE_BYTES : variant % 32;
    int who = variant % 8 == 1 ? OWN_SEAT : PEER_SEAT;
    uint8_t prologue[10 + HASH_BYTES] = "conclave/1", remote[32];
    static const uint8_t strange[32] = {99}, zeros[32];
    struct buffer out = {0}, in = {0};
    memset(prologue + 10, variant % 8 == 2 ? 8 : 7, HASH_BYTES);
    if (w.noise != NULL) {
        return;
    }
    int error = key_channel_public(&w.publics[OWN_SEAT - 1], remote);
    assert(error == 0);
    struct secret_key *stranger = variant % 8 == 3 ? key_from_seed(strange) : NULL;
    const struct secret_key *key = stranger != NULL ? stranger : w.keys[who - 1];
    w.noise = w.inbound ? noise_initiator(key, remote, slice_of(prologue, sizeof(prologue)))
                        : noise_responder(key, slice_of(prologue, sizeof(prologue)));
    bool sound = w.stage == STAGE_GREETED && instance == INSTANCE_BYTES &&
                 key == w.keys[PEER_SEAT - 1] && prologue[10] == 7;
    if (!w.inbound) {
        /* The node's first message came with its greeting. */
        size_t head = HELLO_BYTES + 2;
        error = w.heard.size < head
                    ? CONCLAVE_ESIG
                    : noise_handshake_read(
                          w.noise, slice_of(w.heard.data + head, w.heard.size - head), &in);
        sound = sound && error == 0;
    }
    if (error == 0) {
        error = noise_handshake_write(w.noise, slice_of(zeros, instance), &out);
        assert(error == 0);
        transmit_message(buffer_slice(&out));
        /* An empty answer to the node is a refusal, which ends it as well. */
    }
    w.stage = !sound || error != 0 ? STAGE_BROKEN : w.inbound ? STAGE_SHAKEN : STAGE_UP;
    key_free(stranger);
    buffer_free(&out);
    buffer_free(&in);
}

static void confirm(void)
{
    struct buffer out = {0}, in = {0};
    size_t head = HELLO_BYTES + 2;
    if (w.stage != STAGE_SHAKEN) {
        return;
    }
    assert(w.heard.size > head);
    int error = noise_handshake_read(
        w.noise, slice_of(w.heard.data + head, w.heard.size - head), &in);
    assert(error == 0 && in.size == INSTANCE_BYTES);
    error = noise_encrypt(w.noise, SLICE_NONE, &out);
    assert(error == 0);
    transmit_message(buffer_slice(&out));
    w.stage = STAGE_UP;
    buffer_free(&out);
    buffer_free(&in);
}

static void seal(struct slice plain, uint8_t mask)
{
    struct buffer out = {0};
    if (w.noise == NULL || !noise_is_established(w.noise)) {
        return;
    }
    int error = noise_encrypt(w.noise, plain, &out);
    assert(error == 0);
    out.data[out.size / 2] ^= mask;
    if (mask != 0 || plain.size == 0) {
        w.stage = STAGE_BROKEN;
    }
    if (w.stage == STAGE_UP) {
        buffer_append_slice(&w.plain, plain);
    }
    transmit_message(buffer_slice(&out));
    buffer_free(&out);
}

/* A frame of so many bytes, in transport messages of `step` bytes each. */
static void send_frame(size_t size, size_t step)
{
    struct buffer frame = {0};
    const uint8_t header[FRAME_HEADER_BYTES] = {0, (uint8_t)(size >> 16),
                                                (uint8_t)(size >> 8), (uint8_t)size};
    buffer_append(&frame, header, sizeof(header));
    buffer_reserve(&frame, size);
    memset(frame.data + frame.size, (int)(step & 0xff), size);
    frame.size += size;
    for (size_t at = 0; at < frame.size; at += step) {
        size_t part = frame.size - at < step ? frame.size - at : step;
        seal(slice_of(frame.data + at, part), 0);
    }
    buffer_free(&frame);
}

static void act(struct slice *script)
{
    enum { GREET, SHAKE, CONFIRM, SEAL, FRAME, HARM, RAW, PIECE, ACTS };
    size_t size;
    switch (script_byte(script) % ACTS) {
    case GREET:
        greet(script);
        break;
    case SHAKE:
        shake(script);
        break;
    case CONFIRM:
        confirm();
        break;
    case SEAL:
        seal(script_slice(script, script_byte(script)), 0);
        break;
    case FRAME: {
        size_t step = 1 + 256 * (size_t)script_byte(script);
        size = script_short(script);
        send_frame(size < 64 * step ? size : 64 * step, step);
        break;
    }
    case HARM:
        size = script_byte(script);
        seal(script_slice(script, size), script_byte(script));
        break;
    case RAW: {
        struct slice raw = script_slice(script, script_byte(script));
        w.is_guessing = w.is_guessing || w.stage == STAGE_BEGUN;
        w.stage = raw.size > 0 ? STAGE_BROKEN : w.stage;
        transmit(raw);
        break;
    }
    case PIECE:
        w.piece = 1 + (size_t)script_byte(script) * 16;
        break;
    }
}

/* --- what must hold --- */

/* Bytes of the whole frames at the front of plain; fits is cleared where a header is one
 * that ends the connection. */
static size_t whole_frames(struct slice plain, bool *fits)
{
    size_t at = 0;
    *fits = true;
    while (plain.size - at >= FRAME_HEADER_BYTES) {
        const uint8_t *h = plain.data + at;
        size_t size = (size_t)h[0] << 24 | (size_t)h[1] << 16 | (size_t)h[2] << 8 | h[3];
        *fits = size >= 1 && size <= FRAME_MAX;
        if (!*fits || plain.size - at - FRAME_HEADER_BYTES < size) {
            break;
        }
        at += FRAME_HEADER_BYTES + size;
    }
    return at;
}

static void check(void)
{
    bool fits;
    if (w.is_guessing) {
        return;
    }
    size_t whole = whole_frames(buffer_slice(&w.plain), &fits);
    assert(w.delivered.size == whole);
    assert(whole == 0 || memcmp(w.delivered.data, w.plain.data, whole) == 0);
    if (w.stage == STAGE_UP) {
        assert(net_is_connected(w.net, PEER_SEAT) == fits);
    }
    assert(fits || w.net->connections == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = slice_of(data, size);
    int pair[2];
    if (w.net == NULL) {
        start_net();
    }
    int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
    assert(failed == 0);
    w.inbound = script_byte(&script) % 2 == 0;
    w.fd = pair[0];
    w.stage = STAGE_BEGUN;
    w.is_guessing = false;
    w.piece = SIZE_MAX;
    start_connection(pair[1]);
    pump();
    for (int i = 0; i < 64 && script.size > 0; i++) {
        act(&script);
    }
    check();
    (void)close(w.fd);
    do {
        ev_run(w.loop, EVRUN_NOWAIT);
    } while (w.net->connections != NULL);
    stop_dials();
    ev_run(w.loop, EVRUN_NOWAIT);
    assert(net_connected_count(w.net) == 0 && w.net->closed == NULL);
    noise_free(w.noise);
    w.noise = NULL;
    w.sent = 0;
    buffer_free(&w.heard);
    buffer_free(&w.plain);
    buffer_free(&w.delivered);
    return 0;
}
