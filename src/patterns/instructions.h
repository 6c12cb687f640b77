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
/* What is looked for, prepared once for many texts. */
struct vocabulary;
struct vocabulary *vocabulary_new(void);
void vocabulary_free(struct vocabulary *v);

/* The first that is found. Takes a time that grows with the text's length and no faster,
 * whatever is in it. */
bool instructions_find(const struct vocabulary *v, struct slice text,
                       struct instructions_found *out);

#endif
