/* SPDX-License-Identifier: ISC */
/* Signatures: the accepted set, the framing, and the memory of what was verified. */
#include "crypto/sign.h"

#include "tap.h"
#include "vectors.h"

#include <sodium.h>
#include <string.h>

static void test_rfc8032(void)
{
    json_t *root = vectors_load("ed25519_rfc8032.json");
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        struct buffer seed = {0}, message = {0}, expected = {0};
        uint8_t public[32], secret[64], signature[64];
        vectors_hex(v, "seed", &seed);
        vectors_hex(v, "message", &message);
        vectors_hex(v, "signature", &expected);
        crypto_sign_seed_keypair(public, secret, seed.data);
        crypto_sign_detached(signature, NULL, message.data, message.size, secret);
        ok(expected.size == 64 && memcmp(signature, expected.data, 64) == 0,
           "RFC 8032 signature: %s", json_string_value(json_object_get(v, "name")));
        is(crypto_sign_verify_detached(expected.data, message.data, message.size, public),
           0, "is accepted");
        buffer_free(&seed);
        buffer_free(&message);
        buffer_free(&expected);
    }
    is((int64_t)i, 5, "five vectors were read");
    json_decref(root);
}

static bool accepts(struct slice key, struct slice message, struct slice signature)
{
    return key.size == 32 && signature.size == 64 &&
           crypto_sign_verify_detached(signature.data, message.data, message.size,
                                       key.data) == 0;
}

/* What each flag of CCTV's vectors means for the accepted set of
 * conclave-protocol(7): a vector is accepted if all of its flags are allowed. */
static const struct {
    const char *flag;
    bool allowed;
} cctv_flags[] = {
    {"low_order_component_A", true}, /* cofactorless, but not only the prime subgroup */
    {"low_order_component_R", true},
    {"low_order_A", false},
    {"low_order_R", false},
    {"non_canonical_A", false},
    {"non_canonical_R", false},
    {"low_order_residue", false}, /* needs multiplication by the cofactor */
    {"reencoded_k", false},       /* hashes another encoding than was sent */
};

static bool cctv_allows(const json_t *flags)
{
    bool allowed = true;
    for (size_t i = 0; i < json_array_size(flags); i++) {
        const char *flag = json_string_value(json_array_get(flags, i));
        bool known = false;
        for (size_t j = 0; j < sizeof(cctv_flags) / sizeof(cctv_flags[0]); j++) {
            if (strcmp(flag, cctv_flags[j].flag) == 0) {
                known = true;
                allowed = allowed && cctv_flags[j].allowed;
            }
        }
        if (!known) {
            ok(false, "flag %s is known", flag);
        }
    }
    return allowed;
}

static void cctv(const json_t *vectors, size_t expected, size_t expected_accepted,
                 const char *name)
{
    size_t i, wrong = 0, accepted = 0;
    json_t *v;
    json_array_foreach(vectors, i, v)
    {
        struct buffer key = {0}, signature = {0};
        const char *message = json_string_value(json_object_get(v, "msg"));
        vectors_hex(v, "key", &key);
        vectors_hex(v, "sig", &signature);
        bool got =
            accepts(buffer_slice(&key), slice_of_string(message), buffer_slice(&signature));
        accepted += got;
        if (got != cctv_allows(json_object_get(v, "flags"))) {
            wrong++;
            printf("#   vector %zu is %s\n", (size_t)vectors_number(v, "number"),
                   got ? "accepted" : "refused");
        }
        buffer_free(&key);
        buffer_free(&signature);
    }
    ok(i == expected && wrong == 0, "%s: %zu vectors, %zu accepted", name, i, accepted);
    is((int64_t)accepted, (int64_t)expected_accepted, "as many as flags allow");
}

