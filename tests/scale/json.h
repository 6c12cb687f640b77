/* SPDX-License-Identifier: ISC */
/* What the runs gave, as JSON for the report (README); and the machine's figures out of the
 * JSON of the bench of real processes. */
#ifndef CONCLAVE_TESTS_SCALE_JSON_H
#define CONCLAVE_TESTS_SCALE_JSON_H

#include "scale.h"

#include <jansson.h>

const char *scale_kind_name(enum scale_kind kind);
/* New references. */
json_t *scale_machine_json(const struct scale_machine *m);
json_t *scale_result_json(const struct scale_plan *p, const struct scale_result *r);

/* The bench's JSON. Fails where it has no figures of the machine. *out of machine_read is
 * that of councils with so many replicas. */
json_t *machine_load(const char *path);
void machine_read(const json_t *bench, unsigned seats, struct scale_machine *out);
/* The cores that real daemons had. */
unsigned machine_cores(const json_t *bench);
/* The operations of one seat that waited under load; 0 where that is not known. */
unsigned machine_outstanding(const json_t *bench, unsigned seats);
/* Processor time of one daemon for one operation alone, in the smallest council of which
 * that is known; false where there is none. */
bool machine_alone(const json_t *bench, unsigned *seats, double *cpu_s);

#endif
