/* SPDX-License-Identifier: ISC */
/* A node at the other end of a socket, as a process of its own: it answers what a first
 * screen needs, and is as unpleasant as is asked for. */
#ifndef CONCLAVE_TESTS_UI_FAKE_NODE_H
#define CONCLAVE_TESTS_UI_FAKE_NODE_H

#include <sys/types.h>

enum fake_manner {
    FAKE_QUIET,
    FAKE_FLOOD,   /* events as fast as they are taken */
    FAKE_GARBAGE, /* bytes that are no protocol, and hangs up */
};

/* Listens before it returns. */
pid_t fake_node_start(const char *path, enum fake_manner manner);
void fake_node_stop(pid_t *node);

#endif
