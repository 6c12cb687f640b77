/* SPDX-License-Identifier: ISC */
/*
 * A council of nets in one process and one loop, over real sockets on loopback, and a raw
 * client that speaks the channel by hand, so that it can also speak it wrongly.
 */
#ifndef CONCLAVE_TESTS_NET_FIXTURE_H
#define CONCLAVE_TESTS_NET_FIXTURE_H

#include "crypto/noise.h"
#include "net/net.h"

enum { NODES_MAX = 33 };

struct node {
    struct council *council;
    struct net *net; /* NULL while stopped */
    uint16_t seat;
    uint16_t port;
    char address[32];
    struct secret_key *key;
    struct net_config config; /* what council_start uses; adjust before it */
    unsigned connected[NODES_MAX + 1];
    unsigned disconnected[NODES_MAX + 1];
    enum net_down_reason reason[NODES_MAX + 1];
    bool gone[NODES_MAX + 1];                        /* as last told */
    unsigned told_gone[NODES_MAX + 1];               /* how often */
    uint8_t instance[NODES_MAX + 1][INSTANCE_BYTES]; /* of the peers */
    uint64_t frames;
    uint64_t bytes;
    struct bytes *last;
    bool reject;        /* answers each frame with net_reject */
    struct bytes *echo; /* sent back for each frame, when not NULL */
};

struct council {
    struct ev_loop *loop;
    ev_timer tick; /* so that a wait ends in time */
    unsigned n;
    struct hash id;
    struct net_seat seats[NODES_MAX];
    struct node nodes[NODES_MAX + 1]; /* [seat] */
};

/* host is 127.0.0.1, [::1] or localhost; nothing is started. */
struct council *council_new(unsigned n, const char *host);
void council_free(struct council *c);
/* Each start draws a new instance. */
void council_start(struct council *c, uint16_t seat);
void council_start_all(struct council *c);
void council_stop(struct council *c, uint16_t seat);
bool council_is_meshed(const struct council *c);
void council_turn(struct council *c);
void council_run(struct council *c, double seconds);

/* Runs the loop until the condition holds, at most so long; its last value. */
#define WAIT(c, seconds, condition)                                                        \
    __extension__({                                                                        \
        ev_tstamp wait_until = ev_time() + (seconds);                                      \
        while (!(condition) && ev_time() < wait_until) {                                   \
            council_turn(c);                                                               \
        }                                                                                  \
        (condition);                                                                       \
    })

/* A frame that begins with its number and is filled with a pattern. */
struct bytes *frame_new(uint32_t number, size_t size);
bool frame_is(const struct bytes *frame, uint32_t number, size_t size);
void node_send(struct node *node, uint16_t to, uint32_t number, size_t size);

/* --- the raw client --- */

struct raw {
    struct council *council;
    int fd;
    struct noise *noise;
    struct buffer in;
    bool closed;
};

struct hello {
    const char *magic;
    uint8_t version;
    struct hash council;
};

uint16_t free_port(void);
struct raw *raw_connect(struct council *c, uint16_t port);
void raw_free(struct raw *r);
void raw_put(struct raw *r, const void *data, size_t size);
/* Runs the loop while waiting. False when the other side closed or kept silent. */
bool raw_get(struct raw *r, size_t size, double seconds);
bool raw_is_closed(struct raw *r, double seconds);
struct hello hello_right(const struct council *c);
void raw_put_hello(struct raw *r, struct hello h);
/* The first message, with its length, as seat's key would write it to `to`. */
void raw_first(struct raw *r, const struct secret_key *key, uint16_t to,
               const uint8_t instance[INSTANCE_BYTES], struct buffer *out);
/* The whole handshake but the confirmation; false where it was refused. */
bool raw_shake(struct raw *r, const struct secret_key *key, uint16_t to,
               const uint8_t instance[INSTANCE_BYTES]);
/* One transport message. */
void raw_message(struct raw *r, const void *data, size_t size);

#endif
