/* SPDX-License-Identifier: ISC */
/* The channel between honest nodes: conclave-protocol(7) section 4. */
#include "fixture.h"

#include "base/log.h"
#include "tap.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

static void test_sizes(const char *host)
{
    static const size_t sizes[] = {1, 4, 65515, 65516, 65519, 65520, 1 << 20, FRAME_MAX};
    struct council *c = council_new(2, host);
    council_start_all(c);
    ok(WAIT(c, 5, council_is_meshed(c)), "two nodes on %s connect", host);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint32_t number = (uint32_t)i;
        for (uint16_t from = 1; from <= 2; from++) {
            struct node *to = &c->nodes[3 - from];
            uint64_t before = to->frames;
            node_send(&c->nodes[from], to->seat, number, sizes[i]);
            ok(WAIT(c, 5, to->frames == before + 1) && frame_is(to->last, number, sizes[i]),
               "a frame of %zu bytes arrives whole at seat %u", sizes[i], to->seat);
        }
    }
    uint64_t before = c->nodes[2].frames;
    struct net_counts counts;
    for (uint32_t i = 0; i < 20000; i++) {
        struct bytes *frame = frame_new(i, 1 + i % 300);
        net_send(c->nodes[1].net, 2, frame);
        bytes_unref(frame);
    }
    council_run(c, 0.05);
    is((int64_t)c->nodes[2].frames, (int64_t)before, "nothing leaves before net_flush");
    net_flush(c->nodes[1].net);
    ok(WAIT(c, 10, c->nodes[2].frames == before + 20000), "20,000 small frames arrive");
    ok(frame_is(c->nodes[2].last, 19999, 1 + 19999 % 300), "in order");
    net_counts(c->nodes[1].net, 2, &counts);
    is((int64_t)counts.frames_out, 20000 + (int64_t)(sizeof(sizes) / sizeof(sizes[0])),
       "and are counted");
    is((int64_t)counts.queued_bytes, 0, "nothing is left in the queue");
    council_free(c);
}

/* Nothing more is released than what was there when net_flush was called. */
static void test_release(void)
{
    struct council *c = council_new(2, "127.0.0.1");
    council_start_all(c);
    WAIT(c, 5, council_is_meshed(c));
    for (uint32_t i = 0; i < 4; i++) {
        node_send(&c->nodes[1], 2, i, FRAME_MAX); /* more than the sockets hold */
    }
    struct bytes *late = frame_new(9, 10);
    net_send(c->nodes[1].net, 2, late);
    bytes_unref(late);
    ok(WAIT(c, 10, c->nodes[2].frames == 4), "what was flushed arrives");
    council_run(c, 0.1);
    is((int64_t)c->nodes[2].frames, 4,
       "what was queued later waits, though the socket had room");
    net_flush(c->nodes[1].net);
    ok(WAIT(c, 5, c->nodes[2].frames == 5), "until it is flushed as well");
    council_free(c);
}

static void test_mesh(void)
{
    struct council *c = council_new(7, "127.0.0.1");
    unsigned ups = 0;
    unsigned downs = 0;
    uint64_t frames = 0;
    bool same = true;
    council_start_all(c);
    ok(WAIT(c, 5, council_is_meshed(c)), "seven nodes mesh");
    for (uint16_t seat = 1; seat <= 7; seat++) {
        struct bytes *frame = frame_new(seat, 1000);
        net_broadcast(c->nodes[seat].net, frame);
        net_flush(c->nodes[seat].net);
        bytes_unref(frame);
    }
    council_run(c, 1.0);
    for (uint16_t seat = 1; seat <= 7; seat++) {
        frames += c->nodes[seat].frames;
        for (uint16_t other = 1; other <= 7; other++) {
            ups += c->nodes[seat].connected[other];
            downs += c->nodes[seat].disconnected[other];
            same = same && (other == seat ||
                            memcmp(c->nodes[seat].instance[other],
                                   c->nodes[other].config.instance, INSTANCE_BYTES) == 0);
        }
    }
    is((int64_t)frames, 42, "a broadcast of each reaches the six others");
    is(ups, 42, "each connection came up once");
    is(downs, 0, "and none went down");
    ok(same, "each knows the instance of the others");
    is((int64_t)net_strangers(c->nodes[1].net), 0, "no honest node counts as a stranger");
    council_free(c);
}

