/* SPDX-License-Identifier: ISC */
/*
 * Someone in the middle: accepts on a port of its own and passes bytes to another port of
 * this host, or holds them back, changes one of them, or sends them back where they came
 * from.
 */
#ifndef CONCLAVE_TESTS_NET_RELAY_H
#define CONCLAVE_TESTS_NET_RELAY_H

#include "fixture.h"

struct relay {
    struct council *council;
    uint16_t port;   /* its own */
    uint16_t target; /* 0: an echo */
    bool hold;       /* bytes wait until relay_release */
    bool deaf;       /* new connections are closed at once */
    long tamper_to;  /* offset of the byte to change on the way to the target; -1 none */
    long tamper_back;
    unsigned accepted;
    unsigned open; /* pairs */
    int fd;
    ev_io io;
    struct pair *pairs;
};

struct relay *relay_new(struct council *c, uint16_t target);
void relay_free(struct relay *r);
void relay_release(struct relay *r);
/* Closes what is open. */
void relay_cut(struct relay *r);

#endif
