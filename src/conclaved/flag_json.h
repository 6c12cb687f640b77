/* SPDX-License-Identifier: ISC */
/* Flags as conclave-control(7) shows them. */
#ifndef CONCLAVE_CONCLAVED_FLAG_JSON_H
#define CONCLAVE_CONCLAVED_FLAG_JSON_H

#include "charter/charter.h"
#include "watch/flags.h"

#include <jansson.h>

json_t *flag_json(const struct charter *c, const struct flag *f);
/* How many are new and acknowledged, and the severity of the worst new one: of status. */
json_t *flags_summary_json(const struct flags *book);

#endif
