/* SPDX-License-Identifier: ISC */
/* What strangers, people in the middle and lying peers send: conclave-protocol(7)
 * section 4, "Transport" among the attacks. */
#include "relay.h"

#include "base/log.h"
#include "tap.h"

#include <dirent.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char log_path[] = "/tmp/conclave-net-XXXXXX";
static const uint8_t instance_a[INSTANCE_BYTES] = {0xa1};
static const uint8_t instance_b[INSTANCE_BYTES] = {0xb2};

/* Lines of the log so far that have the text; empties the log, and what repeats itself is
 * counted anew. */
static unsigned logged(const char *text)
{
    char line[1024];
    unsigned count = 0;
    log_close();
    FILE *f = fopen(log_path, "r");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        count += strstr(line, text) != NULL;
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    (void)!truncate(log_path, 0);
    (void)log_open(log_path, LOG_LEVEL_INFO, NULL);
    return count;
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d != NULL && readdir(d) != NULL) {
        count++;
    }
    if (d != NULL) {
        (void)closedir(d);
    }
    return count;
}

/* Nodes 1 and 2 are real and connected; seat 3 is played by hand, its key is at hand. */
static struct council *stage(uint64_t handshake_timeout_ms)
{
    struct council *c = council_new(4, "127.0.0.1");
    for (uint16_t seat = 1; seat <= 2; seat++) {
        c->nodes[seat].config.handshake_timeout_ms = handshake_timeout_ms;
        c->nodes[seat].config.send_queue_bytes = (size_t)8 << 20;
        council_start(c, seat);
    }
    if (!WAIT(c, 5, net_is_connected(c->nodes[1].net, 2))) {
        printf("Bail out! the stage has no connection\n");
        exit(1);
    }
    (void)logged("");
    return c;
}

static void check_unharmed(struct council *c, const char *what)
{
    uint64_t before = c->nodes[2].frames;
    node_send(&c->nodes[1], 2, 7, 100);
    ok(WAIT(c, 2, c->nodes[2].frames == before + 1) && c->nodes[1].disconnected[2] == 0,
       "%s: the honest connection goes on", what);
}

/* It may have to wait for what it did before. */
static struct raw *seat_3(struct council *c, const uint8_t *instance)
{
    struct raw *r = raw_connect(c, c->nodes[1].port);
    ev_tstamp until = ev_time() + 10;
    while (!raw_shake(r, c->nodes[3].key, 1, instance)) {
        if (ev_time() > until) {
            printf("Bail out! the raw handshake failed\n");
            exit(1);
        }
        raw_free(r);
        council_run(c, 0.02);
        r = raw_connect(c, c->nodes[1].port);
    }
    raw_message(r, "", 0);
    return r;
}

static void test_hello(void)
{
    struct council *c = stage(5000);
    struct hello wrong[3] = {hello_right(c), hello_right(c), hello_right(c)};
    static const char *const events[3] = {"peer.stranger", "peer.version", "peer.council"};
    wrong[0].magic = "GET / HT";
    wrong[1].version = 2;
    wrong[2].council.bytes[7] ^= 1;
    for (int i = 0; i < 3; i++) {
        uint64_t before = net_strangers(c->nodes[1].net);
        struct raw *r = raw_connect(c, c->nodes[1].port);
        ok(raw_get(r, 17, 2) && memcmp(r->in.data, "conclave\001", 9) == 0 &&
               memcmp(r->in.data + 9, c->id.bytes, 8) == 0,
           "the node says who it is first");
        raw_put_hello(r, wrong[i]);
        ok(raw_is_closed(r, 2), "a wrong hello is closed");
        is((int64_t)(net_strangers(c->nodes[1].net) - before), 1, "and counted");
        is(logged(events[i]), 1, events[i]);
        raw_free(r);
    }
    check_unharmed(c, "wrong hellos");
    council_free(c);
}