/* One starts alone and is refused; by the other's start both are dialling. */
static void test_simultaneous(void)
{
    unsigned flaps = 0;
    unsigned disagreements = 0;
    const unsigned rounds = 30;
    struct council *c = council_new(2, "127.0.0.1");
    for (unsigned i = 0; i < rounds; i++) {
        uint16_t first = 1 + i % 2;
        memset(c->nodes[1].disconnected, 0, sizeof(c->nodes[1].disconnected));
        memset(c->nodes[2].disconnected, 0, sizeof(c->nodes[2].disconnected));
        council_start(c, first);
        council_run(c, 0.05 + 0.02 * i);
        council_start(c, 3 - first);
        bool meshed = WAIT(c, 5, council_is_meshed(c));
        council_run(c, 0.02);
        uint64_t before = c->nodes[2].frames;
        node_send(&c->nodes[1], 2, i, 100);
        disagreements += !meshed || !WAIT(c, 2, c->nodes[2].frames == before + 1);
        flaps += c->nodes[1].disconnected[2] + c->nodes[2].disconnected[1];
        council_stop(c, 1);
        council_stop(c, 2);
    }
    is(disagreements, 0, "however the starts fall, one connection carries frames");
    is(flaps, 0, "and none was given up for another");
    council_free(c);
}

static void test_restart(void)
{
    struct council *c = council_new(4, "127.0.0.1");
    uint8_t old[INSTANCE_BYTES];
    council_start_all(c);
    WAIT(c, 5, council_is_meshed(c));
    for (uint16_t seat = 1; seat <= 4; seat += 3) {
        memcpy(old, c->nodes[seat].config.instance, INSTANCE_BYTES);
        council_stop(c, seat);
        ok(c->nodes[seat].reason[2] == NET_DOWN_LOCAL && c->nodes[seat].disconnected[2] > 0,
           "seat %u stops and tells its handler", seat);
        ok(WAIT(c, 2, c->nodes[2].disconnected[seat] == 1) &&
               c->nodes[2].reason[seat] == NET_DOWN_CLOSED,
           "the others notice");
        council_start(c, seat);
        ok(WAIT(c, 5, council_is_meshed(c)), "after its restart all are connected again");
        ok(memcmp(c->nodes[2].instance[seat], old, INSTANCE_BYTES) != 0 &&
               memcmp(c->nodes[2].instance[seat], c->nodes[seat].config.instance,
                      INSTANCE_BYTES) == 0,
           "under its new instance");
    }
    council_free(c);
}

/* A root without /etc/hosts, as debootstrap makes it, has no name for itself. */
static bool has_localhost(void)
{
    struct addrinfo *list = NULL;
    bool has = getaddrinfo("localhost", NULL, NULL, &list) == 0;
    if (has) {
        freeaddrinfo(list);
    }
    return has;
}

static void test_names(void)
{
    if (!has_localhost()) {
        skip("names are resolved", "this machine does not know localhost");
        return;
    }
    struct council *c = council_new(3, "localhost");
    c->seats[2].address = "nothing.invalid:9";
    council_start(c, 1);
    council_start(c, 2);
    ok(WAIT(c, 5, net_is_connected(c->nodes[1].net, 2)), "localhost is resolved");
    double longest = 0;
    for (ev_tstamp until = ev_time() + 2; ev_time() < until;) {
        ev_tstamp before = ev_time();
        council_turn(c);
        longest = ev_time() - before > longest ? ev_time() - before : longest;
    }
    ok(longest < 0.5, "a name without an address does not block the loop (%.3f s)",
       longest);
    ok(!net_is_connected(c->nodes[1].net, 3) && net_is_connected(c->nodes[1].net, 2),
       "and stays unconnected");
    council_free(c);
}

