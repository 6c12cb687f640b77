/* SPDX-License-Identifier: ISC */
/* What is wrong with a node's files, and what strangers and a lying seat send to its port:
 * a clear message or a counted, closed connection; the council decides on. */
#define _GNU_SOURCE
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "crypto/noise.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 20000, HELLO_BYTES = 17, HANDSHAKE_MS = 5000 };

static bool decides(struct live *l, unsigned seat)
{
    char id[LIVE_ID_BYTES];
    json_t *p = NULL;
    if (live_propose(l, seat, "test", "is it alive?", NULL, id) == 0) {
        p = live_wait_final(l, seat, id, WAIT_MS);
    }
    json_decref(p);
    return p != NULL;
}

/* --- files --- */

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 ||
        chmod(path, mode) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(99);
    }
}

static char *replaced(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    if (at == NULL) {
        printf("Bail out! no %s in the file\n", old);
        exit(99);
    }
    return alloc_printf("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

/* Starts seat 1's node, which must refuse: status 1, both words on standard error, and the
 * same with --check where that can know. */
static void refuses(struct live *l, const char *first, const char *second, bool check_too,
                    const char *name)
{
    const char *argv[] = {"conclaved", "--config", live_seat(l, 1)->config, NULL, NULL};
    for (int round = 0; round < (check_too ? 2 : 1); round++) {
        argv[3] = round == 1 ? "--check" : NULL;
        struct live_output o = live_run(l, WAIT_MS, argv);
        if (!ok(o.status == 1 && strstr(o.err, first) != NULL &&
                    strstr(o.err, second) != NULL && strncmp(o.err, "conclaved: ", 11) == 0,
                "%s%s", name, round == 1 ? " (--check)" : "")) {
            printf("#   status %d: %s\n", o.status, o.err);
        }
        live_output_free(&o);
    }
}

static void check_config(struct live *l)
{
    struct live_seat *s = live_seat(l, 1);
    char *good = live_read(s->config);
    char *line_3 = alloc_printf("%s:3", s->config);
    static const struct {
        const char *insert, *says, *name;
    } cases[] = {
        {"nonsense = 1\n", "nonsense", "a setting that is not there"},
        {"heartbeat-ms = soon\n", "heartbeat-ms", "a number that is none"},
        {"heartbeat-ms = 1\n", "heartbeat-ms", "a number out of range"},
        {"envelope-operations = 0\n", "between 1 and 1024",
         "an envelope without operations"},
        {"envelope-operations = 1025\n", "between 1 and 1024", "one with too many"},
        {"log-level = loud\n", "log-level", "a log level that is not there"},
        {"listen = foo\n", "address \"foo\" has no port", "an address without a port"},
        {"agents = {\"no-such-user-here\"}\n", "no-such-user-here", "a user that is not"},
        {"key = \"x\n", "", "a quote that is not closed"},
        {"= = =\n", "", "no setting at all"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        /* The first two lines of what init wrote stay. */
        const char *rest = strchr(strchr(good, '\n') + 1, '\n') + 1;
        char *bad =
            alloc_printf("%.*s%s%s", (int)(rest - good), good, cases[i].insert, rest);
        write_file(s->config, bad, 0644);
        bool quote = strchr(cases[i].insert, '"') != NULL && cases[i].says[0] == '\0';
        refuses(l, quote ? s->config : line_3, cases[i].says, true, cases[i].name);
        free(bad);
    }
    char *without = replaced(good, "charter =", "# charter =");
    write_file(s->config, without, 0644);
    refuses(l, s->config, "\"charter\" is missing", true, "a setting that is missing");
    free(without);
    write_file(s->config, good, 0644);
    const char *argv[] = {"conclaved", "--config", "/does/not/exist", NULL};
    struct live_output o = live_run(l, WAIT_MS, argv);
    ok(o.status == 1 && strstr(o.err, "/does/not/exist") != NULL, "no configuration");
    live_output_free(&o);
    const char *none[] = {"conclaved", NULL};
    o = live_run(l, WAIT_MS, none);
    ok(o.status == 2 && strstr(o.err, "usage") != NULL, "no --config: usage, status 2");
    live_output_free(&o);
    free(line_3);
    free(good);
}

static void check_charter(struct live *l)
{
    char *path = alloc_printf("%s/charter.json", live_seat(l, 1)->dir);
    char *good = live_read(path);
    static const struct {
        const char *old, *new, *says, *name;
    } cases[] = {
        {"\"classes\":", "\"classes\"", "line", "no JSON: file and line"},
        {"\"classes\":", "\"klasses\":", "klasses", "a member that is not there"},
        {"\"commit_ms\": 30000", "\"commit_ms\": \"soon\"", "classes[0].commit_ms",
         "text for a number"},
        {"\"commit_ms\": 30000", "\"commit_ms\": 30000.5", "commit_ms", "a fraction"},
        {"\"commit_ms\": 30000", "\"commit_ms\": 1", "classes[0].commit_ms",
         "a window that is too short"},
        {"Seat 2", "Seat 1", "seats[1].name", "a name twice"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *bad = replaced(good, cases[i].old, cases[i].new);
        write_file(path, bad, 0644);
        refuses(l, "charter.json", cases[i].says, true, cases[i].name);
        free(bad);
    }
    char *other = replaced(good, "\"live\"", "\"other\"");
    write_file(path, other, 0644);
    refuses(l, live_seat(l, 1)->data, "council", false, "the charter of another council");
    free(other);
    write_file(path, good, 0644);
    free(good);
    free(path);
}

static void check_key(struct live *l)
{
    struct live_seat *s = live_seat(l, 1);
    char *good = live_read(s->key), *other = live_read(live_seat(l, 2)->key);
    char stranger[128];
    (void)snprintf(stranger, sizeof(stranger), "conclave-key-1 %064d\n", 7);
    (void)chmod(s->key, 0644);
    refuses(l, s->key, "chmod", true, "a key file that others may read");
    (void)unlink(s->key);
    refuses(l, s->key, "", true, "no key file");
    write_file(s->key, "garbage\n", 0600);
    refuses(l, s->key, "", true, "a key file that is none");
    write_file(s->key, stranger, 0600);
    refuses(l, s->key, "no seat", false, "a key of no seat");
    write_file(s->key, other, 0600);
    refuses(l, s->data, "seat", false, "the key of another seat");
    write_file(s->key, good, 0600);
    free(good);
    free(other);
}

/* --- the port --- */

static int dial(struct live *l, unsigned seat)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons(l->ports[seat - 1]),
                            .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
        printf("Bail out! no connection to a node's port\n");
        exit(99);
    }
    return fd;
}

static void put(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        at += n;
        size -= (size_t)n;
    }
}

/* Exactly so many bytes, agents working meanwhile. */
static bool get(struct live *l, int fd, uint8_t *out, size_t size)
{
    uint64_t until = clock_monotonic_ms() + WAIT_MS;
    size_t have = 0;
    while (have < size && clock_monotonic_ms() < until) {
        live_pump(l, 1);
        ssize_t n = recv(fd, out + have, size - have, MSG_DONTWAIT);
        if (n == 0) {
            return false;
        }
        have += n > 0 ? (size_t)n : 0;
    }
    return have == size;
}

static bool is_closed(struct live *l, int fd, int timeout_ms)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)timeout_ms;
    uint8_t sink[4096];
    while (clock_monotonic_ms() < until) {
        ssize_t n = recv(fd, sink, sizeof(sink), MSG_DONTWAIT);
        struct pollfd p = {fd, 0, 0};
        if (n == 0 || (poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0)) {
            return true;
        }
        live_pump(l, 5);
    }
    return false;
}