static bool wycheproof_agrees(const json_t *test, const json_t *key_holder,
                              const char *key_member)
{
    struct buffer key = {0}, message = {0}, signature = {0};
    vectors_hex(key_holder, key_member, &key);
    vectors_hex(test, "msg", &message);
    vectors_hex(test, "sig", &signature);
    const char *result = json_string_value(json_object_get(test, "result"));
    bool got =
        accepts(buffer_slice(&key), buffer_slice(&message), buffer_slice(&signature));
    bool good = got == (strcmp(result, "valid") == 0);
    if (!good) {
        printf("#   case %zu is %s\n", (size_t)vectors_number(test, "tcId"),
               got ? "accepted" : "refused");
    }
    buffer_free(&key);
    buffer_free(&message);
    buffer_free(&signature);
    return good;
}

static void test_accepted_set(void)
{
    size_t i, j, total = 0, wrong = 0;
    json_t *group, *test;
    json_t *root = vectors_load("ed25519_cctv_selection.json");
    cctv(json_object_get(root, "vectors"), 66, 3, "CCTV, a selection");
    json_decref(root);

    root = vectors_load("ed25519_wycheproof_selection.json");
    json_array_foreach(json_object_get(root, "vectors"), i, test)
    {
        wrong += !wycheproof_agrees(test, test, "pk");
    }
    ok(i == 72 && wrong == 0, "Wycheproof, a selection of %zu", i);
    json_decref(root);

    root = vectors_load_shared("cctv_ed25519.json");
    if (root == NULL) {
        skip("CCTV, all vectors", "not beside the tree");
    } else {
        cctv(root, 914, 43, "CCTV, all vectors");
    }
    json_decref(root);

    root = vectors_load_shared("wycheproof_ed25519.json");
    if (root == NULL) {
        skip("Wycheproof, all cases", "not beside the tree");
        return;
    }
    wrong = 0;
    json_array_foreach(json_object_get(root, "testGroups"), i, group)
    {
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            wrong += !wycheproof_agrees(test, json_object_get(group, "publicKey"), "pk");
            total++;
        }
    }
    ok(total == 151 && wrong == 0, "Wycheproof, all %zu cases", total);
    json_decref(root);
}

static struct secret_key *numbered_key(uint8_t number, struct public_key *public)
{
    uint8_t seed[32] = {number};
    struct secret_key *k = key_from_seed(seed);
    key_public(k, public);
    return k;
}

