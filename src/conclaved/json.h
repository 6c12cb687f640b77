/* SPDX-License-Identifier: ISC */
/* The node's values as JSON, in the forms of conclave-control(7): ids and hashes as
 * lower-case hexadecimal, times in milliseconds, enums by their names. All return new
 * references. */
#ifndef CONCLAVE_CONCLAVED_JSON_H
#define CONCLAVE_CONCLAVED_JSON_H

#include "charter/charter.h"
#include "control/control.h"
#include "wire/record.h"

json_t *json_number(uint64_t value);
json_t *json_hex(struct slice bytes);
/* RFC 4648 section 4, padded: for long ones. */
json_t *json_base64(struct slice bytes);
json_t *json_hash(const struct hash *h);
/* The words of a reason; null for none. */
json_t *json_reason(enum reason r);
/* {"height":H,"time_ms":T} */
json_t *json_moment(const struct moment *m);
/* The seats of a set, ascending. in[seat - 1]. */
json_t *json_seats(const bool *in, uint16_t seats);
/* The JSON object that evidence is, or NULL: it is never judged by the council, so it may
 * be anything. An object nested so deep that no client could read it counts as none. */
enum { EVIDENCE_DEPTH_MAX = CONTROL_DEPTH_MAX - 4 };
json_t *json_evidence(struct slice text);
/* Sets a member; the value is stolen. */
void json_put(json_t *object, const char *name, json_t *value);
/* Sets "seat" (or the key given) and the key with "_name" appended, "name" for "seat". */
void json_put_seat(json_t *object, const char *key, const struct charter *c, uint16_t seat);
/* Sets "envelopes", "operations" and "bytes" of a block; NULL: none. */
void json_put_counts(json_t *object, const struct block *b);

const char *seat_name(const struct charter *c, uint16_t seat);
const char *class_name(const struct charter *c, uint32_t index);
const char *operation_kind_name(enum operation_kind k);

#endif
