/* SPDX-License-Identifier: ISC */
/* Parts of the node's answers as people read them, for several commands. */
#ifndef CONCLAVE_CONCLAVE_DESCRIBE_H
#define CONCLAVE_CONCLAVE_DESCRIBE_H

#include "conclave/lines.h"

#include <stdint.h>

enum { SHORT_ID = 12, ID_DIGITS = 64 };

/* "approved", "rejected", or the phase of one that is not decided. */
const char *describe_state(const json_t *proposal);
enum colour describe_state_colour(const char *state);
/* Of a flag. */
enum colour describe_severity_colour(const json_t *flag);
/* "name (seat)"; out has room for 96 bytes. */
void describe_seat(char *out, const json_t *object, const char *key);
/* "height H, TIME", or "-" for null. out has room for 96 bytes. */
void describe_moment(char *out, const json_t *moment);

#endif
