/* SPDX-License-Identifier: ISC */
/*
 * All that is computed, as conclave-control(7) describes the method patterns: integers,
 * words and nulls in a fixed order, so that equal states give equal bytes.
 */
#ifndef CONCLAVE_PATTERNS_PATTERNS_JSON_H
#define CONCLAVE_PATTERNS_PATTERNS_JSON_H

#include "patterns/patterns.h"

#include <jansson.h>

json_t *patterns_json(const struct patterns *p, const struct charter *c);
/* One finding, as it stands in the list of them. */
json_t *finding_json(const struct finding *f, const struct charter *c);

#endif
