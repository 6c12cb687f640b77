/* SPDX-License-Identifier: ISC */
/*
 * A node's folder: the charter, conclaved.conf(5) and an empty store. Everything in the
 * configuration is relative to the folder, so that it can be moved as a whole before the
 * node's first start.
 */
#ifndef CONCLAVE_CONCLAVE_SEAT_DIR_H
#define CONCLAVE_CONCLAVE_SEAT_DIR_H

#include "charter/charter.h"

#define SEAT_DIR_CONFIG "conclaved.conf"
#define SEAT_DIR_SOCKET "control.sock"

struct seat_dir {
    const char *dir;     /* made if it is not there; its parent must be */
    const char *charter; /* copied into the folder */
    const char *key;     /* stays where it is */
    const char *socket;  /* NULL: control.sock in the folder */
    const char *listen;  /* NULL: the seat's address in the charter */
    const char *log;     /* NULL: standard error */
};

/*
 * Finds the seat of the key in the charter, and makes the folder for it. Nothing is ever
 * overwritten: CONCLAVE_EEXIST when there is a configuration or a store. CONCLAVE_ESEAT
 * when the key is of no seat. The caller frees *charter.
 */
int seat_dir_make(const struct seat_dir *d, struct charter **charter, uint16_t *seat,
                  struct complaint *why);

#endif
