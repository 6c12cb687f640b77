/* SPDX-License-Identifier: ISC */
/* Keys and key files. */
#define _GNU_SOURCE
#include "crypto/key.h"

#include "base/alloc.h"
#include "crypto/secret.h"
#include "tap.h"
#include "vectors.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *directory;

static char *in_directory(const char *name)
{
    return alloc_printf("%s/%s", directory, name);
}

static bool same_key(const struct secret_key *a, const struct secret_key *b)
{
    struct public_key x, y;
    key_public(a, &x);
    key_public(b, &y);
    return memcmp(&x, &y, sizeof(x)) == 0;
}

static void test_rfc8032(void)
{
    json_t *root = vectors_load("ed25519_rfc8032.json");
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(root, "vectors"), i, v)
    {
        struct buffer seed = {0}, expected = {0};
        struct public_key public;
        vectors_hex(v, "seed", &seed);
        vectors_hex(v, "public", &expected);
        struct secret_key *k = key_from_seed(seed.data);
        key_public(k, &public);
        ok(expected.size == 32 && memcmp(public.bytes, expected.data, 32) == 0,
           "RFC 8032 public key: %s", json_string_value(json_object_get(v, "name")));
        ok(key_is_valid(&public), "is valid");
        key_free(k);
        buffer_free(&seed);
        buffer_free(&expected);
    }
    is((int64_t)i, 5, "five vectors were read");
    json_decref(root);
}

static void test_validity(void)
{
    /* y = 1, y = 0 and y = -1: orders 1, 4 and 2; the others below say what they are. */
    static const struct {
        const char *hex;
        const char *name;
    } bad[] = {
        {"0100000000000000000000000000000000000000000000000000000000000000", "identity"},
        {"0000000000000000000000000000000000000000000000000000000000000000", "order 4"},
        {"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "order 2"},
        {"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "order 8"},
        {"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
         "identity, not canonical"},
        {"0200000000000000000000000000000000000000000000000000000000000000",
         "not on the curve"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct public_key k;
        uint8_t channel[32];
        bool read = hex_decode(k.bytes, 32, bad[i].hex, 64) == 0;
        ok(read && !key_is_valid(&k), "refused: %s", bad[i].name);
        is(key_channel_public(&k, channel), CONCLAVE_ESIG, "and for the channel");
    }
    /* A good key plus the point of order 8: canonical and large, not of prime order. */
    uint8_t seed[32] = {9}, mixed[32], order8[32];
    struct secret_key *k = key_from_seed(seed);
    struct public_key good, shifted;
    key_public(k, &good);
    bool read = hex_decode(order8, 32, bad[3].hex, 64) == 0;
    bool added = read && crypto_core_ed25519_add(mixed, good.bytes, order8) == 0;
    memcpy(shifted.bytes, mixed, 32);
    ok(added && key_is_valid(&good) && !key_is_valid(&shifted), "refused: mixed order");
    key_free(k);
}

static void test_channel_key(void)
{
    struct secret_key *k = key_generate(), *other = key_generate();
    struct public_key public;
    uint8_t channel[32], again[32];
    ok(!same_key(k, other), "generated keys differ");
    key_public(k, &public);
    ok(key_is_valid(&public), "a generated key is valid");
    is(key_channel_public(&public, channel), 0, "it has a channel key");
    ok(crypto_sign_ed25519_pk_to_curve25519(again, public.bytes) == 0 &&
           memcmp(channel, again, 32) == 0,
       "libsodium's");
    key_free(k);
    key_free(other);
    key_free(NULL);
}

static void write_text(const char *path, const char *text, size_t size, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, size) != (ssize_t)size || fchmod(fd, mode) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(99);
    }
    close(fd);
}

/* Loading path fails with error, and the complaint names the path and the cure. */
static void refused(const char *path, int error, const char *cure, const char *name)
{
    struct secret_key *k = NULL;
    struct complaint why = {{0}};
    int got = key_load(path, &k, &why);
    is(got, error, name);
    ok(k == NULL && strstr(why.text, path) != NULL && strstr(why.text, cure) != NULL,
       "and says so: %s", cure);
    key_free(k);
}

static const char text_of_seed[] = "conclave-key-1 "
                                   "9d61b19deffd5a60ba844af492ec2cc4"
                                   "4449c5697b326919703bac031cae7f60\n";
enum { TEXT_BYTES = sizeof(text_of_seed) - 1 };

static void test_save_and_load(void)
{
    char *path = in_directory("seat.key");
    struct complaint why = {{0}};
    struct secret_key *k = key_generate(), *other = key_generate(), *loaded = NULL;
    struct stat st;
    mode_t old = umask(0);
    is(key_save(k, path, &why), 0, "saved");
    (void)umask(old);
    ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600,
       "mode 0600 whatever the umask");
    is(st.st_size, TEXT_BYTES, "one line");
    is(key_load(path, &loaded, &why), 0, "loaded");
    ok(loaded != NULL && same_key(k, loaded), "the same key");
    is(key_save(other, path, &why), CONCLAVE_EEXIST, "never overwritten");
    ok(strstr(why.text, path) != NULL, "and says so");
    key_free(loaded);
    loaded = NULL;
    ok(key_load(path, &loaded, NULL) == 0 && same_key(k, loaded), "still the same key");
    key_free(loaded);
    ok(unlink(path) == 0, "removed");
    free(path);

    path = in_directory("odd.key");
    old = umask(0777);
    is(key_save(k, path, &why), 0, "saved under a umask that takes everything");
    (void)umask(old);
    ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600, "still mode 0600");
    ok(unlink(path) == 0, "removed");
    free(path);

    path = in_directory("missing/seat.key");
    is(key_save(k, path, &why), CONCLAVE_EIO, "no such directory");
    refused(path, CONCLAVE_ENOENT, "conclave keygen", "a file that is not there");
    free(path);
    key_free(k);
    key_free(other);
}