static void make_hello(struct live *l, uint8_t out[HELLO_BYTES])
{
    memcpy(out, "conclave\001", 9);
    memcpy(out + 9, l->charter->council_id.bytes, 8);
}

/* Sends this to seat 1's port; it must close the connection, count and log it. */
static void turned_away(struct live *l, const void *data, size_t size, const char *event,
                        const char *name)
{
    json_int_t before = live_number(l, 1, "strangers");
    unsigned lines = live_log_count(l, 1, event);
    int fd = dial(l, 1);
    put(fd, data, size);
    ok(is_closed(l, fd, WAIT_MS), "%s: closed", name);
    (void)close(fd);
    is(live_number(l, 1, "strangers"), before + 1, "counted");
    ok(live_log_count(l, 1, event) == lines + 1, "and logged: %s", event);
}

static void check_strangers(struct live *l)
{
    uint8_t hello[HELLO_BYTES], rubbish[4096];
    for (size_t i = 0; i < sizeof(rubbish); i++) {
        rubbish[i] = (uint8_t)(i * 167 + i / 7);
    }
    turned_away(l, "GET / HTTP/1.0\r\n\r\n", 18, "event=peer.stranger", "another protocol");
    turned_away(l, rubbish, sizeof(rubbish), "event=peer.stranger", "garbage");
    make_hello(l, hello);
    hello[8] = 9;
    turned_away(l, hello, HELLO_BYTES, "event=peer.version", "another version");
    make_hello(l, hello);
    hello[12] ^= 1;
    turned_away(l, hello, HELLO_BYTES, "event=peer.council", "another council");
    make_hello(l, hello);
    memcpy(rubbish, hello, HELLO_BYTES);
    turned_away(l, rubbish, sizeof(rubbish), "event=peer.bad-handshake",
                "garbage after the right hello");
    /* Silence, and one byte at a time, which is no reason for more patience. */
    json_int_t before = live_number(l, 1, "strangers");
    uint64_t start = clock_monotonic_ms();
    int silent = dial(l, 1), fd = dial(l, 1);
    rubbish[HELLO_BYTES] = 0; /* the right length, or it would not be waited for */
    rubbish[HELLO_BYTES + 1] = NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES;
    put(silent, hello, HELLO_BYTES);
    bool closed = false;
    for (size_t i = 0; i < 80 && !closed; i++) {
        put(fd, &rubbish[i], 1);
        closed = is_closed(l, fd, 100);
    }
    uint64_t took = clock_monotonic_ms() - start;
    ok(closed && took < HANDSHAKE_MS + 2000, "a trickled handshake is closed after %llu ms",
       (unsigned long long)took);
    ok(is_closed(l, silent, 2000), "and so is one that does not go on");
    (void)close(fd);
    (void)close(silent);
    is(live_number(l, 1, "strangers"), before + 2, "counted");
    ok(live_log_count(l, 1, "event=peer.slow") >= 2, "and logged: event=peer.slow");
}

