/* SPDX-License-Identifier: ISC */
/* The listening socket of the server: where it lies, who may open it, who came in. */
#ifndef CONCLAVE_CONTROL_LISTEN_H
#define CONCLAVE_CONTROL_LISTEN_H

#include "control/server.h"

/* Binds path with mode 0660 and the group, non-blocking. A stale socket is replaced; a live
 * one, or a file that is no socket, is left alone and complained of. The descriptor, or an
 * error. */
int control_listen(const char *path, gid_t group, struct complaint *why);

/* The group that may read: the one named, or the process's own. */
int control_read_group(const char *name, gid_t *out, struct complaint *why);

struct control_peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
};
/* Its own group and the supplementary ones. */
struct control_groups {
    gid_t *list; /* of the callee; the caller frees */
    size_t count;
};
/* From the kernel (SO_PEERCRED, SO_PEERGROUPS), as they were when it connected. 0 or
 * CONCLAVE_EIO. */
int control_peer_of(int fd, struct control_peer *peer, struct control_groups *groups);

/* A set of roles: bit 1 << role. own is the uid of the daemon, read_group may read. */
unsigned control_roles_of(const struct control_peer *peer,
                          const struct control_groups *groups, uid_t own, gid_t read_group,
                          const struct control_server_config *c);
/* Whether the set allows what needs the role least. */
bool control_roles_allow(unsigned roles, enum control_role least);

#endif
