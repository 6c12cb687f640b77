/* SPDX-License-Identifier: ISC */
/*
 * Both roles of the Noise channel without a socket. First byte 0: the rest is a first
 * message to a responder; 1: a second one to an initiator; 2: an honest handshake, whose
 * messages and transport messages are delivered, changed, cut, repeated or lost; else: two
 * ciphers near the change of their key. What is read is what was written, and nothing is
 * ever read again after the first byte that was not.
 */
#include "crypto/noise_cipher.h"
#include "fuzz.h"
#include "script.h"

#include <assert.h>
#include <string.h>

enum { INITIATOR, RESPONDER, ROLES };

struct channel {
    struct noise *ends[ROLES];
    struct buffer last[ROLES]; /* the last transport message that each one wrote */
    bool lost[ROLES];          /* one of its messages never came */
};

static const struct secret_key *secret_of(int role)
{
    static struct secret_key *keys[ROLES];
    static const uint8_t seeds[ROLES][32] = {{1}, {2}};
    if (keys[role] == NULL) {
        int error = key_library_init();
        assert(error == 0);
        keys[role] = key_from_seed(seeds[role]);
    }
    return keys[role];
}

static struct noise *make(int role)
{
    static const uint8_t ephemerals[ROLES][32] = {{3}, {4}};
    static uint8_t remote[32];
    struct slice prologue = slice_of_string("prologue");
    const struct secret_key *responder = secret_of(RESPONDER);
    if (remote[0] == 0) {
        struct public_key k;
        key_public(responder, &k);
        int error = key_channel_public(&k, remote);
        assert(error == 0);
    }
    struct noise *n = role == INITIATOR
                          ? noise_initiator(secret_of(INITIATOR), remote, prologue)
                          : noise_responder(responder, prologue);
    noise_fix_ephemeral(n, ephemerals[role]);
    return n;
}

/* It has failed: it gives nothing and takes nothing any more. */
static void expect_failed(struct noise *n)
{
    struct buffer out = {0};
    const uint8_t zeros[NOISE_TAG_BYTES] = {0};
    assert(!noise_is_established(n));
    assert(noise_handshake_write(n, SLICE_NONE, &out) == CONCLAVE_ESTATE);
    assert(noise_handshake_read(n, slice_of(zeros, 16), &out) == CONCLAVE_ESTATE);
    assert(noise_encrypt(n, SLICE_NONE, &out) == CONCLAVE_ESTATE);
    assert(noise_decrypt(n, slice_of(zeros, 16), &out) == CONCLAVE_ESTATE);
    assert(out.size == 0);
    buffer_free(&out);
}

/* Nobody but who holds a key can write a message that is read. */
static void read_forged(int role, struct slice input)
{
    struct noise *n = make(role);
    struct buffer out = {0};
    struct bytes *copy = bytes_copy(input);
    if (role == INITIATOR) {
        int error = noise_handshake_write(n, SLICE_NONE, &out);
        assert(error == 0 && out.size == NOISE_HANDSHAKE_1_BYTES);
        out.size = 0;
    }
    int error = noise_handshake_read(n, bytes_slice(copy), &out);
    assert(error == CONCLAVE_ESIG && out.size == 0);
    expect_failed(n);
    bytes_unref(copy);
    buffer_free(&out);
    noise_free(n);
}

enum harm { HARM_NONE, HARM_BYTE, HARM_CUT, HARM_LONGER, HARMS };

/* Changes the message as the script says; false where it is as it was. */
static bool harm(struct slice *script, struct buffer *message)
{
    switch ((enum harm)(script_byte(script) % HARMS)) {
    case HARM_NONE:
    case HARMS:
        return false;
    case HARM_BYTE: {
        size_t at = script_short(script) % message->size;
        uint8_t mask = script_byte(script);
        message->data[at] ^= mask;
        return mask != 0;
    }
    case HARM_CUT:
        message->size -= 1 + script_byte(script) % message->size;
        return true;
    case HARM_LONGER:
        buffer_append(message, "", 1);
        return true;
    }
    return false;
}

/* One handshake message; false when it was harmed, and refused. */
static bool shake(struct channel *c, int from, struct slice *script)
{
    struct buffer message = {0}, payload = {0};
    struct noise *to = c->ends[1 - from];
    struct slice sent = script_slice(script, script_byte(script) % 32);
    int error = noise_handshake_write(c->ends[from], sent, &message);
    assert(error == 0);
    bool harmed = harm(script, &message);
    error = noise_handshake_read(to, buffer_slice(&message), &payload);
    if (harmed) {
        assert(error == CONCLAVE_ESIG && payload.size == 0);
        expect_failed(to);
    } else {
        assert(error == 0 && slice_equal(buffer_slice(&payload), sent));
    }
    buffer_free(&message);
    buffer_free(&payload);
    return !harmed;
}

