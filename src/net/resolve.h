/* SPDX-License-Identifier: ISC */
/*
 * Host names to addresses, IPv4 and IPv6, by c-ares in the libev loop: never blocks.
 */
#ifndef CONCLAVE_NET_RESOLVE_H
#define CONCLAVE_NET_RESOLVE_H

#include "net/address.h"

#include <ev.h>
#include <stddef.h>

enum { RESOLVE_ENDPOINTS_MAX = 16 }; /* of a name with more, the first ones */

struct resolver;
struct resolve_query;

/* Exactly one call ends a query that was not cancelled. count 0 comes with the trouble in
 * words. The endpoints are the callee's to copy. Must not free the resolver. */
typedef void resolve_done(void *context, const struct endpoint *endpoints, size_t count,
                          const char *trouble);

/* NULL with a complaint when the system's resolver configuration cannot be used. */
struct resolver *resolver_new(struct ev_loop *loop, struct complaint *why);
/* Ends every query without a call. NULL is allowed. */
void resolver_free(struct resolver *r);

/* *out is set before done is called, which may be at once. */
void resolve_start(struct resolver *r, const struct address *a, resolve_done *done,
                   void *context, struct resolve_query **out);
/* done will not be called. */
void resolve_cancel(struct resolve_query *q);

#endif
