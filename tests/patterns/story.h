/* SPDX-License-Identifier: ISC */
/*
 * Councils whose decisions are written as text, one letter a seat:
 *
 *     A approves  R rejects  - abstains  W withheld  M missed  L late  X expelled
 *     N was not awaited
 *
 * The outcome is that of two thirds of all seats. Every decision has a block of its own.
 */
#ifndef CONCLAVE_TESTS_PATTERNS_STORY_H
#define CONCLAVE_TESTS_PATTERNS_STORY_H

#include "random.h"

#include "patterns/patterns.h"

struct story {
    struct pattern_rules rules;
    struct patterns *patterns;
    uint64_t height;
    uint64_t decisions;
    struct council_event events[8]; /* of the next block, before its decision */
    size_t event_count;
    uint8_t confidence[SEATS_MAX]; /* of what a seat opens; 80 at first */
    uint16_t delay[SEATS_MAX];     /* in blocks, of its ballot; 1 at first */
};

/* Three classes, every seat with a vendor and a family of its own, and the charter's
 * defaults. Rules may be changed until the first decision. */
void story_begin(struct story *s, uint16_t seats);
void story_end(struct story *s);

/* The proposal that the next decision will be about. */
struct hash story_next(const struct story *s);
/* Another event of the block of the next decision. */
void story_event(struct story *s, struct council_event e);
/* As many letters as seats. */
void story_decide(struct story *s, uint32_t class_index, const char *votes);
/* What seats say that see what is right with so many percent each: votes has room for n
 * + 1. Returns what is right, A or R. */
char story_draw(struct rng *r, uint16_t n, unsigned percent, char *votes);
/* The same so many times. */
void story_repeat(struct story *s, unsigned times, uint32_t class_index, const char *votes);

bool story_open(const struct story *s, enum flag_kind kind, uint16_t seat);
/* Its text; "" where it is not open. */
const char *story_text(const struct story *s, enum flag_kind kind, uint16_t seat);
/* How many findings are open; prints them as comments where it is not what was expected. */
bool story_count(const struct story *s, size_t expected);
/* Changes of a step that the last decision made. */
unsigned story_changes(const struct story *s, enum finding_step step);

#endif