/* One transport message; false once an end has failed. */
static bool talk(struct channel *c, struct slice *script)
{
    enum { DELIVER, HARM, REPEAT, REFLECT, LOSE, ACTS };
    static uint8_t filler[NOISE_PAYLOAD_MAX + 1];
    uint8_t choice = script_byte(script);
    int from = choice & 1, act = (choice >> 1) % ACTS;
    struct noise *to = c->ends[1 - from];
    size_t size = script_short(script);
    struct buffer message = {0}, plain = {0};
    struct slice sent = slice_of(filler, size < sizeof(filler) ? size : sizeof(filler));
    bool sound = act == DELIVER && !c->lost[from];
    memset(filler, choice, sent.size < 16 ? sent.size : 16);
    if (act == REPEAT || act == REFLECT) {
        struct buffer *again = act == REPEAT ? &c->last[from] : &c->last[1 - from];
        buffer_append_slice(&message, buffer_slice(again));
    } else {
        int error = noise_encrypt(c->ends[from], sent, &message);
        assert(error == (sent.size > NOISE_PAYLOAD_MAX ? CONCLAVE_ELIMIT : 0));
        if (error != 0) {
            return true;
        }
        c->last[from].size = 0;
        if (act != LOSE) {
            buffer_append_slice(&c->last[from], buffer_slice(&message));
        }
    }
    if (act == HARM) {
        sound = !harm(script, &message) && !c->lost[from];
    }
    c->lost[from] = c->lost[from] || act == LOSE;
    bool alive = true;
    if (act != LOSE) {
        int error = noise_decrypt(to, buffer_slice(&message), &plain);
        alive = message.size > NOISE_MESSAGE_MAX || error == 0;
        if (error == CONCLAVE_ELIMIT) {
            /* Never taken in, however it was harmed: repeated it would be the next one. */
            c->lost[from] = true;
            c->last[from].size = 0;
        }
        assert(sound ? error == 0 && slice_equal(buffer_slice(&plain), sent) : error != 0);
    }
    if (!alive) {
        expect_failed(to);
    }
    buffer_free(&message);
    buffer_free(&plain);
    return alive;
}

static void converse(struct slice script)
{
    struct channel c = {.ends = {make(INITIATOR), make(RESPONDER)}};
    if (shake(&c, INITIATOR, &script) && shake(&c, RESPONDER, &script)) {
        assert(noise_is_established(c.ends[INITIATOR]));
        assert(noise_is_established(c.ends[RESPONDER]));
        assert(memcmp(noise_hash(c.ends[INITIATOR]), noise_hash(c.ends[RESPONDER]),
                      NOISE_HASH_BYTES) == 0);
        while (script.size > 0 && talk(&c, &script)) {
        }
    }
    for (int role = 0; role < ROLES; role++) {
        noise_free(c.ends[role]);
        buffer_free(&c.last[role]);
    }
}

/* Both sides change keys between the same two messages, and the old key opens no more. */
static void turn_keys(struct slice script)
{
    struct noise_cipher sending = {.k = {script_byte(&script)}};
    sending.n = (uint64_t)script_byte(&script) * NOISE_REKEY_MESSAGES +
                NOISE_REKEY_MESSAGES - 1 - script_byte(&script) % 4;
    struct noise_cipher receiving = sending;
    for (int i = 0; i < 6; i++) {
        const struct noise_cipher before = sending;
        struct slice sent = script_slice(&script, script_byte(&script));
        struct buffer message = {0}, plain = {0};
        noise_cipher_encrypt(&sending, SLICE_NONE, sent, &message);
        int error =
            noise_cipher_decrypt(&receiving, SLICE_NONE, buffer_slice(&message), &plain);
        assert(error == 0 && slice_equal(buffer_slice(&plain), sent));
        noise_cipher_turn(&sending);
        noise_cipher_turn(&receiving);
        assert(memcmp(&sending, &receiving, sizeof(sending)) == 0);
        bool turned = memcmp(before.k, sending.k, NOISE_KEY_BYTES) != 0;
        assert(turned == (sending.n % NOISE_REKEY_MESSAGES == 0));
        buffer_free(&message);
        buffer_free(&plain);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice script = slice_of(data, size);
    switch (script_byte(&script)) {
    case 0:
        read_forged(RESPONDER, script);
        break;
    case 1:
        read_forged(INITIATOR, script);
        break;
    case 2:
        converse(script);
        break;
    default:
        turn_keys(script);
        break;
    }
    return 0;
}
