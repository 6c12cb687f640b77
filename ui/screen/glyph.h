/* SPDX-License-Identifier: ISC */
/* Characters on their way to cells: shared by the files that draw, and nobody else. */
#ifndef CONCLAVE_UI_SCREEN_GLYPH_H
#define CONCLAVE_UI_SCREEN_GLYPH_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { PIECE_MAX = 12 }; /* of an escaped character: \u{10ffff} and a NUL */

/* What the next bytes of a text become on the screen: one character that takes columns 1 or
 * 2, a mark upon the one before (columns 0), or an escape in ASCII. */
struct piece {
    size_t bytes; /* that it takes of the text, at least 1 */
    uint32_t ch;  /* 0: the escape */
    unsigned columns;
    char escape[PIECE_MAX];
};

/* marks: how many there are on the character before, CELL_MARKS or more where no mark can
 * be put. */
void piece_next(struct piece *out, struct slice text, size_t at, bool ascii,
                unsigned marks);

#endif
