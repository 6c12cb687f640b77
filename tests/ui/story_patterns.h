/* SPDX-License-Identifier: ISC */
/* The answer of the method `patterns`, conclave-control(7), counted as simply as can be. */
#ifndef CONCLAVE_TESTS_UI_STORY_PATTERNS_H
#define CONCLAVE_TESTS_UI_STORY_PATTERNS_H

#include <jansson.h>
#include <stdbool.h>

/* What a seat said in a record: 'Y', 'N' or another; and how that came out. */
struct told_votes {
    unsigned seats, decisions;
    char (*code)(const void *context, unsigned record, unsigned seat);
    unsigned (*confidence)(const void *context, unsigned record, unsigned seat);
    bool (*approved)(const void *context, unsigned record);
    const void *context;
};

/* parts: names of those that are wanted; NULL: all. */
json_t *told_patterns(const struct told_votes *v, const json_t *parts);

#endif
