/* SPDX-License-Identifier: ISC */
/*
 * A node made by hand: the real charter, council, ledger and ordering core after a short
 * history, without network and without agents. What it was told to propose and to answer
 * is kept for the test to look at.
 *
 * The council has 4 seats; this is seat 1. Proposals: "first" (approved 3 to 1, record 0),
 * "second" (rejected, record 1), "third" (open, ballots of seats 1 and 2 are there).
 */
#ifndef CONCLAVE_TESTS_CONCLAVED_HAND_NODE_H
#define CONCLAVE_TESTS_CONCLAVED_HAND_NODE_H

#include "conclaved/node.h"

enum { HAND_HEIGHT = 9, HAND_PROPOSALS = 3 };

struct hand_node {
    struct node node;
    char *dir;
    struct secret_key *key; /* not the one of the charter */
    struct council_rules rules;
    struct hash ids[HAND_PROPOSALS];
};

/* What the stubs of the network and the node say and were told; one node at a time. */
struct hand_world {
    bool connected[SEATS_MAX];
    int error; /* of the next replica_propose, node_load, replica_answer or agents_attach */
    unsigned proposed, answered, attached, failed;
    char title[256], text[256], evidence[256];
    uint32_t class_index;
    size_t nonce_size, payload_size;
    uint32_t loaded; /* operations, by node_load */
    size_t load_size;
    struct ballot ballot;
    char rationale[256];
    struct hash answered_to;
    struct hash ids[HAND_PROPOSALS]; /* of the titles first, second, third */
};
extern struct hand_world hand_world;

/* charter is the path of a charter of 4 seats whose class 0 has a threshold of 3. */
void hand_node_make(struct hand_node *h, const char *charter);
/* With so many more decisions between the second and the third proposal. */
void hand_node_make_long(struct hand_node *h, const char *charter, unsigned more);
void hand_node_free(struct hand_node *h);

#endif
