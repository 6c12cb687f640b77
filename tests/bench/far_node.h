/* SPDX-License-Identifier: ISC */
/* The made-up node (tests/ui/story.h) in a process of its own, so that what it costs is not
 * taken for the console's. */
#ifndef CONCLAVE_TESTS_FAR_NODE_H
#define CONCLAVE_TESTS_FAR_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct far_node {
    pid_t child;
    int orders;
};

enum far_order {
    FAR_BEAT = 'b',   /* a heartbeat slot */
    FAR_DECIDE = 'd', /* a decision of all seats, within the next second, and a beat */
    FAR_HISTORY =
        'h',         /* as many decisions as memory is measured with; answered when read */
    FAR_FLOOD = 'f', /* FAR_FLOOD_PER_S events a second, however they are taken, */
    FAR_DRY = 'y',   /* until now; answered with how many they were */
    FAR_CLIENTS = 'c', /* answered with how many came so far */
};

enum { FAR_DECISIONS = 1024, FAR_FLOOD_PER_S = 10000 };

/* A node of so many seats that listens at path; false when there can be none. */
bool far_node_start(struct far_node *n, const char *path, unsigned seats);
void far_node_end(struct far_node *n);
void far_node_order(const struct far_node *n, enum far_order order);
/* The answer to the last order that has one; false: not yet. */
bool far_node_answer(const struct far_node *n, uint64_t *answer);

#endif
