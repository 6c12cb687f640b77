/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/findings.h"

#include "base/alloc.h"
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

/* The group of the socket; false: what the configuration names is not there. */
static bool socket_group(const struct config *c, gid_t *out)
{
    *out = getegid();
    return c->read_group == NULL || people_group_id(c->read_group, out) == 0;
}

static void check_group(struct findings *f, const struct config *c)
{
    gid_t group;
    if (c->read_group == NULL) {
        return;
    }
    if (!socket_group(c, &group)) {
        findings_fail(f, "read-group", "there is no group \"%s\": make it: groupadd %s",
                      c->read_group, c->read_group);
    } else if (!is_member(group)) {
        findings_fail(f, "read-group",
                      "this user is no member of the group \"%s\": usermod -aG %s USER",
                      c->read_group, c->read_group);
    } else {
        findings_good(f, "read-group", "%s", c->read_group);
    }
}

/* Whether the socket's permissions let this user open it. */
static bool may_open(const char *name, gid_t own, uid_t uid, gid_t socket)
{
    gid_t list[GROUPS_MAX];
    int count = GROUPS_MAX;
    bool may = uid == 0 || uid == geteuid() || own == socket;
    if (getgrouplist(name, own, list, &count) < 0) {
        return true; /* in more groups than one can tell */
    }
    for (int i = 0; i < count && !may; i++) {
        may = list[i] == socket;
    }
    return may;
}

static void check_user(struct findings *f, const char *what, const struct passwd *user,
                       gid_t socket)
{
    if (!may_open(user->pw_name, user->pw_gid, user->pw_uid, socket)) {
        const struct group *group = getgrgid(socket);
        const char *name = group != NULL ? group->gr_name : "GROUP";
        findings_warn(
            f, what,
            "%s is no member of the socket's group \"%s\", and so cannot open it: "
            "usermod -aG %s %s",
            user->pw_name, name, name, user->pw_name);
    }
}

/* Those who are listed as its members. */
static void check_members(struct findings *f, const char *what, gid_t gid, gid_t socket)
{
    const struct group *group = getgrgid(gid);
    size_t count = 0;
    if (group == NULL) {
        findings_warn(f, what, "no group has the number %lu: correct it, or make the group",
                      (unsigned long)gid);
        return;
    }
    while (group->gr_mem[count] != NULL) {
        count++;
    }
    /* The next look-up of a group is in the place of this one. */
    char **names = alloc_zero(count, sizeof(*names));
    for (size_t i = 0; i < count; i++) {
        names[i] = alloc_string(group->gr_mem[i]);
    }
    for (size_t i = 0; i < count; i++) {
        const struct passwd *user = getpwnam(names[i]);
        if (user != NULL) {
            check_user(f, what, user, socket);
        }
        free(names[i]);
    }
    free(names);
}

static void check_people(struct findings *f, const struct config *c, const char *what,
                         const struct people *p)
{
    gid_t socket;
    if (!socket_group(c, &socket)) {
        return; /* which is told already */
    }
    for (size_t i = 0; i < p->user_count; i++) {
        const struct passwd *user = getpwuid(p->users[i]);
        if (user != NULL) {
            check_user(f, what, user, socket);
        } else {
            findings_warn(f, what,
                          "no user has the number %lu: correct it, or make the user",
                          (unsigned long)p->users[i]);
        }
    }
    for (size_t i = 0; i < p->group_count; i++) {
        check_members(f, what, p->groups[i], socket);
    }
    if (p->group_count > 0) {
        findings_good(f, what, "%zu users, %zu groups", p->user_count, p->group_count);
    } else if (p->user_count > 0) {
        findings_good(f, what, "%zu users", p->user_count);
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
    check_people(f, c, "agents", &c->agents);
    check_people(f, c, "operators", &c->operators);
}
