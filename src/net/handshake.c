/* SPDX-License-Identifier: ISC */
/*
 * The clear hello is 17 bytes: "conclave", the version, the first 8 bytes of council_id.
 * The one who opens the connection sends its first Noise message with it. Each Noise
 * message has its length before it, 2 bytes big-endian. Payload of both handshake messages
 * is the sender's instance; the responder's is empty when it refuses, because another
 * instance of that seat is connected to it.
 */
#include "base/clock.h"
#include "net/inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    HELLO_MAGIC_BYTES = 8,
    HELLO_COUNCIL_BYTES = 8,
    HELLO_BYTES = HELLO_MAGIC_BYTES + 1 + HELLO_COUNCIL_BYTES,
    FIRST_BYTES = NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES,
    SECOND_BYTES = NOISE_HANDSHAKE_2_BYTES + INSTANCE_BYTES,
    REFUSAL_BYTES = NOISE_HANDSHAKE_2_BYTES,
};

static const char hello_magic[HELLO_MAGIC_BYTES + 1] = "conclave";

static void append_hello(struct buffer *out, const struct net *n)
{
    buffer_append(out, hello_magic, HELLO_MAGIC_BYTES);
    buffer_append(out, &n->config.protocol, 1);
    buffer_append(out, n->config.council_id.bytes, HELLO_COUNCIL_BYTES);
}

/* A handshake message of size bytes. False when the handshake does not allow it. */
static bool append_handshake(struct buffer *out, struct noise *noise, struct slice payload,
                             size_t size)
{
    uint8_t length[MESSAGE_LENGTH_BYTES] = {(uint8_t)(size >> 8), (uint8_t)size};
    buffer_append(out, length, sizeof(length));
    size_t before = out->size;
    if (noise_handshake_write(noise, payload, out) < 0) {
        return false;
    }
    assert(out->size == before + size);
    return true;
}

void handshake_open(struct connection *c)
{
    struct net *n = c->net;
    struct slice prologue = slice_of(n->prologue, n->prologue_size);
    struct slice instance = slice_of(n->config.instance, INSTANCE_BYTES);
    struct buffer out = {NULL, 0, 0};
    append_hello(&out, n);
    if (c->inbound) {
        c->noise = noise_responder(n->config.key, prologue);
    } else {
        c->noise =
            noise_initiator(n->config.key, net_peer(n, c->seat)->channel_key, prologue);
        bool written = append_handshake(&out, c->noise, instance, FIRST_BYTES);
        assert(written); /* the key was checked when the net was started */
    }
    connection_change_state(c, CONNECTION_HELLO);
    connection_send(c, buffer_slice(&out));
    buffer_free(&out);
}

/* Told of a seat that is known as refusal.h says. */
static void report_refusal(struct connection *c, enum refusal_kind kind, const char *detail)
{
    static const enum report_event events[REFUSAL_KINDS] = {
        [REFUSAL_VERSION] = REPORT_VERSION,
        [REFUSAL_COUNCIL] = REPORT_COUNCIL,
        [REFUSAL_TWIN] = REPORT_TWIN,
        [REFUSAL_REFUSED] = REPORT_REFUSED,
    };
    uint64_t count = 1;
    if (c->seat == 0 || refusal_met(&net_peer(c->net, c->seat)->refusals, kind, detail,
                                    clock_monotonic_ms(), &count)) {
        report_again(events[kind], c->seat, &c->remote, detail, count);
    }
}

static void refuse_version(struct connection *c, uint8_t theirs, uint8_t ours)
{
    char detail[96];
    (void)snprintf(detail, sizeof(detail),
                   "it speaks version %u of the protocol, this node version %u: upgrade "
                   "%s node",
                   theirs, ours, theirs > ours ? "this" : "that");
    c->net->strangers++;
    report_refusal(c, REFUSAL_VERSION, detail);
    connection_refuse(c, REPORT_NONE, detail);
}

