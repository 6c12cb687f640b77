/* SPDX-License-Identifier: ISC */
/*
 * By which rules findings are made: the charter's section watch, conclave-charter(5), so
 * that every node finds the same. What each of them means is in conclave-patterns(7).
 */
#ifndef CONCLAVE_PATTERNS_RULES_H
#define CONCLAVE_PATTERNS_RULES_H

#include "charter/charter.h"

struct pattern_rules {
    uint16_t seats;  /* n */
    uint16_t faulty; /* f */
    uint32_t classes;
    /* Of seat - 1: the first seat with the same vendor, or model family. */
    uint16_t vendor[SEATS_MAX], family[SEATS_MAX];
    struct charter_watch watch;
};

void pattern_rules_of(const struct charter *c, struct pattern_rules *out);

#endif
