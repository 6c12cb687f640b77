/* SPDX-License-Identifier: ISC */
/*
 * What the files of the net share: its seats, its connections, its scratch space.
 */
#ifndef CONCLAVE_NET_INSIDE_H
#define CONCLAVE_NET_INSIDE_H

#include "base/bucket.h"
#include "net/connection.h"
#include "net/dial.h"
#include "net/listener.h"
#include "net/refusal.h"
#include "net/report.h"

enum {
    HALF_OPEN_PER_SOURCE = 4,
    MESSAGE_LENGTH_BYTES = 2,       /* before each Noise message */
    READ_TURN_BYTES = 128 * 1024,   /* per peer and turn of the loop */
    READ_TURN_MS = 5,               /* the same, of work: what is short to send may be long
                                       to answer or to check */
    WRITE_BATCH_BYTES = 128 * 1024, /* encrypted at once */
    WRITE_TURN_BYTES = 1024 * 1024, /* per peer and turn of the loop */
    IN_SCRATCH_BYTES = MESSAGE_LENGTH_BYTES + NOISE_MESSAGE_MAX + READ_TURN_BYTES,
};

struct peer {
    struct net *net;
    uint16_t seat;
    uint8_t channel_key[PUBLIC_KEY_BYTES];
    struct dial dial;
    struct connection *up;
    bool announced; /* the handler believes that it is connected */
    bool dirty;     /* has frames that net_flush has not seen */
    enum net_down_reason reason;
    struct bucket bytes, operations; /* kept over reconnections */
    struct net_counts counts;
    uint64_t refused_since_ms;
    struct refusals refusals; /* that were reported */
    unsigned offences;        /* bad frames in a row, each on a connection of its own */
    uint64_t barred_until_ms; /* monotonic: what it opens before is closed */
    uint64_t down_ms;         /* monotonic: when it was lost last; 0: never */
};

struct net {
    struct ev_loop *loop;
    struct net_config config;
    struct net_handler handler;
    uint8_t prologue[64];
    size_t prologue_size;
    struct peer *peers; /* [seat - 1]; the own seat's is unused */
    struct listener *listener;
    struct resolver *resolver; /* NULL while no address is a name */
    struct connection *connections, *last;
    struct connection *closed; /* to be freed by the chores */
    ev_timer chores;           /* fed, never started: runs once after what happened */
    uint16_t dirty[SEATS_MAX];
    unsigned dirty_count;
    unsigned connected;
    uint64_t strangers;
    uint64_t jitter; /* state of the generator; nothing secret hangs on it */
    uint8_t in[IN_SCRATCH_BYTES];
    uint8_t gathered[NOISE_PAYLOAD_MAX];
    struct buffer plain;
    struct buffer cipher;
};

struct peer *net_peer(struct net *n, uint16_t seat);
/* The seat with that X25519 key; 0 for a stranger. */
uint16_t net_find(const struct net *n, const uint8_t key[PUBLIC_KEY_BYTES]);
/* Asks for the chores of the turn: notices to the handler, memory, parked connections. */
void net_feed_chores(struct net *n);

/* A random number of seconds from low to high. */
double net_jitter(struct net *n, double low, double high);

/* What becomes of a connection whose other end has shown who it is. */
enum verdict {
    VERDICT_TAKE,
    VERDICT_HOLD,   /* our own attempt, which would survive, is under way */
    VERDICT_DROP,   /* the one that is up survives, or its seat has to wait */
    VERDICT_REFUSE, /* another instance of that seat is up */
};
enum verdict net_judge(const struct net *n, const struct connection *c);
/* c is UP from now on: closes what it supersedes and tells the handler. */
void net_take(struct net *n, struct connection *c);
/* c, which belonged to a seat, has been closed. */
void net_lost(struct net *n, struct connection *c, enum net_down_reason reason);

#endif
