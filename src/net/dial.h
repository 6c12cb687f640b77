/* SPDX-License-Identifier: ISC */
/*
 * Keeps trying to connect to one seat while it has no connection: resolves its address,
 * tries every endpoint in turn, then waits from 0.1 to 5 seconds, doubling, with jitter.
 * Both seats of a pair dial; the higher one waits a little first, so that they rarely meet.
 */
#ifndef CONCLAVE_NET_DIAL_H
#define CONCLAVE_NET_DIAL_H

#include "net/resolve.h"

struct peer;
struct connection;

struct dial {
    struct peer *peer;
    struct address address;
    ev_timer timer;
    struct resolve_query *query;   /* or NULL */
    struct connection *connection; /* the attempt under way, or NULL */
    struct endpoint *endpoints;
    size_t count, next;
    size_t refusals;    /* attempts of this round where nobody listened */
    bool gone;          /* all of the last round; the handler was told */
    unsigned failures;  /* rounds since the last lasting connection */
    unsigned postponed; /* times it let an inbound handshake go first */
    uint64_t since_ms;  /* monotonic: the first round that failed; 0: none did */
    char trouble[96];   /* of the last attempt; */
    char told[96];      /* what was reported, so that only news is */
};

/* Arms the first attempt. address is parsed already. */
void dial_start(struct dial *d, struct peer *peer, const struct address *address);
/* The attempt d->connection has ended without getting up; refused: nobody listens there. */
void dial_attempt_failed(struct dial *d, const char *trouble, bool refused);
/* The seat is connected: gives up what is under way. */
void dial_stop(struct dial *d);
/* The seat's connection, up for so long, is gone. */
void dial_resume(struct dial *d, uint64_t lasted_ms);
void dial_free(struct dial *d);

#endif