static size_t step_hello(struct connection *c, struct slice data)
{
    char detail[64];
    size_t magic = data.size < HELLO_MAGIC_BYTES ? data.size : HELLO_MAGIC_BYTES;
    if (memcmp(data.data, hello_magic, magic) != 0) {
        connection_refuse(c, REPORT_STRANGER, "it does not speak the protocol");
        return 0;
    }
    uint8_t ours = c->net->config.protocol;
    if (data.size > HELLO_MAGIC_BYTES && data.data[HELLO_MAGIC_BYTES] != ours) {
        refuse_version(c, data.data[HELLO_MAGIC_BYTES], ours);
        return 0;
    }
    if (data.size < HELLO_BYTES) {
        return 0;
    }
    if (memcmp(data.data + HELLO_MAGIC_BYTES + 1, c->net->config.council_id.bytes,
               HELLO_COUNCIL_BYTES) != 0) {
        char council[2 * HELLO_COUNCIL_BYTES + 1];
        hex_encode(council,
                   slice_of(data.data + HELLO_MAGIC_BYTES + 1, HELLO_COUNCIL_BYTES));
        (void)snprintf(detail, sizeof(detail), "it belongs to another council: %s",
                       council);
        c->net->strangers++;
        report_refusal(c, REFUSAL_COUNCIL, detail);
        connection_refuse(c, REPORT_NONE, detail);
        return 0;
    }
    connection_change_state(c, CONNECTION_HANDSHAKE);
    return HELLO_BYTES;
}

static void refuse_twin(struct connection *c)
{
    struct buffer out = {NULL, 0, 0};
    if (append_handshake(&out, c->noise, SLICE_NONE, REFUSAL_BYTES)) {
        connection_send(c, buffer_slice(&out));
    }
    buffer_free(&out);
    report_refusal(c, REFUSAL_TWIN, "another instance of this seat is connected");
    connection_refuse(c, REPORT_NONE, "another instance of this seat is connected");
}

static void answer(struct connection *c)
{
    struct buffer out = {NULL, 0, 0};
    if (append_handshake(&out, c->noise, slice_of(c->net->config.instance, INSTANCE_BYTES),
                         SECOND_BYTES)) {
        connection_change_state(c, CONNECTION_CONFIRM);
        connection_send(c, buffer_slice(&out));
    } else {
        connection_refuse(c, REPORT_BAD_HANDSHAKE, "its handshake key is unusable");
    }
    buffer_free(&out);
}

void handshake_answer(struct connection *c)
{
    switch (net_judge(c->net, c)) {
    case VERDICT_TAKE:
        answer(c);
        break;
    case VERDICT_HOLD:
        if (c->state != CONNECTION_HELD) {
            connection_change_state(c, CONNECTION_HELD);
        }
        break;
    case VERDICT_DROP:
        connection_close(c, NET_DOWN_REPLACED);
        break;
    case VERDICT_REFUSE:
        refuse_twin(c);
        break;
    }
}

/* The initiator's first message. */
static void step_first(struct connection *c, struct slice message)
{
    struct net *n = c->net;
    struct buffer payload = {NULL, 0, 0};
    int e = noise_handshake_read(c->noise, message, &payload);
    if (e < 0 || payload.size != INSTANCE_BYTES) {
        buffer_free(&payload);
        connection_refuse(c, REPORT_BAD_HANDSHAKE,
                          "its first message is not for this seat");
        return;
    }
    memcpy(c->instance, payload.data, INSTANCE_BYTES);
    buffer_free(&payload);
    uint16_t seat = net_find(n, noise_remote(c->noise));
    if (seat == 0) {
        connection_refuse(c, REPORT_STRANGER, "its key is not in the charter");
    } else if (seat == n->config.seat) {
        connection_refuse(c, REPORT_OWN_KEY, "it uses the key of this seat");
    } else {
        c->seat = seat;
        handshake_answer(c);
    }
}

