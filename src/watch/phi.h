/* SPDX-License-Identifier: ISC */
/*
 * When is a peer to be taken for dead: the phi accrual failure detector of Hayashibara,
 * Defago, Yared and Katayama (SRDS 2004). Phi is how unlikely its silence is by the history
 * of its own heartbeats: -log10 of the probability that the next comes even later, with a
 * normal distribution; at 3 one suspicion in a thousand is wrong, if the model holds.
 * Pure; times are milliseconds of phi_clock_at.
 */
#ifndef CONCLAVE_WATCH_PHI_H
#define CONCLAVE_WATCH_PHI_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PHI_WINDOW = 128, /* intervals that are remembered */
    PHI_LEAST = 8,    /* so many are needed to judge by */
    PHI_MOST = 100,   /* no phi is above: erfc goes no further */
    PHI_BACK = 2,     /* heartbeats after which a dead peer is alive again */
};

struct phi_rules {
    uint64_t interval_ms; /* between this node's own heartbeats */
    uint64_t pause_ms;    /* how late a heartbeat may be before its lateness counts */
    uint64_t dead_ms;     /* a silence as long is death whatever phi says */
    double suspect, down; /* phi from which a peer is suspected, or down */
};
/* What conclaved.conf(5) has where it is silent, by the table of conclave-watching(7). */
#define PHI_RULES_DEFAULT                                                                  \
    {                                                                                      \
        1000, 3000, 10000, 3, 12                                                           \
    }

/*
 * The node's own clock without the time in which it did nothing: stopped, suspended, or
 * busy with something else. That is no peer's fault. All zero at first.
 */
struct phi_clock {
    uint64_t seen_ms;  /* monotonic, the last call; 0: none */
    uint64_t blind_ms; /* all that was left out */
};
/* To be called at least once in an interval, and with all that comes. */
uint64_t phi_clock_at(struct phi_clock *c, const struct phi_rules *rules,
                      uint64_t monotonic_ms);

/* The same without noting that it was looked at. */
uint64_t phi_clock_peek(const struct phi_clock *c, const struct phi_rules *rules,
                        uint64_t monotonic_ms);

enum phi_state { PHI_UNKNOWN, PHI_ALIVE, PHI_SUSPECTED, PHI_DOWN };
const char *phi_state_name(enum phi_state s); /* "alive", ...; "unknown" */

struct phi {
    uint32_t gaps[PHI_WINDOW]; /* a ring */
    uint32_t count, next;
    uint64_t sum, squares; /* of them */
    uint64_t sampled_ms;   /* the heartbeat with which the last one ended, */
    uint64_t blind_ms;     /* and the clock's of then */
    bool has_sample;
    bool heard;       /* anything: */
    uint64_t life_ms; /* the last, or the beginning */
    unsigned back;    /* heartbeats since it was down, to PHI_BACK */
    enum phi_state state;
};

void phi_init(struct phi *p, uint64_t now_ms);
/* Anything came of it. */
void phi_heard(struct phi *p, uint64_t now_ms);
/*
 * A heartbeat came. What comes sooner than half of this node's own interval after the last
 * that was taken shows life, and is no interval: neither a flood nor a clump changes what
 * is expected. Nor does what took the time of a death, or lasted while this node was blind.
 */
void phi_beat(struct phi *p, const struct phi_rules *rules, const struct phi_clock *c,
              uint64_t now_ms);
/* Another process is there: what the one before it did says nothing. */
void phi_restart(struct phi *p);

/* 0..PHI_MOST; negative: there is no history to tell by. */
double phi_value(const struct phi *p, const struct phi_rules *rules, uint64_t now_ms);
/* How long nothing came. */
uint64_t phi_silence(const struct phi *p, uint64_t now_ms);
/* Looks, now and then; the state has changed by that. It is suspected until phi is below
 * half of what it takes, and down until PHI_BACK heartbeats came. */
enum phi_state phi_judge(struct phi *p, const struct phi_rules *rules, uint64_t now_ms);

#endif
