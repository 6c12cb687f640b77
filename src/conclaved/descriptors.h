/* SPDX-License-Identifier: ISC */
/*
 * How the descriptors that the process may have are shared out: first what the node needs
 * for itself and the channels to the other seats, then connections that strangers have
 * begun, and the clients of the control socket. The sum of all bounds stays within the
 * limit, so nobody outside can have the council run out of them.
 */
#ifndef CONCLAVE_CONCLAVED_DESCRIPTORS_H
#define CONCLAVE_CONCLAVED_DESCRIPTORS_H

#include "base/error.h"

#include <stdint.h>

enum { DESCRIPTORS_CLIENTS = 64, DESCRIPTORS_CLIENTS_MIN = 8 };

struct descriptors {
    uint64_t limit;     /* of the process; UINT64_MAX: none */
    uint64_t needed;    /* for as much as there can be use for */
    unsigned clients;   /* places on the control socket */
    unsigned strangers; /* connections without a finished handshake */
};

/* Shares out so many among a council of so many seats. 0, or CONCLAVE_ELIMIT: the council's
 * own traffic needs more. Pure. */
int descriptors_share(uint64_t limit, uint16_t seats, struct descriptors *out,
                      struct complaint *why);
/* Before anything else is opened, which would say in its own words what is wrong: whether
 * there are enough to get as far as to the next. Raises the soft limit as that does. 0, or
 * CONCLAVE_ELIMIT. */
int descriptors_begin(struct complaint *why);
/* Raises the soft limit of the process, where the hard one lets it, to what is needed, and
 * shares it out; a share that is short is told in the log, with the cure. */
int descriptors_reserve(uint16_t seats, struct descriptors *out, struct complaint *why);

#endif
