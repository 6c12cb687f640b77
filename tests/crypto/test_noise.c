/* SPDX-License-Identifier: ISC */
/* The Noise channel: published vectors, the change of keys, and what must be refused. */
#include "crypto/noise.h"

#include "tap.h"
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

static bool equals_hex(struct slice got, const char *hex)
{
    char text[256];
    if (2 * got.size >= sizeof(text)) {
        return false;
    }
    hex_encode(text, got);
    if (strcmp(text, hex) != 0) {
        printf("#   got %s\n", text);
    }
    return strcmp(text, hex) == 0;
}

/* The two ends of the published handshake, with its ephemeral keys. */
struct pair {
    struct noise *initiator, *responder;
};

static struct pair published_pair(const json_t *v)
{
    struct pair p;
    struct buffer prologue = {0}, key = {0}, remote = {0};
    vectors_hex(v, "init_prologue", &prologue);
    vectors_hex(v, "init_static", &key);
    vectors_hex(v, "init_remote_static", &remote);
    p.initiator = noise_raw(true, key.data, remote.data, buffer_slice(&prologue));
    vectors_hex(v, "init_ephemeral", &key);
    noise_fix_ephemeral(p.initiator, key.data);
    vectors_hex(v, "resp_prologue", &prologue);
    vectors_hex(v, "resp_static", &key);
    p.responder = noise_raw(false, key.data, NULL, buffer_slice(&prologue));
    vectors_hex(v, "resp_ephemeral", &key);
    noise_fix_ephemeral(p.responder, key.data);
    buffer_free(&prologue);
    buffer_free(&key);
    buffer_free(&remote);
    return p;
}

static void pair_free(struct pair *p)
{
    noise_free(p->initiator);
    noise_free(p->responder);
}

/* One message of a vector from one end to the other, as handshake or as transport. */
static void published_message(struct noise *from, struct noise *to, const json_t *message,
                              size_t number)
{
    struct buffer payload = {0}, expected = {0}, sent = {0}, received = {0};
    vectors_hex(message, "payload", &payload);
    vectors_hex(message, "ciphertext", &expected);
    int error = number < 2 ? noise_handshake_write(from, buffer_slice(&payload), &sent)
                           : noise_encrypt(from, buffer_slice(&payload), &sent);
    ok(error == 0 && slice_equal(buffer_slice(&sent), buffer_slice(&expected)),
       "message %zu is the published one", number);
    error = number < 2 ? noise_handshake_read(to, buffer_slice(&sent), &received)
                       : noise_decrypt(to, buffer_slice(&sent), &received);
    ok(error == 0 && slice_equal(buffer_slice(&received), buffer_slice(&payload)),
       "message %zu is read", number);
    buffer_free(&payload);
    buffer_free(&expected);
    buffer_free(&sent);
    buffer_free(&received);
}

static void test_published(const json_t *root)
{
    size_t i, j;
    json_t *v, *message;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        struct pair p = published_pair(v);
        json_array_foreach(json_object_get(v, "messages"), j, message)
        {
            bool odd = j % 2 != 0;
            published_message(odd ? p.responder : p.initiator,
                              odd ? p.initiator : p.responder, message, j);
        }
        const char *hash = json_string_value(json_object_get(v, "handshake_hash"));
        ok(equals_hex(slice_of(noise_hash(p.initiator), 64), hash),
           "the initiator's handshake hash");
        ok(equals_hex(slice_of(noise_hash(p.responder), 64), hash),
           "the responder's handshake hash");
        ok(noise_is_established(p.initiator) && noise_is_established(p.responder),
           "both are established");
        pair_free(&p);
    }
    is((int64_t)i, 1, "one vector was read");
}

/* Handshakes without payload until both ends are established. */
static bool establish(struct pair *p)
{
    struct buffer message = {0}, payload = {0};
    int error = noise_handshake_write(p->initiator, SLICE_NONE, &message);
    error = error != 0
                ? error
                : noise_handshake_read(p->responder, buffer_slice(&message), &payload);
    message.size = 0;
    error = error != 0 ? error : noise_handshake_write(p->responder, SLICE_NONE, &message);
    error = error != 0
                ? error
                : noise_handshake_read(p->initiator, buffer_slice(&message), &payload);
    buffer_free(&message);
    buffer_free(&payload);
    return error == 0;
}

/* Sends text; whether what travels is expected and what arrives is text. */
static bool travels(struct noise *from, struct noise *to, const char *text,
                    const char *expected)
{
    struct buffer sent = {0}, received = {0};
    bool good = noise_encrypt(from, slice_of_string(text), &sent) == 0 &&
                equals_hex(buffer_slice(&sent), expected) &&
                noise_decrypt(to, buffer_slice(&sent), &received) == 0 &&
                slice_equal(buffer_slice(&received), slice_of_string(text));
    buffer_free(&sent);
    buffer_free(&received);
    return good;
}

