/* SPDX-License-Identifier: ISC */
/*
 * Voting patterns from the ledger, conclave-patterns(7): statistics of every seat and pair
 * of seats, and findings. Fed with what council_apply gives, block by block, and nothing
 * else: integers throughout, no clock, no randomness, so that whoever replays the same
 * blocks by the same charter has the same bytes. A block costs as much as its decisions.
 */
#ifndef CONCLAVE_PATTERNS_PATTERNS_H
#define CONCLAVE_PATTERNS_PATTERNS_H

#include "council/council.h"
#include "patterns/finding.h"
#include "patterns/rules.h"

struct patterns;
struct patterns *patterns_new(const struct pattern_rules *rules);
void patterns_free(struct patterns *p);

/* The events of the block of that height and time, in the order of the ledger; their
 * pointers are not kept. */
void patterns_apply(struct patterns *p, uint64_t height, uint64_t time_ms,
                    const struct council_event *events, size_t count);

/* What the last patterns_apply changed; valid until the next. */
const struct finding_change *patterns_changes(const struct patterns *p, size_t *count);
/* The open findings, by kind, then seat; valid until the next patterns_apply. */
const struct finding *const *patterns_findings(const struct patterns *p, size_t *count);
/* The open one of a kind and seat, or NULL. */
const struct finding *patterns_find(const struct patterns *p, enum flag_kind kind,
                                    uint16_t seat);

/* Block time of the last block; 0: there was none. */
uint64_t patterns_time_ms(const struct patterns *p);
/* Bytes that it occupies. */
size_t patterns_memory(const struct patterns *p);

#endif
