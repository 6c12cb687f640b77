/* SPDX-License-Identifier: ISC */
/* The measured tables, for a terminal and for conclave-patterns(7). */
#ifndef CONCLAVE_TESTS_DETECT_PRINT_H
#define CONCLAVE_TESTS_DETECT_PRINT_H

#include "plan.h"

/* As mdoc, each between comments "name: begin" and "name: end"; else as text. */
void print_tables(const struct plan *p, bool mdoc, FILE *out);

#endif