static bool send_many(struct noise *from, struct noise *to, size_t count)
{
    struct buffer sent = {0}, received = {0};
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        sent.size = 0;
        good = noise_encrypt(from, SLICE_NONE, &sent) == 0 &&
               noise_decrypt(to, buffer_slice(&sent), &received) == 0;
    }
    buffer_free(&sent);
    buffer_free(&received);
    return good;
}

/* The ciphertexts were computed from the published handshake's keys by another
 * implementation (Python's hmac, hashlib and the cryptography package). */
static void test_rekey(const json_t *root)
{
    const json_t *v = json_array_get(json_object_get(root, "vectors"), 0);
    /* The vector's handshake payloads do not enter the keys, so none are sent here. */
    struct pair p = published_pair(v);
    ok(establish(&p), "the published pair is established");
    ok(send_many(p.initiator, p.responder, NOISE_REKEY_MESSAGES - 1),
       "the initiator sends all messages but one under its first key");
    ok(travels(p.initiator, p.responder, "last",
               "758aa8a021c0d59f54b4cad88cfabe5b047bc984"),
       "and the last one");
    ok(travels(p.initiator, p.responder, "first",
               "fbc307dc5360646c861a559f7deb32f7614ff10854"),
       "the next is under the second key, the counter going on");
    ok(send_many(p.responder, p.initiator, NOISE_REKEY_MESSAGES - 1),
       "the responder's direction counts by itself");
    ok(travels(p.responder, p.initiator, "last",
               "c4dd001a44ad9693b34bd5b6d765f411e0166d4c"),
       "its last under the first key");
    ok(travels(p.responder, p.initiator, "first",
               "e28972329b450f5387c4e5cff031341f67988e39f5"),
       "its first under the second key");
    ok(send_many(p.initiator, p.responder, NOISE_REKEY_MESSAGES - 1) &&
           travels(p.initiator, p.responder, "again",
                   "f1a7df9b4641195a30857694cf8e2e91657542b241"),
       "and the keys change again");
    pair_free(&p);
}

static struct secret_key *numbered_key(uint8_t number)
{
    uint8_t seed[32] = {number};
    return key_from_seed(seed);
}

static struct pair fresh_pair(uint8_t expected_responder, const char *responder_prologue)
{
    struct secret_key *a = numbered_key(1), *b = numbered_key(2);
    struct secret_key *expected = numbered_key(expected_responder);
    struct public_key public;
    uint8_t remote[32];
    struct pair p;
    key_public(expected, &public);
    is(key_channel_public(&public, remote), 0, "the responder's channel key");
    p.initiator = noise_initiator(a, remote, slice_of_string("prologue"));
    p.responder = noise_responder(b, slice_of_string(responder_prologue));
    key_free(a);
    key_free(b);
    key_free(expected);
    return p;
}

static void test_seats(void)
{
    struct pair p = fresh_pair(2, "prologue");
    struct secret_key *a = numbered_key(1);
    struct public_key public;
    uint8_t channel[32];
    struct buffer message = {0}, payload = {0};
    key_public(a, &public);
    is(key_channel_public(&public, channel), 0, "the initiator's channel key");
    ok(noise_remote(p.responder) == NULL, "a responder knows nobody at first");
    is(noise_handshake_write(p.initiator, slice_of_string("one"), &message), 0, "write 1");
    is((int64_t)message.size, NOISE_HANDSHAKE_1_BYTES + 3, "size of the first message");
    is(noise_handshake_read(p.responder, buffer_slice(&message), &payload), 0, "read 1");
    ok(slice_equal(buffer_slice(&payload), slice_of_string("one")), "payload 1");
    ok(noise_remote(p.responder) != NULL &&
           memcmp(noise_remote(p.responder), channel, 32) == 0,
       "the responder learns who calls");
    ok(!noise_is_established(p.responder), "but is not established");
    is(noise_encrypt(p.responder, SLICE_NONE, &payload), CONCLAVE_ESTATE,
       "nothing is sent before the handshake is over");
    is(noise_handshake_read(p.responder, buffer_slice(&message), &payload), CONCLAVE_ESTATE,
       "it is not the responder's turn to read");
    is(noise_handshake_write(p.initiator, SLICE_NONE, &message), CONCLAVE_ESTATE,
       "nor the initiator's to write");
    message.size = payload.size = 0;
    is(noise_handshake_write(p.responder, SLICE_NONE, &message), 0, "write 2");
    is((int64_t)message.size, NOISE_HANDSHAKE_2_BYTES, "size of the second message");
    is(noise_handshake_read(p.initiator, buffer_slice(&message), &payload), 0, "read 2");
    ok(noise_is_established(p.initiator) && noise_is_established(p.responder), "done");
    is(noise_handshake_write(p.initiator, SLICE_NONE, &message), CONCLAVE_ESTATE,
       "no handshake after the handshake");
    ok(memcmp(noise_hash(p.initiator), noise_hash(p.responder), 64) == 0,
       "both hold one handshake hash");

    /* Two handshakes of the same seats share nothing. */
    struct pair q = fresh_pair(2, "prologue");
    ok(establish(&q) && memcmp(noise_hash(q.initiator), noise_hash(p.initiator), 64) != 0,
       "each handshake has its own ephemeral keys");
    pair_free(&q);
    pair_free(&p);
    key_free(a);
    buffer_free(&message);
    buffer_free(&payload);
}

