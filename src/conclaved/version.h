/* SPDX-License-Identifier: ISC */
/* What this build calls itself; a test links a node that says something else. */
#ifndef CONCLAVE_CONCLAVED_VERSION_H
#define CONCLAVE_CONCLAVED_VERSION_H

#include <stdint.h>

const char *version_software(void); /* "0.1.0", at most HEARTBEAT_VERSION_MAX bytes */
uint8_t version_protocol(void);     /* of the hello: PROTOCOL_VERSION */

#endif
