/* SPDX-License-Identifier: ISC */
/* The charter as a JSON tree and as the deterministic CBOR that council_id hashes. Inside
 * libcharter. */
#ifndef CONCLAVE_CHARTER_TREE_H
#define CONCLAVE_CHARTER_TREE_H

#include "charter/fields.h"

/* Levels of nesting that a tree may have; the charter's own layout needs 3. */
enum { TREE_DEPTH_MAX = 16 };

/* A new reference, or NULL with the complaint and *error. Size, syntax and duplicate keys
 * are checked. */
json_t *tree_load(struct slice json, int *error, struct complaint *why);
/* Appends the encoding, checking kinds of value, text and depth. */
int tree_encode(json_t *tree, struct buffer *out, struct complaint *why);

#endif