static void test_framing(void)
{
    static const char framed[] = "\x04"
                                 "task"
                                 "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"
                                 "body";
    struct public_key public, other;
    struct secret_key *k = numbered_key(1, &public);
    key_free(numbered_key(2, &other));
    struct hash council, another = {{0}};
    struct signature s;
    memset(council.bytes, 'C', HASH_BYTES);
    struct slice body = slice_of_string("body");
    sign_body(k, "task", &council, body, &s);
    ok(accepts(slice_of(public.bytes, 32), slice_of(framed, sizeof(framed) - 1),
               slice_of(s.bytes, 64)),
       "signed: length, label, council, body");
    is(sign_verify(&public, "task", &council, body, &s), 0, "and verified");
    is(sign_verify(&other, "task", &council, body, &s), CONCLAVE_ESIG, "another key");
    is(sign_verify(&public, "tasc", &council, body, &s), CONCLAVE_ESIG, "another label");
    is(sign_verify(&public, "task", &another, body, &s), CONCLAVE_ESIG, "another council");
    is(sign_verify(&public, "task", &council, slice_of_string("bodY"), &s), CONCLAVE_ESIG,
       "another body");
    is(sign_verify(&public, "tas", &council, slice_of_string("kbody"), &s), CONCLAVE_ESIG,
       "nothing moves from one field to the next");
    size_t refused = 0;
    for (size_t bit = 0; bit < 8 * SIGNATURE_BYTES; bit++) {
        s.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        refused += sign_verify(&public, "task", &council, body, &s) == CONCLAVE_ESIG;
        s.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    is((int64_t)refused, 8 * SIGNATURE_BYTES, "no bit of a signature may change");

    /* S + L is the same number modulo the group's order, and another signature. */
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
    struct signature malleable = s;
    sodium_add(malleable.bytes + 32, order, 32);
    is(sign_verify(&public, "task", &council, body, &malleable), CONCLAVE_ESIG,
       "S must be canonical");

    /* With the identity as key and as R, S = 0 satisfies the equation for any message. */
    struct public_key identity = {{1}};
    struct signature forged = {{1}};
    is(sign_verify(&identity, "task", &council, body, &forged), CONCLAVE_ESIG,
       "a key of small order signs nothing");
    key_free(k);
}

static void test_memory(void)
{
    enum { CAPACITY = 5, SIGNATURES = 40 };
    struct verified_set *set = verified_set_new(CAPACITY);
    struct public_key public;
    struct secret_key *k = numbered_key(1, &public);
    struct hash council = {{7}};
    struct signature s[SIGNATURES];
    uint8_t bodies[SIGNATURES];
    uint64_t checks = 0;
    for (size_t i = 0; i < SIGNATURES; i++) {
        bodies[i] = (uint8_t)i;
        sign_body(k, "task", &council, slice_of(&bodies[i], 1), &s[i]);
    }
#define CHECK(i, label)                                                                    \
    verified_set_check(set, &public, label, &council, slice_of(&bodies[i], 1), &s[i],      \
                       &checks)
    is(CHECK(0, "task"), 0, "a good signature");
    is((int64_t)checks, 1, "is verified");
    is(CHECK(0, "task"), 0, "and remembered");
    is((int64_t)checks, 1, "so that it is not verified again");
    is(CHECK(0, "tusk"), CONCLAVE_ESIG, "under its own label only");
    is(CHECK(0, "tusk"), CONCLAVE_ESIG, "what is bad is not remembered");
    is((int64_t)checks, 3, "but verified each time");
    s[0].bytes[0] ^= 1;
    is(CHECK(0, "task"), CONCLAVE_ESIG, "another signature of the body is not remembered");
    s[0].bytes[0] ^= 1;
    checks = 0;
    for (size_t i = 0; i < CAPACITY; i++) {
        (void)CHECK(i, "task");
    }
    is((int64_t)checks, CAPACITY - 1, "the set fills up");
    (void)CHECK(CAPACITY, "task");
    is((int64_t)checks, CAPACITY, "one more");
    for (size_t i = 1; i <= CAPACITY; i++) {
        (void)CHECK(i, "task");
    }
    is((int64_t)checks, CAPACITY, "the newest are kept");
    (void)CHECK(0, "task");
    is((int64_t)checks, CAPACITY + 1, "and the oldest had gone");

    /* Long runs: always exactly the last CAPACITY are known. */
    size_t wrong = 0;
    for (size_t i = 0; i < SIGNATURES; i++) {
        wrong += CHECK(i, "task") != 0;
        for (size_t j = i >= CAPACITY ? i - CAPACITY + 1 : i; j <= i; j++) {
            checks = 0;
            wrong += CHECK(j, "task") != 0 || checks != 0;
        }
    }
    is((int64_t)wrong, 0, "the last ones are always known");

    checks = 0;
    verified_set_add(set, &public, "own", &council, slice_of(bodies, 1), &s[0]);
    is(CHECK(0, "own"), 0, "what was entered is taken as good");
    verified_set_add(set, &public, "own", &council, slice_of(bodies, 1), &s[0]);
    is((int64_t)checks, 0, "without a verification");
    is(verified_set_check(set, &public, "task", &council, slice_of(bodies + 9, 1), &s[9],
                          NULL),
       0, "counting is optional");
#undef CHECK
    verified_set_free(set);
    verified_set_free(NULL);
    key_free(k);
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    test_rfc8032();
    test_accepted_set();
    test_framing();
    test_memory();
    return tap_done();
}
