/* SPDX-License-Identifier: ISC */
/*
 * A text as words with their meanings (phrases.h), whatever was done to hide them: case,
 * accents, full-width and mathematical letters, look-alikes of other scripts, digits for
 * letters, letters set apart, words run together, characters that are not seen.
 */
#ifndef CONCLAVE_PATTERNS_WORDS_H
#define CONCLAVE_PATTERNS_WORDS_H

#include "patterns/instructions.h"
#include "patterns/phrases.h"

struct word {
    uint32_t begin, end; /* in the text */
    uint32_t sentence;   /* which one it is of */
    meanings means;
    bool starts;  /* after punctuation, or as the first of its line */
    bool first;   /* of its line, or of its sentence */
    bool labels;  /* a colon follows */
    bool quoted;  /* stands between quotation marks */
    bool is_sign; /* of a script without spaces, where an order is not told by its place */
};

struct words {
    struct word *list;
    size_t count, room;
};

/* The caller frees with words_clear. The text is at most UINT32_MAX bytes. */
void words_of(const struct vocabulary *v, struct slice text, struct words *out);
void words_clear(struct words *w);

#endif
