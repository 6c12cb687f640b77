/* SPDX-License-Identifier: ISC */
/*
 * Whether a text addresses a machine that may read it: phrases that give instructions to a
 * language model, marks of chat templates, and characters that hide text. A sign for
 * people, never a filter.
 */
#ifndef CONCLAVE_PATTERNS_INSTRUCTIONS_H
#define CONCLAVE_PATTERNS_INSTRUCTIONS_H

#include "base/bytes.h"

#include <stdbool.h>

struct instructions_found {
    const char *what; /* "an order to forget earlier instructions", ...: static */
    size_t offset;    /* in bytes, where it begins */
    size_t size;
};
/* The first that is found. */
bool instructions_find(struct slice text, struct instructions_found *out);

#endif
