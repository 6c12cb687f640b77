/* SPDX-License-Identifier: ISC */
/* The charter's rules in the council's terms. */
#ifndef CONCLAVE_COUNCIL_CHARTER_RULES_H
#define CONCLAVE_COUNCIL_CHARTER_RULES_H

#include "charter/charter.h"
#include "council/council.h"

struct council_rules council_rules_of(const struct charter *c);

#endif
