/* SPDX-License-Identifier: ISC */
/* Members of JSON objects that come from a node. */
#ifndef CONCLAVE_CONCLAVE_MEMBERS_H
#define CONCLAVE_CONCLAVE_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>

/* Members of a result, with a value for what is not there: a newer or older node. */
const char *member_text(const json_t *object, const char *name);
json_int_t member_number(const json_t *object, const char *name);
bool member_true(const json_t *object, const char *name);
bool member_is_number(const json_t *object, const char *name);

#endif