/* The responder's message: the last, but for our proof that we are here now. */
static void step_second(struct connection *c, struct slice message)
{
    struct buffer payload = {NULL, 0, 0};
    int e = noise_handshake_read(c->noise, message, &payload);
    bool refused = payload.size == 0;
    if (e == 0 && !refused) {
        memcpy(c->instance, payload.data, INSTANCE_BYTES);
    }
    buffer_free(&payload);
    if (e < 0) {
        connection_refuse(c, REPORT_BAD_HANDSHAKE, "its answer does not fit its key");
        return;
    }
    if (refused) {
        struct peer *peer = net_peer(c->net, c->seat);
        if (peer->refused_since_ms == 0) {
            peer->refused_since_ms = clock_monotonic_ms();
        }
        report_refusal(c, REFUSAL_REFUSED,
                       "it is connected to another instance of our seat");
        connection_refuse(c, REPORT_NONE,
                          "it is connected to another instance of our seat");
        return;
    }
    if (net_judge(c->net, c) != VERDICT_TAKE) {
        connection_close(c, NET_DOWN_REPLACED);
        return;
    }
    struct buffer out = {NULL, 0, 0};
    uint8_t length[MESSAGE_LENGTH_BYTES] = {0, NOISE_TAG_BYTES};
    buffer_append(&out, length, sizeof(length));
    e = noise_encrypt(c->noise, SLICE_NONE, &out);
    assert(e == 0);
    connection_send(c, buffer_slice(&out));
    buffer_free(&out);
    if (c->state != CONNECTION_CLOSED) {
        net_take(c->net, c);
    }
}

/* The initiator's first transport message, empty: it was no recording. */
static void step_confirm(struct connection *c, struct slice message)
{
    struct buffer plain = {NULL, 0, 0};
    int e = noise_decrypt(c->noise, message, &plain);
    bool sound = e == 0 && plain.size == 0;
    buffer_free(&plain);
    if (!sound) {
        connection_refuse(c, REPORT_BAD_HANDSHAKE, "it did not confirm the handshake");
        return;
    }
    switch (net_judge(c->net, c)) {
    case VERDICT_TAKE:
    case VERDICT_HOLD: /* too late to hold: there it is up already */
        net_take(c->net, c);
        break;
    case VERDICT_DROP:
    case VERDICT_REFUSE:
        connection_close(c, NET_DOWN_REPLACED);
        break;
    }
}

static bool length_fits(const struct connection *c, size_t length)
{
    if (c->state == CONNECTION_CONFIRM) {
        return length == NOISE_TAG_BYTES;
    }
    return c->inbound ? length == FIRST_BYTES
                      : length == SECOND_BYTES || length == REFUSAL_BYTES;
}

size_t handshake_step(struct connection *c, struct slice data)
{
    if (c->state == CONNECTION_HELLO) {
        return step_hello(c, data);
    }
    if (data.size < MESSAGE_LENGTH_BYTES) {
        return 0;
    }
    size_t length = (size_t)data.data[0] << 8 | data.data[1];
    if (!length_fits(c, length)) {
        connection_refuse(c, REPORT_BAD_HANDSHAKE, "its message has the wrong length");
        return 0;
    }
    if (data.size < MESSAGE_LENGTH_BYTES + length) {
        return 0;
    }
    if (c->inbound && data.size > MESSAGE_LENGTH_BYTES + length &&
        c->state == CONNECTION_HANDSHAKE) {
        connection_refuse(c, REPORT_BAD_HANDSHAKE, "it did not wait for the answer");
        return 0;
    }
    struct slice message = slice_of(data.data + MESSAGE_LENGTH_BYTES, length);
    if (c->state == CONNECTION_CONFIRM) {
        step_confirm(c, message);
    } else if (c->inbound) {
        step_first(c, message);
    } else {
        step_second(c, message);
    }
    return MESSAGE_LENGTH_BYTES + length;
}
