/* SPDX-License-Identifier: ISC */
/* Who may fail together, as people read it: from the JSON of charter/diversity.h, which the
 * node's method `diversity` answers, too. */
#ifndef CONCLAVE_CONCLAVE_DIVERSITY_PRINT_H
#define CONCLAVE_CONCLAVE_DIVERSITY_PRINT_H

#include <jansson.h>

void diversity_print(const json_t *diversity);

#endif
