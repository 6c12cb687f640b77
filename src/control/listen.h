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
    bool in_group; /* its own group or a supplementary one is the reading group */
};
/* From the kernel (SO_PEERCRED, SO_PEERGROUPS). 0 or CONCLAVE_EIO. */
int control_peer_of(int fd, gid_t read_group, struct control_peer *out);

/* A set of roles: bit 1 << role. own is the uid of the daemon. */
unsigned control_roles_of(const struct control_peer *peer, uid_t own,
                          const struct control_server_config *c);
/* Whether the set allows what needs the role least. */
bool control_roles_allow(unsigned roles, enum control_role least);

#endif
