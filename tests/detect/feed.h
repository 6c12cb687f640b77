/* SPDX-License-Identifier: ISC */
/*
 * From a synthetic decision to the events that council_apply would give: the record goes
 * through its encoding, as that of a real one does.
 */
#ifndef CONCLAVE_TESTS_DETECT_FEED_H
#define CONCLAVE_TESTS_DETECT_FEED_H

#include "patterns/patterns.h"
#include "world.h"

struct feed {
    struct pattern_rules rules;
    struct patterns *patterns;
    uint64_t height; /* of the last block */
};

/* The rules of a charter with that many seats, all else by default. */
void feed_rules(uint16_t seats, struct pattern_rules *out);
/* For a world's council: its families and vendors are put into the rules. */
void feed_begin(struct feed *f, const struct pattern_rules *rules, const struct world *w);
void feed_end(struct feed *f);

struct feed_block {
    struct record record;
    struct buffer encoding;
    struct propose content;
    struct council_event events[3 * SEATS_MAX + 4];
    size_t count;
};
/* One block with all that happened to a proposal, as f's next. */
void feed_make(struct feed *f, const struct decision *d, struct feed_block *out);
void feed_apply(struct feed *f, const struct feed_block *b);

#endif
