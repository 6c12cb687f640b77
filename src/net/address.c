/* SPDX-License-Identifier: ISC */
#include "net/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char form[] = "write host:port, or [address]:port for IPv6";

static bool port_parse(const char *text, uint16_t *out)
{
    size_t length = strlen(text);
    if (length == 0 || length > 5 || strspn(text, "0123456789") != length) {
        return false;
    }
    unsigned long port = strtoul(text, NULL, 10);
    *out = (uint16_t)port;
    return port >= 1 && port <= UINT16_MAX;
}

static bool host_is_sound(const char *host)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    return strcmp(host, "*") == 0 || strspn(host, allowed) == strlen(host);
}

int address_parse(const char *text, struct address *out, struct complaint *why)
{
    bool bracketed = text[0] == '[';
    const char *host = bracketed ? text + 1 : text;
    const char *end = bracketed ? strstr(text, "]:") : strchr(text, ':');
    if (end == NULL) {
        return complain(why, CONCLAVE_EFORMAT, "address \"%.256s\" has no port: %s", text,
                        form);
    }
    size_t length = (size_t)(end - host);
    if (length == 0 || length >= sizeof(out->host)) {
        return complain(why, CONCLAVE_EFORMAT, "address \"%.256s\" has %s: %s", text,
                        length == 0 ? "no host" : "too long a host name", form);
    }
    memcpy(out->host, host, length);
    out->host[length] = '\0';
    if (!port_parse(end + (bracketed ? 2 : 1), &out->port)) {
        return complain(why, CONCLAVE_EFORMAT,
                        "address \"%.256s\" has no port from 1 to 65535: %s", text, form);
    }
    struct in6_addr v6;
    if (bracketed ? inet_pton(AF_INET6, out->host, &v6) != 1 : !host_is_sound(out->host)) {
        return complain(why, CONCLAVE_EFORMAT, "address \"%.256s\" has a malformed %s: %s",
                        text, bracketed ? "IPv6 address" : "host name", form);
    }
    return 0;
}

bool address_is_numeric(const struct address *a, struct endpoint *out)
{
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, a->host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(a->port);
        out->size = sizeof(out->v4);
        return true;
    }
    if (inet_pton(AF_INET6, a->host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(a->port);
        out->size = sizeof(out->v6);
        return true;
    }
    return false;
}

bool endpoint_set(struct endpoint *e, const struct sockaddr *from)
{
    memset(e, 0, sizeof(*e));
    if (from->sa_family == AF_INET) {
        e->size = sizeof(e->v4);
    } else if (from->sa_family == AF_INET6) {
        e->size = sizeof(e->v6);
    } else {
        return false;
    }
    memcpy(&e->any, from, e->size);
    return true;
}

void endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT_BYTES])
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (e->any.sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &e->v6.sin6_addr, host, sizeof(host));
        (void)snprintf(out, ENDPOINT_TEXT_BYTES, "[%s]:%u", host, ntohs(e->v6.sin6_port));
    } else {
        (void)inet_ntop(AF_INET, &e->v4.sin_addr, host, sizeof(host));
        (void)snprintf(out, ENDPOINT_TEXT_BYTES, "%s:%u", host, ntohs(e->v4.sin_port));
    }
}

void endpoint_source(const struct endpoint *e, uint8_t out[ENDPOINT_SOURCE_BYTES])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    memset(out, 0, ENDPOINT_SOURCE_BYTES);
    if (e->any.sa_family == AF_INET) {
        memcpy(out, mapped, sizeof(mapped));
        memcpy(out + sizeof(mapped), &e->v4.sin_addr, 4);
    } else if (IN6_IS_ADDR_V4MAPPED(&e->v6.sin6_addr)) {
        memcpy(out, &e->v6.sin6_addr, ENDPOINT_SOURCE_BYTES);
    } else {
        memcpy(out, &e->v6.sin6_addr, 8);
    }
}
