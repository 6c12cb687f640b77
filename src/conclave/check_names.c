/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/findings.h"

#include "control/client.h"
#include "net/address.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GROUPS_MAX = 1024 };

/* --- addresses --- */

/* What the address means here; NULL after saying why not. passive: to listen on it. */
static struct addrinfo *resolve(const char *text, bool passive, struct complaint *why)
{
    struct address address;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = passive ? AI_PASSIVE : 0},
                    *list = NULL;
    char port[8];
    if (address_parse(text, &address, why) != 0) {
        return NULL;
    }
    bool any = strcmp(address.host, "*") == 0;
    (void)snprintf(port, sizeof(port), "%u", (unsigned)address.port);
    int error = getaddrinfo(any ? NULL : address.host, port, &hints, &list);
    if (error != 0) {
        (void)complain(why, CONCLAVE_ENOENT,
                       "%s cannot be resolved: %s: correct the name, or the name server's "
                       "entry",
                       text, error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
        return NULL;
    }
    return list;
}

/* 0, or the errno of binding to it. */
static int try_bind(const struct addrinfo *a)
{
    int one = 1;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (a->ai_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    }
    int error = bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 1) == 0 ? 0 : errno;
    (void)close(fd);
    return error;
}

static bool node_runs(const struct config *c)
{
    struct control_client *client = NULL;
    bool runs = control_connect(c->socket, &client, NULL) == 0;
    control_disconnect(client);
    return runs;
}

static void check_listen(struct findings *f, const struct config *c, const char *text)
{
    struct complaint why = {""};
    struct addrinfo *list = resolve(text, true, &why);
    if (list == NULL) {
        findings_fail(f, "listen", "%s", why.text);
        return;
    }
    int error = try_bind(list);
    freeaddrinfo(list);
    if (error == 0) {
        findings_good(f, "listen", "%s", text);
    } else if (error == EADDRINUSE && node_runs(c)) {
        findings_good(f, "listen", "%s, where the node is listening", text);
    } else if (error == EADDRINUSE) {
        findings_fail(f, "listen",
                      "%s: the port is in use by another program: see ss -ltnp, and stop "
                      "that one, or set listen to another port and have the charter agree",
                      text);
    } else if (error == EADDRNOTAVAIL) {
        findings_fail(f, "listen",
                      "%s: is no address of this machine: set listen to one that is, or to "
                      "[::]:PORT for all",
                      text);
    } else {
        findings_fail(f, "listen", "%s: cannot listen there: %s", text, strerror(error));
    }
}

static void check_others(struct findings *f, const struct charter *charter, uint16_t seat)
{
    unsigned good = 0;
    for (uint16_t i = 0; i < charter->seat_count; i++) {
        const struct charter_seat *s = &charter->seats[i];
        struct complaint why = {""};
        struct addrinfo *list = i + 1 != seat ? resolve(s->address, false, &why) : NULL;
        if (list != NULL) {
            freeaddrinfo(list);
            good++;
        } else if (i + 1 != seat) {
            findings_warn(f, "address", "seat %u, %s: %s", (unsigned)i + 1, s->name,
                          why.text);
        }
    }
    findings_good(f, "address", "%u other seats' addresses can be resolved", good);
}

/* --- groups and users --- */

static bool is_member(gid_t gid)
{
    gid_t list[GROUPS_MAX];
    int count = getgroups(GROUPS_MAX, list);
    bool member = getegid() == gid || geteuid() == 0;
    for (int i = 0; i < count && !member; i++) {
        member = list[i] == gid;
    }
    return member;
}

static void check_group(struct findings *f, const struct config *c)
{
    if (c->read_group == NULL) {
        return;
    }
    const struct group *group = getgrnam(c->read_group);
    if (group == NULL) {
        findings_fail(f, "read-group", "there is no group \"%s\": make it: groupadd %s",
                      c->read_group, c->read_group);
    } else if (!is_member(group->gr_gid)) {
        findings_fail(f, "read-group",
                      "this user is no member of the group \"%s\": usermod -aG %s USER",
                      c->read_group, c->read_group);
    } else {
        findings_good(f, "read-group", "%s", c->read_group);
    }
}

static void check_users(struct findings *f, const char *what, const uid_t *ids,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (getpwuid(ids[i]) == NULL) {
            findings_warn(f, what,
                          "no user has the number %lu: correct it, or make the user",
                          (unsigned long)ids[i]);
        }
    }
    if (count > 0) {
        findings_good(f, what, "%zu users", count);
    }
}

void check_names(struct findings *f, const struct config *c, const struct charter *charter,
                 uint16_t seat, bool resolve_others)
{
    const char *listen = c->listen;
    if (listen == NULL && charter != NULL && seat != 0) {
        listen = charter->seats[seat - 1].address;
    }
    if (listen != NULL) {
        check_listen(f, c, listen);
    }
    if (charter != NULL && resolve_others) {
        check_others(f, charter, seat);
    }
    check_group(f, c);
    check_users(f, "agents", c->agents, c->agent_count);
    check_users(f, "operators", c->operators, c->operator_count);
}
