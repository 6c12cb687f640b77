/* SPDX-License-Identifier: ISC */
/* Free TCP ports of the loopback interface, for a council on one machine. */
#ifndef CONCLAVE_CONCLAVE_PORTS_H
#define CONCLAVE_CONCLAVE_PORTS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/*
 * count different ports that nobody listens on now, from outside the range that the kernel
 * gives to outgoing connections: from inside it, the first nodes' connections could take
 * the ports of nodes that are yet to start.
 */
int ports_find(uint16_t *ports, size_t count, struct complaint *why);

#endif
