/* SPDX-License-Identifier: ISC */
/*
 * What a peer does on the wire: too much of it, rubbish, signatures that do not verify,
 * connections that come and go. Pure: counters that only grow are given with every look.
 */
#ifndef CONCLAVE_WATCH_TRAFFIC_H
#define CONCLAVE_WATCH_TRAFFIC_H

#include "watch/judge.h"
#include "watch/recent.h"

/* Thresholds; 0: never. */
struct traffic_rules {
    unsigned flood_seconds; /* of the last ten slots, in which the peer was held back */
    unsigned bad_frames;    /* in ten minutes, as are the next */
    unsigned bad_signatures;
    unsigned reconnects;
    uint64_t together_ms; /* connections lost within as long are one event; dead_peer_ms */
    uint64_t slot_ms;     /* a second, or the time between two looks where that is more */
};
/* What conclaved.conf(5) has where it is silent. */
#define TRAFFIC_RULES_DEFAULT                                                              \
    {                                                                                      \
        5, 3, 1, 6, 10000, 1000                                                            \
    }

/* Of a peer, since this node's start. */
struct traffic_counts {
    uint64_t held_back;  /* by the buckets for bytes and operations */
    uint64_t overflows;  /* connections dropped because it did not read */
    uint64_t bad_frames; /* connections closed for one, without bad_signatures */
    uint64_t bad_signatures;
    uint64_t lost; /* connections that ended of themselves: closed, or timed out */
};

struct traffic_facts {
    uint64_t now_ms;                     /* monotonic */
    uint16_t seat, seats;                /* seat: this one, whose counts do not matter */
    struct traffic_counts of[SEATS_MAX]; /* of[seat - 1] */
};

struct traffic_seat {
    struct traffic_counts seen;
    struct recent flood; /* of slot_ms; the others of minutes */
    struct recent frames, signatures, losses;
    uint64_t flood_ms;   /* the last time that it was held back */
    uint64_t pending;    /* connections that it lost */
    uint64_t pending_ms; /* the first of them */
};

/* All zero at first. */
struct traffic {
    uint64_t started_ms; /* the first look */
    uint64_t own_ms; /* when more seats than may be faulty were lost together; 0: never */
    struct traffic_seat of[SEATS_MAX];
};

enum { TRAFFIC_MINUTE_MS = 60000, TRAFFIC_QUIET_MS = 60000 };

/* With every beat of this node. */
void traffic_look(struct traffic *t, const struct traffic_rules *rules,
                  const struct traffic_facts *f, const struct judge *j);

#endif
