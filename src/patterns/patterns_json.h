/* SPDX-License-Identifier: ISC */
/*
 * All that is computed, as conclave-control(7) describes the method patterns: integers,
 * words and nulls in a fixed order, so that equal states give equal bytes.
 */
#ifndef CONCLAVE_PATTERNS_PATTERNS_JSON_H
#define CONCLAVE_PATTERNS_PATTERNS_JSON_H

#include "patterns/patterns.h"

#include <jansson.h>

enum patterns_part {
    PATTERNS_SEATS = 1,
    PATTERNS_PAIRS = 2,
    PATTERNS_CLUSTERS = 4,
    PATTERNS_FINDINGS = 8,
    PATTERNS_ALL = 15,
};

/* Some parts of it. Of seats and pairs only what is of seats first..last, a pair being the
 * first one's. */
json_t *patterns_json_of(const struct patterns *p, const struct charter *c, unsigned parts,
                         uint16_t first, uint16_t last);
json_t *patterns_json(const struct patterns *p, const struct charter *c);
/* About how many bytes the rows of a seat take, or a finding, at most in a real council. */
size_t patterns_json_seat_bytes(const struct patterns *p, unsigned parts, uint16_t seat);
enum { FINDING_JSON_BYTES = 1024 };
/* One finding, as it stands in the list of them. */
json_t *finding_json(const struct finding *f, const struct charter *c);

#endif
