/* SPDX-License-Identifier: ISC */
/* What the demo council is made of: the files of contrib/demo, or of the installation. */
#ifndef CONCLAVE_CONCLAVE_DEMO_DATA_H
#define CONCLAVE_CONCLAVE_DEMO_DATA_H

#include "base/error.h"

#include <jansson.h>

struct demo_data {
    char *dir;
    json_t *seats; /* "name", "jurisdiction", ..., "rules": the path of the rule file */
    json_t
        *proposals; /* "class", "title", "text", "evidence", in the order of their files */
    const char *evaluator; /* of seat 1, the caller's own; NULL: its rule file */
};

/* seats: how many of seats.json; above its number, names are made from those in it. Frees
 * with demo_data_free, also after an error. */
int demo_data_load(struct demo_data *d, unsigned seats, struct complaint *why);
void demo_data_free(struct demo_data *d);

#endif
