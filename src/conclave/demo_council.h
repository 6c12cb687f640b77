/* SPDX-License-Identifier: ISC */
/* A council of which every seat lives on this machine: its files and its processes. */
#ifndef CONCLAVE_CONCLAVE_DEMO_COUNCIL_H
#define CONCLAVE_CONCLAVE_DEMO_COUNCIL_H

#include "conclave/children.h"
#include "conclave/demo_data.h"
#include "conclave/demo_models.h"

#include "charter/charter.h"
#include "control/client.h"

struct demo_council {
    char *dir; /* holds charter.json and a folder for each seat */
    struct charter *charter;
    struct children children;
    struct control_client *clients[SEATS_MAX]; /* of each seat's node, or NULL */
};

/*
 * Keys, charter and a folder for each seat of the data, in dir, which exists and is empty.
 * The caller frees with demo_council_free, also after an error.
 */
int demo_council_make(struct demo_council *c, const char *dir, const struct demo_data *d,
                      struct complaint *why);
/* The path of a file of a seat: "control.sock". The caller frees. */
char *demo_seat_path(const struct demo_council *c, unsigned seat, const char *name);

int demo_council_start_nodes(struct demo_council *c, struct complaint *why);
int demo_council_start_agents(struct demo_council *c, const struct demo_data *d,
                              const struct demo_models *m, struct complaint *why);
/* How many of the nodes are connected to all others by now. Opens the clients of those that
 * answer. */
unsigned demo_council_connected(struct demo_council *c);

/* Stops what was started; the files stay. */
void demo_council_stop(struct demo_council *c);
void demo_council_free(struct demo_council *c);

#endif