static void test_listen_errors(void)
{
    struct council *c = council_new(2, "127.0.0.1");
    struct net_handler handler = {0};
    struct net *net = NULL;
    struct complaint why = {""};
    council_start(c, 1);
    struct net_config config = c->nodes[2].config;
    config.listen = c->nodes[1].address;
    ok(net_start(c->loop, &config, &handler, &net, &why) == CONCLAVE_EIO &&
           strstr(why.text, c->nodes[1].address) != NULL &&
           strstr(why.text, "in use") != NULL,
       "a port in use: %s", why.text);
    config.listen = "192.0.2.1:4000";
    ok(net_start(c->loop, &config, &handler, &net, &why) == CONCLAVE_EIO &&
           strstr(why.text, "192.0.2.1:4000") != NULL,
       "an address of another machine: %s", why.text);
    config.listen = "nonsense";
    ok(net_start(c->loop, &config, &handler, &net, &why) == CONCLAVE_EFORMAT,
       "no address: %s", why.text);
    config.listen = NULL;
    c->seats[0].address = "[::1:4000";
    ok(net_start(c->loop, &config, &handler, &net, &why) == CONCLAVE_EFORMAT,
       "a peer's malformed address: %s", why.text);
    council_free(c);
}

static void test_throttle(void)
{
    struct council *c = council_new(2, "127.0.0.1");
    c->nodes[2].config.bytes_per_second = 1 << 20; /* so bursts are 4 MiB */
    c->nodes[2].config.operations_per_second = 100;
    c->nodes[2].config.dead_peer_timeout_ms = 1000;
    c->nodes[1].config.dead_peer_timeout_ms = 60000;
    council_start_all(c);
    WAIT(c, 5, council_is_meshed(c));
    ev_tstamp begin = ev_time();
    for (uint32_t i = 0; i < 24; i++) {
        node_send(&c->nodes[1], 2, i, 256 * 1024);
    }
    ok(WAIT(c, 20, c->nodes[2].frames == 24),
       "a peer over its quota is slowed, not dropped");
    double took = ev_time() - begin;
    ok(took > 1.7 && took < 10, "6 MiB at 1 MiB/s after a burst of 4: %.2f s", took);
    struct net_counts counts;
    net_counts(c->nodes[2].net, 1, &counts);
    ok(counts.throttled > 0, "which is counted (%llu)",
       (unsigned long long)counts.throttled);
    is(c->nodes[2].disconnected[1], 0, "the pause is not the peer's silence");
    ok(net_charge_operations(c->nodes[2].net, 1, 399), "operations: within the burst");
    ok(net_charge_operations(c->nodes[2].net, 1, 300), "one item may run into debt");
    ok(!net_charge_operations(c->nodes[2].net, 1, 1), "then the bucket is empty");
    council_free(c);
}

static void test_silence(void)
{
    struct council *c = council_new(2, "127.0.0.1");
    c->nodes[1].config.dead_peer_timeout_ms = 300;
    council_start_all(c);
    WAIT(c, 5, council_is_meshed(c));
    for (uint32_t i = 0; i < 8; i++) {
        council_run(c, 0.1);
        node_send(&c->nodes[2], 1, i, 10);
    }
    is(c->nodes[1].disconnected[2], 0, "a peer that speaks is alive");
    ok(WAIT(c, 2, c->nodes[1].disconnected[2] == 1) &&
           c->nodes[1].reason[2] == NET_DOWN_TIMEOUT,
       "a silent one is closed");
    ok(WAIT(c, 5, council_is_meshed(c)), "and tried again");
    council_free(c);
}

int main(void)
{
    log_open("/dev/null", LOG_LEVEL_DEBUG, NULL);
    test_sizes("127.0.0.1");
    test_sizes("[::1]");
    test_release();
    test_mesh();
    test_simultaneous();
    test_restart();
    test_names();
    test_listen_errors();
    test_throttle();
    test_silence();
    log_close();
    return tap_done();
}