static void test_handshake(void)
{
    struct council *c = stage(5000);
    struct secret_key *stranger = key_generate();
    struct buffer first = {0};

    struct raw *r = raw_connect(c, c->nodes[1].port);
    ok(!raw_shake(r, stranger, 1, instance_a) && r->closed, "a key outside the charter");
    is(logged("its key is not in the charter"), 1, "is logged");
    raw_free(r);

    r = raw_connect(c, c->nodes[1].port);
    ok(!raw_shake(r, c->nodes[1].key, 1, instance_a) && r->closed, "the node's own key");
    is(logged("peer.own-key"), 1, "is logged");
    raw_free(r);

    r = raw_connect(c, c->nodes[1].port);
    ok(!raw_shake(r, c->nodes[3].key, 2, instance_a) && r->closed,
       "a first message meant for another seat");
    raw_free(r);

    const size_t size = 2 + NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES;
    unsigned survived = 0;
    for (size_t i = 0; i < size; i += 3) {
        r = raw_connect(c, c->nodes[1].port);
        first.size = 0;
        raw_put_hello(r, hello_right(c));
        raw_first(r, c->nodes[3].key, 1, instance_a, &first);
        first.data[i] ^= 0x10;
        raw_put(r, first.data, first.size);
        survived += !raw_is_closed(r, 2);
        raw_free(r);
    }
    is(survived, 0, "a bit changed anywhere in the first message closes it");
    is(c->nodes[1].connected[3], 0, "and nothing ever came up");

    uint64_t seed = ((uint64_t)randombytes_random() << 32) | randombytes_random();
    uint8_t key[randombytes_SEEDBYTES] = {0};
    memcpy(key, &seed, sizeof(seed));
    printf("# seed %llu\n", (unsigned long long)seed);
    survived = 0;
    for (unsigned i = 0; i < 40; i++) {
        uint8_t garbage[400];
        key[8] = (uint8_t)i;
        randombytes_buf_deterministic(garbage, sizeof(garbage), key);
        r = raw_connect(c, c->nodes[1].port);
        if (i % 2 == 1) {
            raw_put_hello(r, hello_right(c));
        }
        raw_put(r, garbage, sizeof(garbage));
        survived += !raw_is_closed(r, 2);
        raw_free(r);
    }
    is(survived, 0, "garbage is closed");
    check_unharmed(c, "broken handshakes");
    buffer_free(&first);
    key_free(stranger);
    council_free(c);
}

static void test_replay(void)
{
    struct council *c = stage(400);
    struct buffer first = {0};
    struct raw *r = raw_connect(c, c->nodes[1].port);
    raw_put_hello(r, hello_right(c));
    raw_first(r, c->nodes[3].key, 1, instance_a, &first);
    raw_put(r, first.data, first.size);
    ok(raw_get(r, 17 + 2 + NOISE_HANDSHAKE_2_BYTES + INSTANCE_BYTES, 2),
       "a seat is answered");
    council_run(c, 0.1);
    is(c->nodes[1].connected[3], 0, "but not up before it has confirmed");
    ok(raw_is_closed(r, 2), "and closed when it never does");
    raw_free(r);

    struct raw *honest = seat_3(c, instance_a);
    ok(WAIT(c, 2, net_is_connected(c->nodes[1].net, 3)), "seat 3 comes up");
    r = raw_connect(c, c->nodes[1].port);
    raw_put_hello(r, hello_right(c));
    raw_put(r, first.data, first.size);
    ok(raw_is_closed(r, 2), "its recorded handshake, played again, gets nowhere");
    raw_message(honest, "\0\0\0\1x", 5);
    ok(WAIT(c, 2, c->nodes[1].frames == 1) && c->nodes[1].disconnected[3] == 0,
       "and does not disturb the seat");
    raw_free(r);

    /* One's own bytes sent back. */
    r = raw_connect(c, c->nodes[1].port);
    raw_get(r, 17, 2);
    raw_put(r, r->in.data, 17);
    raw_put(r, r->in.data, 17);
    ok(raw_is_closed(r, 2), "an echo of the node's own hello gets nowhere");
    raw_free(r);
    raw_free(honest);
    buffer_free(&first);
    council_free(c);
}

/* A server that echoes, and one that leads the node back to itself. */
static void test_reflection(void)
{
    struct council *c = council_new(3, "127.0.0.1");
    struct relay *echo = relay_new(c, 0);
    struct relay *mirror = relay_new(c, c->nodes[1].port);
    char addresses[2][32];
    (void)snprintf(addresses[0], 32, "127.0.0.1:%u", echo->port);
    (void)snprintf(addresses[1], 32, "127.0.0.1:%u", mirror->port);
    c->seats[1].address = addresses[0];
    c->seats[2].address = addresses[1];
    (void)logged("");
    council_start(c, 1);
    council_run(c, 1.0);
    is(c->nodes[1].connected[2], 0, "a peer that echoes our handshake is refused");
    is(c->nodes[1].connected[3], 0, "and so are we ourselves");
    ok(echo->accepted > 1 && mirror->accepted > 1, "though they were tried again");
    relay_free(echo);
    relay_free(mirror);
    council_free(c);
}

