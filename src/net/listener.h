/* SPDX-License-Identifier: ISC */
/*
 * The sockets on which other nodes arrive.
 */
#ifndef CONCLAVE_NET_LISTENER_H
#define CONCLAVE_NET_LISTENER_H

#include "base/error.h"

struct net;
struct listener;

/* Binds every address that text names. NULL with a complaint that names it. */
struct listener *listener_new(struct net *n, const char *text, int *error,
                              struct complaint *why);
void listener_free(struct listener *l);
/* Begins parked connections whose sources have room for a handshake again. */
void listener_unpark(struct net *n);

#endif
