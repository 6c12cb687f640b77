/* SPDX-License-Identifier: ISC */
/* The sum of many runs. */
#ifndef CONCLAVE_TESTS_SIM_SUMMARY_H
#define CONCLAVE_TESTS_SIM_SUMMARY_H

#include "run.h"

struct summary;
struct summary *summary_new(void);
void summary_free(struct summary *s);
void summary_add(struct summary *s, const struct run_result *r);
/* On standard output, each line a comment. */
void summary_print(const struct summary *s);

#endif