/* Frames whole, in parts, and what is none. */
static void test_frames(void)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
    } bad[] = {
        {"an empty frame", "\0\0\0\0", 4},
        {"an empty frame after a good one", "\0\0\0\1x\0\0\0\0", 9},
        {"an over-long frame", "\0\x40\0\1", 4},
        {"a frame of 4 GiB", "\xff\xff\xff\xff", 4},
        {"an empty transport message", "", 0},
    };
    struct council *c = stage(5000);
    struct net_counts counts;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct raw *r = seat_3(c, instance_a);
        ok(WAIT(c, 2, net_is_connected(c->nodes[1].net, 3)), "seat 3 comes up");
        raw_message(r, bad[i].bytes, bad[i].size);
        ok(raw_is_closed(r, 2) && c->nodes[1].reason[3] == NET_DOWN_BAD_FRAME,
           "%s closes the connection", bad[i].name);
        net_counts(c->nodes[1].net, 3, &counts);
        is((int64_t)counts.bad_frames, (int64_t)i + 1, "and is counted");
        raw_free(r);
    }
    is(logged("peer.bad-frame"), sizeof(bad) / sizeof(bad[0]), "and logged");
    is((int64_t)c->nodes[1].frames, 1, "the good one arrived");

    struct raw *r = seat_3(c, instance_a);
    const char *frame = "\0\0\0\5seven";
    for (size_t i = 0; i < 9; i++) {
        raw_message(r, frame + i, 1);
    }
    ok(WAIT(c, 2, c->nodes[1].frames == 2) && c->nodes[1].last->size == 5,
       "a frame in messages of one byte arrives");
    raw_message(r, "\0\x40\0\0", 4);
    council_run(c, 0.1);
    ok(net_is_connected(c->nodes[1].net, 3), "the longest frame may be announced");
    c->nodes[1].reject = true;
    raw_free(r);
    WAIT(c, 2, !net_is_connected(c->nodes[1].net, 3));
    r = seat_3(c, instance_a);
    raw_message(r, "\0\0\0\1a\0\0\0\1b", 10);
    ok(raw_is_closed(r, 2) && c->nodes[1].frames == 3, "net_reject stops at once");
    raw_free(r);
    c->nodes[1].reject = false;
    check_unharmed(c, "bad frames");
    council_free(c);
}

static void test_tampering(void)
{
    struct council *c = council_new(2, "127.0.0.1");
    struct relay *relay = relay_new(c, c->nodes[2].port);
    char address[32];
    char listen[32];
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", relay->port);
    memcpy(listen, c->nodes[2].address, sizeof(listen));
    c->nodes[2].config.listen = listen;
    c->seats[1].address = address;
    relay->tamper_back = 60; /* in the responder's message */
    /* Seat 2 must not come to seat 1 by itself. */
    struct net_seat other[2] = {c->seats[0], c->seats[1]};
    other[0].address = "127.0.0.1:1";
    c->nodes[2].config.others = other;
    council_start_all(c);
    council_run(c, 0.6);
    is(c->nodes[1].connected[2] + c->nodes[2].connected[1], 0,
       "a changed handshake connects nobody");
    ok(relay->accepted > 1, "though it is tried again");
    relay->tamper_back = -1;
    relay->tamper_to = 17 + 2 + NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES + 2 +
                       NOISE_TAG_BYTES + 30; /* in the first frame */
    ok(WAIT(c, 12, council_is_meshed(c)), "a clean one does");
    node_send(&c->nodes[1], 2, 1, 100);
    ok(WAIT(c, 2, c->nodes[2].disconnected[1] == 1) &&
           c->nodes[2].reason[1] == NET_DOWN_BAD_FRAME && c->nodes[2].frames == 0,
       "a changed byte in a frame closes the connection");
    relay->tamper_to = -1;
    ok(WAIT(c, 12, council_is_meshed(c)), "which comes back");
    relay_free(relay);
    council_free(c);
}