/* Becomes a seat: the handshake with its key. NULL when it is refused. */
static struct noise *become(struct live *l, int fd, unsigned seat)
{
    struct secret_key *key = NULL;
    struct buffer prologue = {NULL, 0, 0}, out = {NULL, 0, 0}, payload = {NULL, 0, 0};
    uint8_t hello[HELLO_BYTES], remote[32], instance[INSTANCE_BYTES] = {(uint8_t)seat};
    uint8_t answer[2 + NOISE_HANDSHAKE_2_BYTES + INSTANCE_BYTES];
    buffer_append(&prologue, "conclave/1", 10);
    buffer_append(&prologue, l->charter->council_id.bytes, HASH_BYTES);
    (void)key_load(live_seat(l, seat)->key, &key, NULL);
    (void)key_channel_public(&l->charter->seats[0].key, remote);
    struct noise *n = noise_initiator(key, remote, buffer_slice(&prologue));
    make_hello(l, hello);
    uint8_t length[2] = {0, NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES};
    buffer_append(&out, hello, HELLO_BYTES);
    buffer_append(&out, length, 2);
    (void)noise_handshake_write(n, slice_of(instance, INSTANCE_BYTES), &out);
    put(fd, out.data, out.size);
    bool shaken =
        get(l, fd, hello, HELLO_BYTES) && get(l, fd, answer, sizeof(answer)) &&
        noise_handshake_read(n, slice_of(answer + 2, sizeof(answer) - 2), &payload) == 0;
    key_free(key);
    buffer_free(&prologue);
    buffer_free(&out);
    buffer_free(&payload);
    if (!shaken) {
        noise_free(n);
        return NULL;
    }
    return n;
}

