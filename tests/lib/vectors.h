/* SPDX-License-Identifier: ISC */
/*
 * Published test data in JSON. Files in the tree are expected; the big sets beside it are
 * a matter of luck.
 */
#ifndef CONCLAVE_TESTS_VECTORS_H
#define CONCLAVE_TESTS_VECTORS_H

#include "base/bytes.h"

#include <jansson.h>

/* tests/vectors/name of the source tree; ends the program when it is not to be had. The
 * caller ends with json_decref. */
json_t *vectors_load(const char *name);
/* name in the folder shared/vectors beside the source tree; NULL when it is not there. */
json_t *vectors_load_shared(const char *name);
/* Any file; NULL when there is none. */
json_t *vectors_load_path(const char *path);
/* Path of that folder with name in it; the caller frees it. */
char *vectors_shared_path(const char *name);

/* A member that is an integer: below 2^53, or 2^64 - 1. 0 when missing. */
uint64_t vectors_number(const json_t *object, const char *member);
/* A member that is text of hexadecimal digits or base64; out must be empty. A missing or
 * null member is empty. Ends the program when the text is neither. */
void vectors_hex(const json_t *object, const char *member, struct buffer *out);
void vectors_base64(const json_t *value, struct buffer *out);

#endif
