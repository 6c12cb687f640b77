/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "control/listen.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64, SOCKET_MODE = 0660 };

/* Something lies at the address already: removes it when it is a dead socket. */
static int remove_stale(const struct sockaddr_un *address, struct complaint *why)
{
    const char *path = address->sun_path;
    struct stat st;
    if (lstat(path, &st) != 0) {
        return errno == ENOENT ? 0
                               : complain(why, CONCLAVE_EIO, "cannot look at %s: %s", path,
                                          strerror(errno));
    }
    if (!S_ISSOCK(st.st_mode)) {
        return complain(why, CONCLAVE_EEXIST,
                        "%s is not a socket; move it away or choose another control socket "
                        "in the configuration",
                        path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "cannot make a socket: %s", strerror(errno));
    }
    int error =
        connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : errno;
    (void)close(fd);
    if (error == ECONNREFUSED) {
        return unlink(path) == 0 || errno == ENOENT
                   ? 0
                   : complain(why, CONCLAVE_EIO, "cannot remove the stale socket %s: %s",
                              path, strerror(errno));
    }
    if (error == 0 || error == EAGAIN) {
        return complain(why, CONCLAVE_EEXIST,
                        "another process already listens at %s; stop it, or choose another "
                        "control socket in the configuration",
                        path);
    }
    return complain(why, CONCLAVE_EIO, "cannot tell whether %s is in use: %s", path,
                    strerror(error));
}

static int bind_private(int fd, const struct sockaddr_un *address)
{
    mode_t before = umask(0177);
    int failed = bind(fd, (const struct sockaddr *)address, sizeof(*address));
    int error = errno;
    (void)umask(before);
    errno = error;
    return failed;
}

/* Nobody can connect before listen, which comes after the permissions are right. Whose
 * group it is already need not be allowed to change that, and as a service is not. */
static int open_up(int fd, const char *path, gid_t group, struct complaint *why)
{
    struct stat st;
    bool is_there = stat(path, &st) == 0 && st.st_gid == group;
    if (!is_there && chown(path, (uid_t)-1, group) != 0) {
        return complain(
            why, CONCLAVE_EPERM,
            "cannot give %s to group %u: %s; the daemon's user must be a member "
            "of the group that may read",
            path, (unsigned)group, strerror(errno));
    }
    if (chmod(path, SOCKET_MODE) != 0 || listen(fd, BACKLOG) != 0) {
        return complain(why, CONCLAVE_EIO, "cannot open up %s: %s", path, strerror(errno));
    }
    return 0;
}

int control_listen(const char *path, gid_t group, struct complaint *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        return complain(
            why, CONCLAVE_ELIMIT,
            "the control socket's path has %zu bytes, a Unix socket allows %zu; "
            "choose a shorter one than %s",
            strlen(path), sizeof(address.sun_path) - 1, path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "cannot make a socket: %s", strerror(errno));
    }
    int error = 0;
    if (bind_private(fd, &address) != 0) {
        if (errno == EADDRINUSE) {
            error = remove_stale(&address, why);
        }
        if (error == 0 && bind_private(fd, &address) != 0) {
            error = complain(why, CONCLAVE_EIO,
                             "cannot make the control socket %s: %s; its directory must "
                             "belong to the daemon's user, with mode 0750",
                             path, strerror(errno));
        }
    }
    if (error == 0) {
        error = open_up(fd, path, group, why);
        if (error != 0) {
            (void)unlink(path);
        }
    }
    if (error != 0) {
        (void)close(fd);
        return error;
    }
    return fd;
}

int control_read_group(const char *name, gid_t *out, struct complaint *why)
{
    if (name == NULL) {
        *out = getegid();
        return 0;
    }
    if (people_group_id(name, out) != 0) {
        return complain(why, CONCLAVE_ENOENT,
                        "there is no group %s on this machine; create it with groupadd, or "
                        "name another",
                        name);
    }
    return 0;
}

int control_peer_of(int fd, struct control_peer *peer, struct control_groups *groups)
{
    enum { USUAL = 64 };
    struct ucred credentials;
    socklen_t size = sizeof(credentials);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 ||
        size != sizeof(credentials)) {
        return CONCLAVE_EIO;
    }
    *peer = (struct control_peer){credentials.uid, credentials.gid, credentials.pid};
    /* The first place is for the group of its own. */
    gid_t *list = alloc_zero(USUAL + 1, sizeof(*list));
    size = USUAL * sizeof(*list);
    int failed = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, list + 1, &size);
    if (failed != 0 && errno == ERANGE) {
        /* size now says how much there is; the kernel allows 65536 groups. */
        list = alloc_resize(list, size / sizeof(*list) + 1, sizeof(*list));
        failed = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, list + 1, &size);
    }
    list[0] = credentials.gid;
    *groups = (struct control_groups){list, failed == 0 ? size / sizeof(*list) + 1 : 1};
    return 0;
}

unsigned control_roles_of(const struct control_peer *peer,
                          const struct control_groups *groups, uid_t own, gid_t read_group,
                          const struct control_server_config *c)
{
    const struct people readers = {.groups = &read_group, .group_count = 1};
    unsigned roles = 0;
    if (people_include(&readers, peer->uid, groups->list, groups->count)) {
        roles |= 1U << ROLE_READ;
    }
    if (people_include(&c->agents, peer->uid, groups->list, groups->count)) {
        roles |= 1U << ROLE_READ | 1U << ROLE_AGENT;
    }
    if (people_include(&c->operators, peer->uid, groups->list, groups->count)) {
        roles |= 1U << ROLE_READ | 1U << ROLE_OPERATE;
    }
    /* Root could become the daemon's user anyway. */
    if (peer->uid == own || peer->uid == 0) {
        roles |=
            1U << ROLE_READ | 1U << ROLE_AGENT | 1U << ROLE_OPERATE | 1U << ROLE_ADMINISTER;
    }
    return roles;
}

bool control_roles_allow(unsigned roles, enum control_role least)
{
    return least == ROLE_NONE || (roles & 1U << least) != 0;
}