static void put_message(int fd, struct noise *n, const void *data, size_t size)
{
    struct buffer out = {NULL, 0, 0};
    uint8_t length[2] = {(uint8_t)((size + NOISE_TAG_BYTES) >> 8),
                         (uint8_t)(size + NOISE_TAG_BYTES)};
    buffer_append(&out, length, 2);
    (void)noise_encrypt(n, slice_of(data, size), &out);
    put(fd, out.data, out.size);
    buffer_free(&out);
}

static json_int_t bad_frames(struct live *l, unsigned seat)
{
    json_t *seats = live_call(l, 1, "seats", NULL);
    const json_t *row = json_array_get(seats, seat - 1);
    json_int_t count = json_integer_value(json_object_get(row, "bad_frames"));
    json_decref(seats);
    return count;
}

/* Seat 4 is played by hand: what a seat of the council sends wrongly costs it its
 * connection, and is counted. */
static void lies(struct live *l, const void *data, size_t size, const char *event,
                 const char *name)
{
    json_int_t before = bad_frames(l, 4);
    int fd = dial(l, 1);
    struct noise *n = become(l, fd, 4);
    /* Whoever sent rubbish is kept waiting, a little longer every time. */
    for (uint64_t until = clock_monotonic_ms() + WAIT_MS;
         n == NULL && clock_monotonic_ms() < until;) {
        (void)close(fd);
        live_pump(l, 50);
        fd = dial(l, 1);
        n = become(l, fd, 4);
    }
    if (!ok(n != NULL, "seat 4 shakes hands")) {
        (void)close(fd);
        return;
    }
    put_message(fd, n, "", 0);
    put_message(fd, n, data, size);
    ok(is_closed(l, fd, WAIT_MS), "%s: closed", name);
    noise_free(n);
    (void)close(fd);
    ok(bad_frames(l, 4) > before, "and counted");
    ok(live_log_count(l, 1, event) > 0, "and logged, if not each time: %s", event);
}

static void check_lies(struct live *l)
{
    static const uint8_t zero[4] = {0};
    static const uint8_t over[4] = {0x00, 0x40, 0x00, 0x01}; /* 4 MiB and one */
    static const uint8_t huge[4] = {0xff, 0xff, 0xff, 0xff};
    static const uint8_t no_cbor[] = {0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t no_tag[] = {0, 0, 0, 5, 0x82, 0x19, 0x12, 0x34, 0};
    static const uint8_t indefinite[] = {0, 0, 0, 3, 0x9f, 0x01, 0xff};
    static const uint8_t deep[] = {0, 0, 0, 8, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 1};
    live_kill(l, 4);
    lies(l, zero, 4, "event=peer.bad-frame", "an empty frame");
    lies(l, over, 4, "event=peer.bad-frame", "a frame above 4 MiB");
    lies(l, huge, 4, "event=peer.bad-frame", "a frame of 4 GiB");
    lies(l, no_cbor, sizeof(no_cbor), "event=peer.bad-message", "a frame that is no CBOR");
    lies(l, no_tag, sizeof(no_tag), "event=peer.bad-message",
         "a tag that no message will have");
    lies(l, indefinite, sizeof(indefinite), "event=peer.bad-message",
         "an array without a length");
    lies(l, deep, sizeof(deep), "event=peer.bad-message", "arrays in arrays");
    ok(decides(l, 1), "the others decide on");
    live_start(l, 4);
    ok(live_wait_ready(l, 4, WAIT_MS) && live_wait_connected(l, WAIT_MS) &&
           live_wait_level(l, WAIT_MS),
       "the real seat 4 comes back and is level");
}

int main(void)
{
    struct live_options o = {.seats = 4};
    live_limit(150);
    struct live *l = live_new(&o);
    check_config(l);
    check_charter(l);
    check_key(l);
    ok(live_start_council(l), "with all mended the council starts");
    live_agent_set(l, 0, history_approve, NULL);
    ok(decides(l, 1), "and decides");
    check_strangers(l);
    ok(live_number(l, 1, "connected") == 3 && decides(l, 1), "it decides on");
    check_lies(l);
    ok(decides(l, 4), "and all decide");
    if (tap_failures > 0) {
        live_show_logs(l, 10);
    }
    ok(live_quiet(l), "no node wrote to standard error");
    live_free(l);
    return tap_done();
}
