/* SPDX-License-Identifier: ISC */
/* What the runs gave, as JSON for the report; and the machine's figures out of the JSON of
 * the bench of real processes. */
#ifndef CONCLAVE_TESTS_SCALE_JSON_H
#define CONCLAVE_TESTS_SCALE_JSON_H

#include "scale.h"

#include <jansson.h>

const char *scale_kind_name(enum scale_kind kind);
/* New references. */
json_t *scale_machine_json(const struct scale_machine *m);
json_t *scale_result_json(const struct scale_plan *p, const struct scale_result *r);

/* Fails where the file has none of them. *out is that of councils with so many replicas. */
json_t *machine_load(const char *path);
void machine_read(const json_t *machine, unsigned seats, struct scale_machine *out);

#endif
