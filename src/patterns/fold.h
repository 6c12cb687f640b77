/* SPDX-License-Identifier: ISC */
/*
 * Characters as the comparison of texts takes them: without case, accents and the forms
 * that fonts and keyboards give them. By ranges, not by a database of all of Unicode: what
 * is not known is a letter, and equal only to itself.
 */
#ifndef CONCLAVE_PATTERNS_FOLD_H
#define CONCLAVE_PATTERNS_FOLD_H

#include "base/bytes.h"

enum fold_kind {
    FOLD_BREAK,  /* space, punctuation, symbols, bytes that are no UTF-8 */
    FOLD_LETTER, /* of a script that puts spaces between words; digits */
    FOLD_SIGN,   /* of one that does not: Chinese, Japanese, Thai, ... */
    FOLD_MARK,   /* combines with the character before; has no part in a word */
    FOLD_HIDDEN, /* is not seen: zero width, tags, variation selectors, private use */
};

struct folded {
    enum fold_kind kind;
    uint32_t character; /* as it stands in the text; U+FFFD where it is no UTF-8 */
    uint32_t letter;    /* FOLD_LETTER, FOLD_SIGN: what it counts as */
    size_t size;        /* in bytes, at least 1 */
};

/* The character at an offset inside the text. */
struct folded fold_at(struct slice text, size_t at);

#endif
