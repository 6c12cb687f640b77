/* SPDX-License-Identifier: ISC */
/* `export` of what there is about all decisions: rows of a sheet, and all the bundles. */
#ifndef CONCLAVE_CONCLAVE_EXPORT_LIST_H
#define CONCLAVE_CONCLAVE_EXPORT_LIST_H

#include "conclave/command.h"
#include "conclave/export_source.h"

#include <stdio.h>

struct export_list;
/* By its name: decisions, ballots, records, convictions; NULL: it is none of these. */
const struct export_list *export_list_find(const char *name);
/* Whether its rows are of records, which can begin with a later one. */
bool export_list_has_records(const struct export_list *list);
/* From the record of that number on. */
int export_list_write(const struct export_list *list, struct export_source *s,
                      uint64_t first, bool csv, FILE *out, struct complaint *why);

#endif
