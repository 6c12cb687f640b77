/* SPDX-License-Identifier: ISC */
/* How an operator wants evaluators confined, conclave-agent(1): the same words and paths
 * for the agent and for whoever tries a program as the agent would. */
#ifndef CONCLAVE_AGENT_CONFINEMENT_H
#define CONCLAVE_AGENT_CONFINEMENT_H

#include "agent/confine.h"

enum {
    CONFINEMENT_PATHS_MAX = 32, /* of each kind that are given */
    CONFINEMENT_HIDDEN_MAX = CONFINEMENT_PATHS_MAX + 16
};

enum confine_mode { CONFINE_ON, CONFINE_OFF, CONFINE_REQUIRE };

/* Begins as all zeros; must stay where it is while lists is in use. */
struct confinement {
    enum confine_mode mode;
    /* As given, borrowed; they end with NULL. */
    char *hide[CONFINEMENT_PATHS_MAX + 1], *read[CONFINEMENT_PATHS_MAX + 1],
        *write[CONFINEMENT_PATHS_MAX + 1];
    char *hidden[CONFINEMENT_HIDDEN_MAX + 1]; /* all that is, own texts */
    struct confine_paths lists;
};

/* "on", "off" and "require". */
bool confine_mode_parse(const char *word, enum confine_mode *out);
/* Adds to one of the three lists; false where the path is empty or the list full. */
bool confinement_add(char *list[CONFINEMENT_PATHS_MAX + 1], char *path);

/* 0; CONCLAVE_ESTATE with a complaint where what was asked for cannot be had. *lack says
 * what this kernel cannot keep although it is to be; it is empty where it can. */
int confinement_check(const struct confinement *c, bool no_network, struct complaint *lack,
                      struct complaint *why);

/*
 * The paths for struct run_limits, in c itself; NULL where nothing is confined. Hidden are,
 * besides those that were given: /etc/conclave, /var/lib/conclave, /run/conclave,
 * $XDG_RUNTIME_DIR/conclave, the directory of the node's socket unless others share it, as
 * /tmp (socket may be NULL), and the files also, of which there are eight at most (a list
 * that ends with NULL, or NULL).
 */
const struct confine_paths *confinement_paths(struct confinement *c, const char *socket,
                                              const char *const *also);
void confinement_clear(struct confinement *c);

#endif