static void test_flood(void)
{
    enum { FLOOD = 30 };
    struct council *c = stage(1200);
    struct raw *flood[FLOOD];
    unsigned greeted = 0;
    unsigned closed = 0;
    for (int i = 0; i < FLOOD; i++) {
        flood[i] = raw_connect(c, c->nodes[1].port);
    }
    council_run(c, 0.3);
    for (int i = 0; i < FLOOD; i++) {
        bool greets = raw_get(flood[i], 17, 0.001);
        greeted += greets;
        closed += flood[i]->closed;
    }
    is(greeted, 4, "of a flood from one address four begin a handshake");
    is(closed, FLOOD - 4 - 4, "as many as there are seats wait, the rest is closed");
    check_unharmed(c, "a flood");
    council_start(c, 3);
    ok(WAIT(c, 1.0, net_is_connected(c->nodes[1].net, 3)),
       "and the node itself still reaches others");
    raw_put_hello(flood[0], hello_right(c));
    closed = 0;
    ev_tstamp before = ev_time();
    for (int i = 0; i < FLOOD; i++) {
        closed += raw_is_closed(flood[i], 3);
    }
    is(closed, FLOOD, "in the end all are closed");
    ok(ev_time() - before < 10, "within the handshake's time, waiting included");
    ok(logged("peer.slow") > 0, "and logged as slow");
    for (int i = 0; i < FLOOD; i++) {
        raw_free(flood[i]);
    }

    /* Bytes that trickle do not extend the time. */
    struct raw *r = raw_connect(c, c->nodes[1].port);
    struct buffer first = {0};
    raw_put_hello(r, hello_right(c));
    raw_first(r, c->nodes[3].key, 1, instance_a, &first);
    before = ev_time();
    for (size_t i = 0; i < first.size && !r->closed; i++) {
        raw_put(r, first.data + i, 1);
        (void)raw_is_closed(r, 0.1);
    }
    double took = ev_time() - before;
    ok(r->closed && took > 1.0 && took < 10, "a slow handshake is closed in time: %.1f s",
       took);
    buffer_free(&first);
    raw_free(r);
    council_free(c);
}

static void test_deaf_peer(void)
{
    struct council *c = stage(5000);
    struct net_counts counts = {0};
    struct raw *r = seat_3(c, instance_a);
    WAIT(c, 2, net_is_connected(c->nodes[1].net, 3));
    size_t most = 0;
    unsigned sent = 0;
    uint64_t before = c->nodes[2].frames;
    for (; sent < 60 && net_is_connected(c->nodes[1].net, 3); sent++) {
        struct bytes *frame = frame_new(sent, 1 << 20);
        net_broadcast(c->nodes[1].net, frame);
        net_flush(c->nodes[1].net);
        bytes_unref(frame);
        WAIT(c, 5, c->nodes[2].frames == before + sent + 1);
        net_counts(c->nodes[1].net, 3, &counts);
        most = counts.queued_bytes > most ? counts.queued_bytes : most;
    }
    ok(sent < 60, "a peer that never reads is dropped, after %u MiB", sent);
    ok(most <= (size_t)8 << 20, "its queue never held more than was allowed: %zu", most);
    ok(WAIT(c, 2, c->nodes[1].disconnected[3] == 1) &&
           c->nodes[1].reason[3] == NET_DOWN_OVERFLOW,
       "the handler hears why");
    net_counts(c->nodes[1].net, 3, &counts);
    is((int64_t)counts.overflows, 1, "it is counted");
    is(logged("peer.overflow"), 1, "and logged");
    is((int64_t)(c->nodes[2].frames - before), sent, "the others got everything");
    raw_free(r);
    council_free(c);
}

