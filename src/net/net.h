/* SPDX-License-Identifier: ISC */
/*
 * Authenticated, encrypted channels to the other seats over TCP: conclave-protocol(7)
 * section 4. Everything runs in one libev loop and never blocks; names are resolved by
 * c-ares. What arrives here is a frame of a charter seat, not yet decoded.
 */
#ifndef CONCLAVE_NET_NET_H
#define CONCLAVE_NET_NET_H

#include "crypto/key.h"

#include <ev.h>

struct net_seat {
    struct public_key key;
    const char *address; /* host:port, [v6]:port */
};

struct net_config {
    uint8_t protocol; /* the version that the hello names, and that a peer must name */
    struct hash council_id;
    uint16_t seat;
    uint16_t seats;
    const struct net_seat *others; /* others[seat - 1]; copied */
    const struct secret_key *key;  /* borrowed for the life of the net */
    const char *listen;            /* address to bind; NULL: the own seat's address */
    uint8_t instance[INSTANCE_BYTES];
    uint64_t handshake_timeout_ms;
    /* Without any authentic bytes of the peer, while we were reading: it is closed. */
    uint64_t dead_peer_timeout_ms;
    /* Per peer, at least one largest frame; on overflow the connection is dropped. */
    size_t send_queue_bytes;
    uint64_t bytes_per_second; /* token bucket of what a peer may send, burst 4 s */
    uint64_t operations_per_second;
    /* Inbound connections without a finished handshake. 0: eight for each seat and 64. */
    unsigned unfinished_max;
};

/* The defaults: PROTOCOL_VERSION, 5 s, 10 s, 32 MiB, 32 MiB/s, 100,000 operations/s. */
void net_config_defaults(struct net_config *c);

enum net_down_reason {
    NET_DOWN_CLOSED,    /* by the other side, or a network error */
    NET_DOWN_TIMEOUT,   /* dead peer or slow handshake */
    NET_DOWN_OVERFLOW,  /* its send queue was full */
    NET_DOWN_BAD_FRAME, /* a bad tag, an over-long or empty frame, net_reject */
    NET_DOWN_REPLACED,  /* of two connections the other one survives */
    NET_DOWN_LOCAL,     /* net_free */
};
const char *net_down_reason_name(enum net_down_reason reason); /* "closed", ... */

/*
 * Each connected is followed by one disconnected before the next connected of that seat.
 * disconnected comes from the loop, never from inside net_send, net_flush or net_reject;
 * net_is_connected changes at once. What was queued and has not been sent when a connection
 * ends is lost: on connected the node sends again what still matters.
 */
struct net_handler {
    void (*connected)(void *context, uint16_t seat, const uint8_t instance[INSTANCE_BYTES]);
    void (*disconnected)(void *context, uint16_t seat, enum net_down_reason reason);
    /* Of a seat whose connection went down: whether its host refuses every attempt to open
     * another, so that no process listens there. Told, from the loop, when it changes;
     * connected ends it. May be NULL. */
    void (*gone)(void *context, uint16_t seat, bool gone);
    /* content is one whole frame in owner; the callee references owner to keep it. Must
     * not call net_free. */
    void (*frame)(void *context, uint16_t seat, struct bytes *owner, struct slice content);
    void *context;
};

struct net;
/* Binds and begins to connect. 0, or an error with a complaint that names the address. Only
 * the own listen address, when it is a name, is resolved here and may wait. */
int net_start(struct ev_loop *loop, const struct net_config *c, const struct net_handler *h,
              struct net **out, struct complaint *why);
void net_free(struct net *n);

/* Queues one frame of 1..FRAME_MAX bytes; content is shared, not copied, and is encrypted
 * when it is sent. Nothing leaves before net_flush. A seat without a connection, and the
 * own seat, are skipped. */
void net_send(struct net *n, uint16_t seat, struct bytes *content);
void net_broadcast(struct net *n, struct bytes *content);
void net_flush(struct net *n);

bool net_is_connected(const struct net *n, uint16_t seat);
unsigned net_connected_count(const struct net *n);

/* The peer's message was rubbish: closes its connection and counts it. */
void net_reject(struct net *n, uint16_t seat);
/* Takes operations from the peer's bucket; false when it is empty. */
bool net_charge_operations(struct net *n, uint16_t seat, uint32_t operations);

struct net_counts {
    uint64_t bytes_in, bytes_out, frames_in, frames_out;
    uint64_t connects, bad_frames, overflows, throttled;
    uint64_t refused_operations; /* times that net_charge_operations was */
    uint64_t bad_handshakes; /* at its address, or in its name: anybody may cause them */
    size_t queued_bytes;
    uint64_t connected_since_ms; /* monotonic; 0 when it is not */
    /* Monotonic: since when the peer refuses this node, because another instance of our
     * seat is connected to it; 0 when it does not. */
    uint64_t refused_since_ms;
};
void net_counts(const struct net *n, uint16_t seat, struct net_counts *out);
/* Connections closed before a seat was known: strangers, other councils or versions. */
uint64_t net_strangers(const struct net *n);

#endif