static void test_access(void)
{
    char *path = in_directory("access.key");
    static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0666};
    for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
        write_text(path, text_of_seed, TEXT_BYTES, open_modes[i]);
        refused(path, CONCLAVE_EPERM, "chmod 600", "a file that others may access");
    }
    struct secret_key *k = NULL, *expected;
    uint8_t seed[32];
    write_text(path, text_of_seed, TEXT_BYTES, 0400);
    is(key_load(path, &k, NULL), 0, "a read-only file will do");
    bool read = hex_decode(seed, 32, text_of_seed + 15, 64) == 0;
    expected = key_from_seed(seed);
    ok(read && k != NULL && same_key(k, expected), "the seed is RFC 8032's");
    key_free(k);
    key_free(expected);

    char *link = in_directory("link.key");
    ok(symlink(path, link) == 0, "a symbolic link");
    refused(link, CONCLAVE_EPERM, "name the key file itself", "a symbolic link is refused");
    (void)unlink(link);
    ok(mkfifo(link, 0600) == 0, "a FIFO");
    refused(link, CONCLAVE_EPERM, "regular file", "a FIFO is refused without waiting");
    (void)unlink(link);
    refused(directory, CONCLAVE_EPERM, "regular file", "a directory is refused");
    if (geteuid() == 0 && chown(path, 12345, (gid_t)-1) == 0) {
        refused(path, CONCLAVE_EPERM, "chown", "another user's file is refused");
    } else {
        skip("another user's file is refused", "only root can make one");
    }
    (void)unlink(path);
    free(link);
    free(path);
}

/* systemd gives a key as root's, readable for the service by an access control list, of
 * which stat shows the mask in place of the group. */