static void test_wrong_party(void)
{
    struct buffer message = {0}, payload = {0};
    struct pair p = fresh_pair(3, "prologue");
    is(noise_handshake_write(p.initiator, SLICE_NONE, &message), 0, "a call to seat 3");
    is(noise_handshake_read(p.responder, buffer_slice(&message), &payload), CONCLAVE_ESIG,
       "cannot be answered by seat 2");
    pair_free(&p);
    message.size = 0;
    p = fresh_pair(2, "another council");
    is(noise_handshake_write(p.initiator, SLICE_NONE, &message), 0,
       "a call of one council");
    is(noise_handshake_read(p.responder, buffer_slice(&message), &payload), CONCLAVE_ESIG,
       "is not understood by another");
    pair_free(&p);
    buffer_free(&message);
    buffer_free(&payload);
}

static struct slice cut(const struct buffer *b, size_t size)
{
    return slice_of(b->data, size);
}

/* Every byte of both handshake messages matters, and so does their length. */
static void test_handshake_damage(void)
{
    struct buffer first = {0}, second = {0}, payload = {0};
    size_t refused = 0, silent = 0, total = NOISE_HANDSHAKE_1_BYTES + 2;
    for (size_t i = 0; i < total; i++) {
        struct secret_key *b = numbered_key(2), *a = numbered_key(1);
        struct public_key public;
        uint8_t remote[32];
        key_public(b, &public);
        (void)key_channel_public(&public, remote);
        struct noise *from = noise_initiator(a, remote, SLICE_NONE);
        struct noise *to = noise_responder(b, SLICE_NONE);
        first.size = payload.size = 0;
        (void)noise_handshake_write(from, slice_of_string("hi"), &first);
        /* X25519 ignores the highest bit of a point, but the hash does not. */
        first.data[i] ^= 0x80;
        refused +=
            noise_handshake_read(to, buffer_slice(&first), &payload) == CONCLAVE_ESIG;
        first.data[i] ^= 0x80;
        silent +=
            payload.size == 0 && noise_remote(to) == NULL &&
            noise_handshake_read(to, buffer_slice(&first), &payload) == CONCLAVE_ESTATE;
        noise_free(from);
        noise_free(to);
        key_free(a);
        key_free(b);
    }
    is((int64_t)refused, (int64_t)total, "a changed byte in message 1 is refused");
    is((int64_t)silent, (int64_t)total, "for good, without payload or caller");

    refused = 0;
    for (size_t i = 0; i < NOISE_HANDSHAKE_2_BYTES; i++) {
        struct pair p = fresh_pair(2, "prologue");
        first.size = second.size = payload.size = 0;
        (void)noise_handshake_write(p.initiator, SLICE_NONE, &first);
        (void)noise_handshake_read(p.responder, buffer_slice(&first), &payload);
        (void)noise_handshake_write(p.responder, SLICE_NONE, &second);
        second.data[i] ^= 0x80;
        refused += noise_handshake_read(p.initiator, buffer_slice(&second), &payload) ==
                       CONCLAVE_ESIG &&
                   !noise_is_established(p.initiator);
        pair_free(&p);
    }
    is((int64_t)refused, NOISE_HANDSHAKE_2_BYTES, "a changed byte in message 2 is refused");

    refused = 0;
    for (size_t size = 0; size < NOISE_HANDSHAKE_1_BYTES; size++) {
        struct secret_key *b = numbered_key(2);
        struct noise *to = noise_responder(b, SLICE_NONE);
        refused += noise_handshake_read(to, cut(&first, size), &payload) == CONCLAVE_ESIG;
        noise_free(to);
        key_free(b);
    }
    is((int64_t)refused, NOISE_HANDSHAKE_1_BYTES, "a short message 1 is refused");

    struct pair p = fresh_pair(2, "prologue");
    first.size = 0;
    (void)noise_handshake_write(p.initiator, SLICE_NONE, &first);
    is(noise_handshake_read(p.initiator, cut(&second, NOISE_HANDSHAKE_2_BYTES - 1),
                            &payload),
       CONCLAVE_ESIG, "a short message 2 is refused");
    pair_free(&p);
    buffer_free(&first);
    buffer_free(&second);
    buffer_free(&payload);
}

