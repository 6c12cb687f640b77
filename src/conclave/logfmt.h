/* SPDX-License-Identifier: ISC */
/* Values of JSON as fields of a line of logfmt. */
#ifndef CONCLAVE_CONCLAVE_LOGFMT_H
#define CONCLAVE_CONCLAVE_LOGFMT_H

#include "base/bytes.h"

#include <jansson.h>

/* Appends NAME=VALUE, after a space where something is there; what is no bare word is
 * quoted, and nothing in it ends the line or drives a terminal. */
void logfmt_add(struct buffer *out, const char *name, const json_t *value);

#endif
