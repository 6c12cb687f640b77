/* SPDX-License-Identifier: ISC */
/* What several reports for programs are made of: new references. */
#ifndef CONCLAVE_VERIFIER_REPORT_VALUES_H
#define CONCLAVE_VERIFIER_REPORT_VALUES_H

#include "verifier/report.h"

json_t *value_number(uint64_t value);
json_t *value_hex(const uint8_t *bytes, size_t size);
json_t *value_hash(const struct hash *h);
json_t *value_moment(const struct moment *m);
/* Sets vendor, model_family and jurisdiction. */
void value_put_who(json_t *out, const struct charter_seat *s);
/* Of a file, which can be any bytes; NULL is null. */
json_t *value_name(const char *file);

#endif
