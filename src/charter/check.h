/* SPDX-License-Identifier: ISC */
/* The charter's rules that concern more than one field. Inside libcharter. */
#ifndef CONCLAVE_CHARTER_CHECK_H
#define CONCLAVE_CHARTER_CHECK_H

#include "charter/charter.h"
#include "charter/fields.h"

/* Sets f->error at the first rule that a completely read charter breaks. */
void check_charter(struct fields *f, const struct charter *c);

#endif
