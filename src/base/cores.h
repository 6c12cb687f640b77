/* SPDX-License-Identifier: ISC */
/* How many threads are worth having. */
#ifndef CONCLAVE_BASE_CORES_H
#define CONCLAVE_BASE_CORES_H

/* Cores that this process may run on, from 1 to most. */
unsigned cores_usable(unsigned most);

#endif
