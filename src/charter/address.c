/* SPDX-License-Identifier: ISC */
#include "charter/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *check_port(const char *port)
{
    size_t digits = strspn(port, "0123456789");
    if (digits == 0 || digits > 5 || port[digits] != '\0' || port[0] == '0') {
        return "the port must be a number from 1 to 65535";
    }
    unsigned long value = 0;
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (unsigned long)(port[i] - '0');
    }
    return value <= 65535 ? NULL : "the port must be a number from 1 to 65535";
}

/* RFC 1123, with the underscore that container networks use. */
static const char *check_name(const char *host)
{
    size_t label = 0;
    bool numeric = true; /* the last label */
    for (size_t i = 0;; i++) {
        char c = host[i];
        if (c == '.' || c == '\0') {
            if (label == 0 || label > 63 || host[i - 1] == '-' || host[i - label] == '-') {
                return "every part of the host name must have 1 to 63 characters and no "
                       "'-' "
                       "at its ends";
            }
            if (c == '\0') {
                break;
            }
            label = 0;
            numeric = true;
            continue;
        }
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_') {
            return "the host must be a name, an IPv4 address, or an IPv6 address in [ ]";
        }
        label++;
        numeric = numeric && is_digit(c);
    }
    struct in_addr v4;
    if (numeric && inet_pton(AF_INET, host, &v4) != 1) {
        return "the host is not a complete IPv4 address";
    }
    return NULL;
}

const char *address_normal(const char *address, char out[ADDRESS_MAX + 1])
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || strlen(address) > ADDRESS_MAX) {
        return "must be host:port or [IPv6]:port";
    }
    const char *fault = check_port(colon + 1);
    if (fault != NULL) {
        return fault;
    }
    size_t length = (size_t)(colon - address);
    char host[254];
    if (length == 0 || length >= sizeof(host)) {
        return "the host must have 1 to 253 characters";
    }
    memcpy(host, address, length);
    host[length] = '\0';
    if (host[0] == '[') {
        struct in6_addr v6;
        char text[INET6_ADDRSTRLEN];
        bool closed = host[length - 1] == ']';
        host[length - 1] = '\0';
        if (!closed || inet_pton(AF_INET6, host + 1, &v6) != 1) {
            return "what stands in [ ] must be an IPv6 address without a zone";
        }
        (void)inet_ntop(AF_INET6, &v6, text, sizeof(text));
        (void)snprintf(out, ADDRESS_MAX + 1, "[%s]%s", text, colon);
        return NULL;
    }
    fault = check_name(host);
    if (fault != NULL) {
        return fault;
    }
    for (size_t i = 0; i < length; i++) {
        host[i] = (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] - 'A' + 'a' : host[i]);
    }
    (void)snprintf(out, ADDRESS_MAX + 1, "%s%s", host, colon);
    return NULL;
}