/* X25519 points that give an all-zero secret with any key: 0 and 1. */
static void test_zero_secrets(void)
{
    struct buffer message = {0}, payload = {0};
    uint8_t secret[32] = {5};
    for (uint8_t point = 0; point < 2; point++) {
        uint8_t low[32] = {point};
        struct noise *from = noise_raw(true, secret, low, SLICE_NONE);
        message.size = 0;
        is(noise_handshake_write(from, SLICE_NONE, &message), CONCLAVE_ESIG,
           "a responder's key of low order is refused");
        is((int64_t)message.size, 0, "and nothing is written");
        noise_free(from);

        struct noise *to = noise_raw(false, secret, NULL, SLICE_NONE);
        buffer_reserve(&message, NOISE_HANDSHAKE_1_BYTES);
        memset(message.data, 0, NOISE_HANDSHAKE_1_BYTES);
        message.data[0] = point;
        is(noise_handshake_read(to, slice_of(message.data, NOISE_HANDSHAKE_1_BYTES),
                                &payload),
           CONCLAVE_ESIG, "an ephemeral key of low order is refused");
        noise_free(to);
    }
    buffer_free(&message);
    buffer_free(&payload);
}

static void test_transport(void)
{
    struct pair p = fresh_pair(2, "prologue");
    struct buffer a = {0}, b = {0}, out = {0};
    uint8_t *large = calloc(1, NOISE_PAYLOAD_MAX + 1);
    ok(establish(&p), "established");
    is(noise_encrypt(p.initiator, slice_of(large, NOISE_PAYLOAD_MAX), &a), 0,
       "the largest payload");
    is((int64_t)a.size, NOISE_MESSAGE_MAX, "fills a message");
    is(noise_encrypt(p.initiator, slice_of(large, NOISE_PAYLOAD_MAX + 1), &b),
       CONCLAVE_ELIMIT, "a larger one is refused");
    is((int64_t)b.size, 0, "and not sent");
    buffer_append(&out, "kept", 4);
    is(noise_decrypt(p.responder, buffer_slice(&a), &out), 0, "it is read");
    is((int64_t)out.size, NOISE_PAYLOAD_MAX + 4, "and appended");

    a.size = b.size = out.size = 0;
    is(noise_encrypt(p.initiator, slice_of_string("a"), &a), 0, "a");
    is(noise_encrypt(p.initiator, slice_of_string("b"), &b), 0, "b");
    is(noise_decrypt(p.initiator, buffer_slice(&a), &out), CONCLAVE_ESIG,
       "one's own message, reflected, is refused");
    is(noise_decrypt(p.responder, buffer_slice(&b), &out), CONCLAVE_ESIG,
       "a message out of order is refused");
    is(noise_decrypt(p.responder, buffer_slice(&a), &out), CONCLAVE_ESTATE,
       "and closes the channel for good");
    is(noise_encrypt(p.responder, SLICE_NONE, &out), CONCLAVE_ESTATE, "in both directions");
    is((int64_t)out.size, 0, "nothing of it is handed on");
    pair_free(&p);

    p = fresh_pair(2, "prologue");
    ok(establish(&p), "established again");
    a.size = 0;
    is(noise_encrypt(p.initiator, SLICE_NONE, &a), 0, "an empty payload");
    is(noise_decrypt(p.responder, buffer_slice(&a), &out), 0, "is read once");
    is(noise_decrypt(p.responder, buffer_slice(&a), &out), CONCLAVE_ESIG,
       "and not a second time");
    pair_free(&p);

    p = fresh_pair(2, "prologue");
    ok(establish(&p), "established again");
    is(noise_decrypt(p.responder, cut(&a, NOISE_TAG_BYTES - 1), &out), CONCLAVE_ESIG,
       "a message shorter than its tag is refused");
    pair_free(&p);
    free(large);
    buffer_free(&a);
    buffer_free(&b);
    buffer_free(&out);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    json_t *root = vectors_load("noise_ik.json");
    test_published(root);
    test_rekey(root);
    json_decref(root);
    test_seats();
    test_wrong_party();
    test_handshake_damage();
    test_zero_secrets();
    test_transport();
    return tap_done();
}