static void test_credential(void)
{
    char *path = in_directory("credential.key"), *other = in_directory("other.key");
    char *folder = in_directory("");
    struct secret_key *made = key_generate(), *k = NULL;
    struct complaint why = {{0}};
    folder[strlen(folder) - 1] = '\0';
    ok(key_save(made, path, &why) == 0 && chmod(path, 0440) == 0 &&
           key_save(made, other, &why) == 0 && chmod(other, 0640) == 0,
       "keys that a group may read");
    refused(path, CONCLAVE_EPERM, "chmod 600", "as a file it is refused");
    (void)setenv("CREDENTIALS_DIRECTORY", "/nowhere", 1);
    refused(path, CONCLAVE_EPERM, "chmod 600", "and beside other credentials");
    (void)setenv("CREDENTIALS_DIRECTORY", folder, 1);
    if (geteuid() == 0) {
        is(key_load(path, &k, &why), 0, "but not as a credential");
        key_free(k);
        refused(other, CONCLAVE_EPERM, "chmod 600", "if it has the mode of one");
        ok(chown(path, 0, 1) == 0, "it gets a group");
        refused(path, CONCLAVE_EPERM, "chmod 600", "which no credential has");
    } else {
        skip("but not as a credential", "only root makes files of root");
        refused(path, CONCLAVE_EPERM, "chmod 600", "if it is root's");
    }
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    (void)unlink(path);
    (void)unlink(other);
    key_free(made);
    free(path);
    free(other);
    free(folder);
}

static void test_text(void)
{
    char *path = in_directory("text.key");
    char text[TEXT_BYTES + 2];
    static const struct {
        size_t at;
        char with;
        const char *name;
    } changes[] = {
        {0, 'C', "another word"}, {13, '0', "another version"},
        {14, '\t', "no space"},   {15, 'g', "not hexadecimal"},
        {79, ' ', "no newline"},  {40, '\0', "a zero byte"},
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        memcpy(text, text_of_seed, TEXT_BYTES);
        text[changes[i].at] = changes[i].with;
        write_text(path, text, TEXT_BYTES, 0600);
        refused(path, CONCLAVE_EFORMAT, "conclave keygen", changes[i].name);
    }
    memcpy(text, text_of_seed, TEXT_BYTES);
    text[13] = '2';
    write_text(path, text, TEXT_BYTES, 0600);
    refused(path, CONCLAVE_EVERSION, "upgrade", "a later version");
    write_text(path, text_of_seed, TEXT_BYTES - 1, 0600);
    refused(path, CONCLAVE_EFORMAT, "conclave keygen", "cut short");
    memcpy(text, text_of_seed, TEXT_BYTES);
    text[TEXT_BYTES] = '\n';
    write_text(path, text, TEXT_BYTES + 1, 0600);
    refused(path, CONCLAVE_EFORMAT, "conclave keygen", "a second line");
    write_text(path, "", 0, 0600);
    refused(path, CONCLAVE_EFORMAT, "conclave keygen", "an empty file");
    (void)unlink(path);
    free(path);
}

/* Given back in another order than taken. */
static void test_pool(void)
{
    enum { MANY = 3 * SECRET_POOL_PLACES - 1, SIZE = 40 };
    static const uint8_t none[SIZE];
    struct secret_pool pool = {SIZE, NULL};
    uint8_t *at[MANY], mark[SIZE];
    bool zero = true, kept = true;
    for (size_t i = 0; i < MANY; i++) {
        at[i] = secret_pool_take(&pool);
        zero &= memcmp(at[i], none, SIZE) == 0;
        memset(at[i], (int)i + 1, SIZE);
    }
    for (size_t i = 0; i < MANY; i += 2) {
        secret_pool_give(&pool, at[i]);
        at[i] = secret_pool_take(&pool);
        zero &= memcmp(at[i], none, SIZE) == 0;
    }
    ok(zero, "secrets of a pool are zero when they are taken, again too");
    for (size_t i = 1; i < MANY; i += 2) {
        memset(mark, (int)i + 1, SIZE);
        kept &= memcmp(at[i], mark, SIZE) == 0;
    }
    ok(kept, "and nobody else's");
    for (size_t i = 0; i < MANY; i++) {
        secret_pool_give(&pool, at[i]);
    }
    secret_pool_give(&pool, NULL);
    ok(pool.slabs == NULL, "an empty pool keeps no memory");
}

int main(void)
{
    if (key_library_init() != 0) {
        return 99;
    }
    const char *tmp = getenv("TMPDIR");
    directory = alloc_printf("%s/key.XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(directory) == NULL) {
        return 99;
    }
    test_rfc8032();
    test_validity();
    test_channel_key();
    test_save_and_load();
    test_access();
    test_credential();
    test_text();
    test_pool();
    ok(rmdir(directory) == 0, "nothing is left behind");
    free(directory);
    return tap_done();
}
