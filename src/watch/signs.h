/* SPDX-License-Identifier: ISC */
/*
 * What a look at the seats says, now and then: who is silent, who lags, whose clock is off,
 * whose evaluator is down. Pure: all that is known is in the arguments, and whether a flag
 * is up is asked of the book, so that a restart changes nothing. Each sign has a threshold
 * to be raised and a lower one to be cleared.
 */
#ifndef CONCLAVE_WATCH_SIGNS_H
#define CONCLAVE_WATCH_SIGNS_H

#include "watch/judge.h"
#include "watch/phi.h"

/* Of another seat; of this one: heard and beats do not matter, and the offset is the median
 * of the others'. */
struct seat_signs {
    bool connected;
    bool heard;        /* since this node's start, */
    uint64_t heard_ms; /* monotonic, as all times here: the last frame */
    enum phi_state state;
    bool has_beat;    /* a heartbeat came over this connection or an earlier one: */
    uint64_t beat_ms; /* then */
    uint64_t height;
    bool evaluator_down;
    bool has_offset;
    int64_t offset_ms; /* its clock minus this node's */
    uint32_t offset_error_ms;
};

struct signs_facts {
    uint64_t now_ms;
    uint64_t heartbeat_ms, dead_peer_ms;
    uint64_t window; /* blocks */
    uint64_t max_drift_ms;
    uint16_t seat, seats; /* seat: this one */
    bool is_asked;        /* a proposal is open that waits for this seat's ballot */
    struct seat_signs of[SEATS_MAX]; /* of[seat - 1] */
};

/* All zero at first. */
struct signs {
    uint64_t looked_ms; /* 0: never */
    uint64_t awake_ms;  /* since then this node looks without a gap */
    struct {
        uint64_t beat_ms; /* the beat looked at last */
        /* What the others had at the last look, and at the one before it: a beat that came
         * since the last look was sent after the other, so that it owes no more. */
        uint64_t others[2];
        unsigned behind;  /* beats in a row with which it was too far behind, */
        unsigned off;     /* or its clock too far off */
        uint64_t down_ms; /* since then its evaluator is down; 0: it is not */
    } of[SEATS_MAX];
};

/* Beats in a row that a sign has to last. */
enum { SIGNS_BEATS = 3 };

/* Called with every beat of this node. */
void signs_look(struct signs *s, const struct signs_facts *f, const struct judge *j);

#endif