static void test_churn(void)
{
    struct council *c = stage(5000);
    unsigned before = open_descriptors();
    for (unsigned i = 0; i < 150; i++) {
        struct raw *r = raw_connect(c, c->nodes[1].port);
        if (i % 3 > 0 && raw_shake(r, c->nodes[3].key, 1, instance_a) && i % 3 > 1) {
            raw_message(r, "", 0);
            raw_message(r, "\0\0\0\1x", 5);
        }
        raw_free(r);
    }
    council_run(c, 0.3);
    unsigned up = c->nodes[1].connected[3];
    is(c->nodes[1].disconnected[3], up, "each coming has its going");
    ok(up > 40, "a churning peer came up %u times", up);
    unsigned after = open_descriptors();
    ok(after <= before + 2, "no descriptor is lost (%u, then %u)", before, after);
    ok(logged("seat=3") < 60, "the log is not flooded by a peer");
    for (unsigned i = 0; i < 300; i++) {
        struct raw *r = raw_connect(c, c->nodes[1].port);
        raw_put(r, "nonsense", 8);
        raw_is_closed(r, 2);
        raw_free(r);
    }
    unsigned lines = logged("peer.stranger");
    ok(lines > 0 && lines < 40, "nor by strangers: %u lines for 300", lines);
    check_unharmed(c, "churn");
    council_free(c);
}

static void test_twins(void)
{
    struct council *c = stage(5000);
    struct raw *a = seat_3(c, instance_a);
    WAIT(c, 2, net_is_connected(c->nodes[1].net, 3));
    struct raw *b = raw_connect(c, c->nodes[1].port);
    ok(!raw_shake(b, c->nodes[3].key, 1, instance_b), "another instance is refused");
    ok(raw_is_closed(b, 2) && b->in.size == 17 + 2 + NOISE_HANDSHAKE_2_BYTES,
       "with an empty payload");
    ok(net_is_connected(c->nodes[1].net, 3) && c->nodes[1].disconnected[3] == 0,
       "while the first one is alive");
    raw_free(b);
    b = seat_3(c, instance_a);
    ok(WAIT(c, 2, c->nodes[1].connected[3] == 2) &&
           c->nodes[1].reason[3] == NET_DOWN_REPLACED && raw_is_closed(a, 2),
       "the same instance may open a new connection in place of its old one");
    raw_free(a);
    raw_free(b);

    /* A whole second node of seat 2. */
    char listen[32];
    struct net_handler handler = {0};
    struct net *twin = NULL;
    struct complaint why;
    struct net_config config = c->nodes[2].config;
    struct net_counts counts;
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", free_port());
    config.listen = listen;
    memcpy(config.instance, instance_b, INSTANCE_BYTES);
    is(net_start(c->loop, &config, &handler, &twin, &why), 0, "a second node of seat 2");
    council_run(c, 1.0);
    net_counts(twin, 1, &counts);
    ok(counts.refused_since_ms > 0 && !net_is_connected(twin, 1),
       "learns that it is refused");
    check_unharmed(c, "a twin");
    net_free(twin);
    council_free(c);
}

static void test_descriptors(void)
{
    struct council *c = stage(5000);
    struct rlimit old;
    struct rlimit low;
    struct raw *r[4];
    (void)getrlimit(RLIMIT_NOFILE, &old);
    for (int i = 0; i < 4; i++) {
        r[i] = raw_connect(c, c->nodes[1].port);
    }
    low = old;
    low.rlim_cur = open_descriptors() - 3; /* what readdir adds: ".", "..", its own */
    (void)setrlimit(RLIMIT_NOFILE, &low);
    unsigned turns = 0;
    for (ev_tstamp until = ev_time() + 0.4; ev_time() < until; turns++) {
        council_turn(c);
    }
    (void)setrlimit(RLIMIT_NOFILE, &old);
    ok(logged("net.descriptors") > 0, "running out of descriptors is logged");
    ok(turns < 400, "and does not spin (%u turns)", turns);
    unsigned greeted = 0;
    for (int i = 0; i < 4; i++) {
        greeted += raw_get(r[i], 17, 2);
        raw_free(r[i]);
    }
    is(greeted, 4, "afterwards those who waited are served");
    check_unharmed(c, "want of descriptors");
    council_free(c);
}

int main(void)
{
    int fd = mkstemp(log_path);
    if (fd < 0 || log_open(log_path, LOG_LEVEL_INFO, NULL) < 0) {
        printf("Bail out! no log\n");
        return 1;
    }
    (void)close(fd);
    test_hello();
    test_handshake();
    test_replay();
    test_reflection();
    test_frames();
    test_tampering();
    test_flood();
    test_deaf_peer();
    test_churn();
    test_twins();
    test_descriptors();
    log_close();
    (void)unlink(log_path);
    return tap_done();
}
