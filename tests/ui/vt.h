/* SPDX-License-Identifier: ISC */
/* A terminal as a program sees it: enough of one to know what is on its screen. */
#ifndef CONCLAVE_TESTS_UI_VT_H
#define CONCLAVE_TESTS_UI_VT_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { VT_SIDE_MAX = 220, VT_ROW_BYTES = 4 * VT_SIDE_MAX };

struct vt_cell {
    uint32_t ch, mark; /* ch 0: the right half of a wide one */
    bool reverse, bold, coloured;
    unsigned back; /* the background: 0 none, else 1 more than the colour */
};

struct vt {
    unsigned rows, cols, row, col;
    unsigned top, bottom; /* what scrolls: from top to before bottom */
    bool pending; /* the last column is full: the next character goes to the next line */
    bool alternate, hidden, keypad, mouse, pasting;
    bool in_frame;           /* within synchronised output */
    unsigned frames;         /* that ended */
    unsigned outside;        /* characters shown between frames */
    unsigned unknown;        /* sequences that it does not know */
    unsigned bells, colours; /* colours: that were set */
    struct buffer clipboard; /* the last OSC 52, as it came */
    struct vt_cell now;      /* attributes of what comes */
    struct vt_cell at[VT_SIDE_MAX][VT_SIDE_MAX];
    uint32_t last; /* the last character, for REP */
    uint8_t held[512];
    size_t held_count;
};

void vt_init(struct vt *t, unsigned rows, unsigned cols);
/* The lines stay, what is beyond the edges goes. */
void vt_resize(struct vt *t, unsigned rows, unsigned cols);
void vt_feed(struct vt *t, struct slice bytes);
/* A row without its trailing blanks; borrowed until the next call. */
const char *vt_row(const struct vt *t, unsigned row);
void vt_free(struct vt *t);

#endif
