/* SPDX-License-Identifier: ISC */
/* Signatures of webhooks: the published example, a second implementation, bad secrets. */
#define _GNU_SOURCE
#include "alert/signature.h"

#include "base/alloc.h"
#include "tap.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* From the tests of the reference libraries of Standard Webhooks, "sign function works". */
#define EXAMPLE_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define EXAMPLE_ID     "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define EXAMPLE_BODY   "{\"test\": 2432232314}"
#define EXAMPLE_SIGNED "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
enum { EXAMPLE_SECONDS = 1614265330 };

/* RFC 8032, 7.1, TEST 1: the seed, and the public key that belongs to it. */
#define RFC_SEED "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define RFC_PAIR                                                                           \
    "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9w"   \
    "dRGg=="
#define RFC_PUBLIC "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static struct signing_key *parse(const char *text)
{
    struct signing_key *k = NULL;
    struct complaint why = {""};
    return signing_key_parse(slice_of_string(text), "here", &k, &why) == 0 ? k : NULL;
}

static bool is_text(const struct buffer *b, const char *text)
{
    return slice_equal(buffer_slice(b), slice_of_string(text));
}

static void published(void)
{
    struct buffer out = {NULL, 0, 0};
    struct signing_key *k = parse(EXAMPLE_SECRET "\n");
    if (ok(k != NULL, "the published secret")) {
        signature_append(&out, k, EXAMPLE_ID, EXAMPLE_SECONDS,
                         slice_of_string(EXAMPLE_BODY));
        ok(is_text(&out, EXAMPLE_SIGNED), "the published signature");
        signature_append(&out, k, EXAMPLE_ID, EXAMPLE_SECONDS,
                         slice_of_string(EXAMPLE_BODY));
        ok(is_text(&out, EXAMPLE_SIGNED " " EXAMPLE_SIGNED),
           "several, with a space between");
    }
    buffer_free(&out);
    signing_key_free(k);
}

/* By hand, over what the standard says is signed. */
static void ed25519(void)
{
    static const char signed_text[] = "msg_1.17.{}";
    uint8_t signature[crypto_sign_BYTES], public[crypto_sign_PUBLICKEYBYTES];
    struct buffer out = {NULL, 0, 0};
    struct signing_key *seed = parse("whsk_" RFC_SEED), *pair = parse("whsk_" RFC_PAIR);
    ok(seed != NULL && pair != NULL, "a secret key as seed, and with its public key");
    for (int i = 0; seed != NULL && pair != NULL && i < 2; i++) {
        struct signing_key *k = i == 0 ? seed : pair;
        char *text = signing_key_public(k);
        ok(strcmp(text, RFC_PUBLIC) == 0, "its public key");
        free(text);
        out.size = 0;
        signature_append(&out, k, "msg_1", 17, slice_of_string("{}"));
        size_t size = 0;
        bool good = out.size > 4 && memcmp(out.data, "v1a,", 4) == 0 &&
                    sodium_base642bin(signature, sizeof(signature), (char *)out.data + 4,
                                      out.size - 4, NULL, &size, NULL,
                                      sodium_base64_VARIANT_ORIGINAL) == 0 &&
                    size == sizeof(signature) &&
                    sodium_base642bin(public, sizeof(public), &RFC_PUBLIC[5],
                                      strlen(RFC_PUBLIC) - 5, NULL, NULL, NULL,
                                      sodium_base64_VARIANT_ORIGINAL) == 0;
        ok(good && crypto_sign_verify_detached(signature, (const uint8_t *)signed_text,
                                               strlen(signed_text), public) == 0,
           "its signature");
    }
    buffer_free(&out);
    signing_key_free(seed);
    signing_key_free(pair);
}

static void refused(void)
{
    static const char *const texts[] = {
        "",
        "whsec_",
        "whsec_AAAA",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        EXAMPLE_SECRET " ",
        EXAMPLE_SECRET "\n\n",
        " " EXAMPLE_SECRET,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_-",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        RFC_PUBLIC,
        /* A public key that is another's. */
        "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/"
        "tPJZAc6DuFy89qmIyWvAh"
        "po9wdRGw==",
        /* 65 bytes. */
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct signing_key *k = NULL;
        struct complaint why = {""};
        int error = signing_key_parse(slice_of_string(texts[i]), "here", &k, &why);
        ok(error == CONCLAVE_EFORMAT && k == NULL &&
               strstr(why.text, "conclave alert keygen") != NULL &&
               strstr(why.text, "MfKQ9r8GKY") == NULL,
           "refused, and not repeated: text %zu", i);
        signing_key_free(k);
    }
}

static void files(void)
{
    char dir[] = "/tmp/signature-XXXXXX";
    struct complaint why = {""};
    if (mkdtemp(dir) == NULL) {
        ok(false, "a folder");
        return;
    }
    for (int kind = SIGNING_HMAC; kind <= SIGNING_ED25519; kind++) {
        char *path = alloc_printf("%s/key-%d", dir, kind);
        struct signing_key *made = signing_key_generate((enum signing_kind)kind),
                           *read = NULL;
        struct buffer a = {NULL, 0, 0}, b = {NULL, 0, 0};
        struct stat st;
        ok(signing_key_save(made, path, &why) == 0 && stat(path, &st) == 0 &&
               (st.st_mode & 07777) == 0600,
           "a new secret, for its owner alone");
        ok(signing_key_save(made, path, &why) == CONCLAVE_EEXIST,
           "which is not overwritten");
        if (ok(signing_key_load(path, &read, &why) == 0, "read again")) {
            signature_append(&a, made, "x", 1, slice_of_string("y"));
            signature_append(&b, read, "x", 1, slice_of_string("y"));
            ok(slice_equal(buffer_slice(&a), buffer_slice(&b)), "signs the same");
        }
        signing_key_free(read);
        read = NULL;
        ok(chmod(path, 0640) == 0 &&
               signing_key_load(path, &read, &why) == CONCLAVE_EPERM &&
               strstr(why.text, "chmod 600") != NULL,
           "refused where others may read it");
        (void)unlink(path);
        ok(signing_key_load(path, &read, &why) == CONCLAVE_ENOENT &&
               strstr(why.text, path) != NULL,
           "one that is not there");
        buffer_free(&a);
        buffer_free(&b);
        signing_key_free(made);
        free(path);
    }
    (void)rmdir(dir);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    published();
    ed25519();
    refused();
    files();
    return tap_done();
}
