/* SPDX-License-Identifier: ISC */
/*
 * Addresses as people write them (host:port, 192.0.2.1:port, [2001:db8::1]:port) and as
 * sockets take them.
 */
#ifndef CONCLAVE_NET_ADDRESS_H
#define CONCLAVE_NET_ADDRESS_H

#include "base/error.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    ADDRESS_HOST_BYTES = 254,   /* the longest name DNS knows, and a zero byte */
    ENDPOINT_TEXT_BYTES = 64,   /* "[" IPv6 "]:" port and a zero byte */
    ENDPOINT_SOURCE_BYTES = 16, /* what counts as one source, see endpoint_source */
};

struct address {
    char host[ADDRESS_HOST_BYTES]; /* without brackets; "*" is every address */
    uint16_t port;
};

struct endpoint {
    socklen_t size;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
};

/* 0, or CONCLAVE_EFORMAT with a complaint that quotes the text and says what it lacks. */
int address_parse(const char *text, struct address *out, struct complaint *why);
/* False when the host is a name, which someone must resolve. */
bool address_is_numeric(const struct address *a, struct endpoint *out);

/* Copies a socket address; false when it is neither IPv4 nor IPv6. */
bool endpoint_set(struct endpoint *e, const struct sockaddr *from);
void endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT_BYTES]);
/* One source is one IPv4 address (mapped ones included) or one IPv6 network of 64 bits,
 * since a single machine commands a whole one. */
void endpoint_source(const struct endpoint *e, uint8_t out[ENDPOINT_SOURCE_BYTES]);

#endif
