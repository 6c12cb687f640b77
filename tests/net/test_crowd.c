/* SPDX-License-Identifier: ISC */
/* Who must wait, and who gets in all the same: floods from many addresses, seats that send
 * one bad frame after the other, links that corrupt. */
#include "relay.h"

#include "base/log.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t instance[INSTANCE_BYTES] = {0xa1};

/* A connection from 127.0.0.host; -1 when it is refused. */
static int connect_from(struct council *c, uint16_t port, uint8_t host)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        (void)close(fd);
        return -1;
    }
    council_turn(c);
    return fd;
}

static bool is_closed(int fd)
{
    uint8_t data[64];
    ssize_t got;
    do {
        got = recv(fd, data, sizeof(data), MSG_DONTWAIT);
    } while (got > 0);
    return got == 0 || errno != EAGAIN;
}

/* Node 1 is real, seat 3 is played by hand. */
static struct council *stage(void)
{
    struct council *c = council_new(4, "127.0.0.1");
    c->nodes[1].config.handshake_timeout_ms = 20000;
    council_start(c, 1);
    return c;
}

static bool comes_in(struct council *c)
{
    struct raw *r = raw_connect(c, c->nodes[1].port);
    bool in = raw_shake(r, c->nodes[3].key, 1, instance);
    if (in) {
        raw_message(r, "", 0);
        in = WAIT(c, 2, net_is_connected(c->nodes[1].net, 3));
    }
    raw_free(r);
    (void)WAIT(c, 2, !net_is_connected(c->nodes[1].net, 3));
    return in;
}

/* So many addresses that each of them alone keeps to its own limit, and together they would
 * fill all places there are. */
static void test_many_sources(void)
{
    enum { SOURCES = 24, EACH = 8, FLOOD = SOURCES * EACH };
    struct council *c = stage();
    int flood[FLOOD];
    unsigned open = 0, left = 0;
    for (unsigned i = 0; i < FLOOD; i++) {
        flood[i] = connect_from(c, c->nodes[1].port, (uint8_t)(2 + i % SOURCES));
        open += flood[i] >= 0;
    }
    council_run(c, 0.2);
    is(open, FLOOD, "connections from 24 addresses");
    for (unsigned i = 0; i < FLOOD; i++) {
        left += !is_closed(flood[i]);
    }
    is(left, 8 * 4 + 64, "as many are held as there are places");
    bool fair = true;
    for (unsigned source = 0; source < SOURCES; source++) {
        unsigned own = 0;
        for (unsigned i = source; i < FLOOD; i += SOURCES) {
            own += !is_closed(flood[i]);
        }
        fair = fair && own == left / SOURCES;
    }
    ok(fair, "the same number of each address");
    ok(comes_in(c), "a seat of the council gets in");
    left = 0;
    for (unsigned i = 0; i < FLOOD; i++) {
        left += !is_closed(flood[i]);
        (void)close(flood[i]);
    }
    is(left, 8 * 4 + 64 - 1, "one of the flood made room for it");
    council_free(c);
}

static void test_bad_frames(void)
{
    struct council *c = stage();
    struct net_counts counts;
    unsigned tries = 0;
    for (ev_tstamp until = ev_time() + 1.0; ev_time() < until; tries++) {
        struct raw *r = raw_connect(c, c->nodes[1].port);
        if (raw_shake(r, c->nodes[3].key, 1, instance)) {
            raw_message(r, "", 0);
            raw_message(r, "\0\0\0\0", 4);
            (void)raw_is_closed(r, 2);
        }
        raw_free(r);
    }
    net_counts(c->nodes[1].net, 3, &counts);
    ok(counts.bad_frames >= 2 && counts.bad_frames <= 6,
       "of %u bad frames in a second %llu were let in", tries,
       (unsigned long long)counts.bad_frames);
    ok(WAIT(c, 8, comes_in(c)), "the seat is let in again after a while");
    council_free(c);
}

static void test_corrupting_link(void)
{
    struct council *c = council_new(2, "127.0.0.1");
    struct relay *relay = relay_new(c, c->nodes[2].port);
    char address[32], listen[32];
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", relay->port);
    memcpy(listen, c->nodes[2].address, sizeof(listen));
    c->nodes[2].config.listen = listen;
    c->seats[1].address = address;
    struct net_seat other[2] = {c->seats[0], c->seats[1]};
    other[0].address = "127.0.0.1:1"; /* seat 2 must not come to seat 1 by itself */
    c->nodes[2].config.others = other;
    relay->tamper_to = 17 + 2 + NOISE_HANDSHAKE_1_BYTES + INSTANCE_BYTES + 2 +
                       NOISE_TAG_BYTES + 30; /* in the first frame */
    council_start_all(c);
    unsigned broken = 0;
    for (unsigned i = 1; i <= 5; i++) {
        bool up = WAIT(c, 12, council_is_meshed(c));
        node_send(&c->nodes[1], 2, i, 100);
        broken += up && WAIT(c, 2, c->nodes[2].disconnected[1] == i);
    }
    is(broken, 5, "a link corrupts one frame after the other");
    is((int64_t)c->nodes[2].frames, 0, "none of them arrives");
    relay->tamper_to = -1;
    relay_cut(relay);
    ok(WAIT(c, 15, council_is_meshed(c)), "the honest seats come together again");
    node_send(&c->nodes[1], 2, 9, 100);
    ok(WAIT(c, 2, c->nodes[2].frames > 0), "and talk");
    relay_free(relay);
    council_free(c);
}

int main(void)
{
    if (log_open("/dev/null", LOG_LEVEL_ERROR, NULL) < 0) {
        printf("Bail out! no log\n");
        return 1;
    }
    test_many_sources();
    test_bad_frames();
    test_corrupting_link();
    log_close();
    return tap_done();
}
