/* SPDX-License-Identifier: ISC */
/* What `export` lists, as rows for sheet.h; the columns are in conclave-export(1), stable.
 */
#ifndef CONCLAVE_CONCLAVE_EXPORT_ROWS_H
#define CONCLAVE_CONCLAVE_EXPORT_ROWS_H

#include "conclave/export_source.h"

extern const char *const export_decision_columns[];
extern const char *const export_ballot_columns[];
extern const char *const export_record_columns[];
extern const char *const export_conviction_columns[];

/* New references. The first two want the detail DECISION_CONTENT and DECISION_BALLOTS. */
json_t *export_decision_row(const struct charter *c, const struct decision *d);
json_t *export_ballot_row(const struct charter *c, const struct decision *d, uint16_t seat);
json_t *export_record_row(const struct decision *d);
json_t *export_conviction_row(const struct charter *c, uint16_t seat,
                              const struct conviction *v);

#endif
