/* SPDX-License-Identifier: ISC */
/* What a sequence of a terminal means: pure functions of its bytes. */
#ifndef CONCLAVE_UI_TERM_SEQUENCE_H
#define CONCLAVE_UI_TERM_SEQUENCE_H

#include "base/bytes.h"

#include <stdint.h>

enum sequence_meaning {
    SEQUENCE_PART,    /* the rest is still to come */
    SEQUENCE_NOTHING, /* whole, and of no concern to us */
    SEQUENCE_KEY,
    SEQUENCE_MOUSE,
    SEQUENCE_PASTE_BEGIN,
    SEQUENCE_PASTE_END,
};

struct mouse_report {
    uint16_t row, col; /* from 0 */
    int8_t wheel;      /* -1, 1; 0: the first button was pressed */
};

struct sequence {
    enum sequence_meaning meaning;
    size_t bytes; /* that it takes; unless SEQUENCE_PART */
    uint32_t key;
    struct mouse_report mouse;
};

/*
 * The sequence at the front of bytes, the first of which is Esc. An Esc that no sequence
 * follows, but another character, is a key: a slow line brings both at once, and nothing
 * that was typed may be lost.
 */
struct sequence sequence_parse(struct slice bytes);

#endif
