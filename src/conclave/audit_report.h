/* SPDX-License-Identifier: ISC */
/* What an audit found, as JSON, and for people. */
#ifndef CONCLAVE_CONCLAVE_AUDIT_REPORT_H
#define CONCLAVE_CONCLAVE_AUDIT_REPORT_H

#include "audit/audit.h"
#include "audit/compare.h"

#include <jansson.h>

/* null, or what, height and text of the first difference. */
json_t *audit_report_difference(const struct audit_report *r);
/* What is no fault of the ledger: an array of objects with what and text. */
json_t *audit_report_notes(const struct audit_report *r);
/* Height and text of a difference, on lines of their own. */
void audit_report_print_difference(const char *label, const json_t *difference);

/* Of one copy; what the command itself knows is added by it. */
json_t *audit_report_json(const struct charter *c, const struct audit_report *r);
json_t *audit_report_decision(const struct charter *c, uint64_t number,
                              const struct record *record, struct slice title);
json_t *audit_report_comparison(const struct charter *c, const struct comparison *found);

void audit_report_print(const json_t *copy);
void audit_report_print_decision(const json_t *decision);
void audit_report_print_comparison(const json_t *answer);

#endif
