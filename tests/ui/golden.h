/* SPDX-License-Identifier: ISC */
/*
 * Screens compared with files, tests/ui/golden/NAME.txt. With CONCLAVE_GOLDEN_WRITE=1 in
 * the environment the files are written instead: look at the difference before it is kept.
 * Differences are shown as comments; the caller reports the result.
 */
#ifndef CONCLAVE_TESTS_UI_GOLDEN_H
#define CONCLAVE_TESTS_UI_GOLDEN_H

#include "fixture.h"
#include "ui/view/view.h"

enum { GOLDEN_MARKS = 8 };

/* A view as it is on a screen of this size. */
struct golden {
    const char *name;
    const struct view *view;
    unsigned seats;
    enum fixture_state state;
    uint16_t rows, cols; /* of the screen: the view has what the console leaves it */
    bool ascii;
    const char *theme; /* its colours, too, as JSON; NULL: text */
    bool whole;        /* with the lines that every view has: phases and flags */
    bool hostile;
    void (*change)(struct scene *); /* the last word about the scene; NULL: none */
    /* What the operator did. Panes with key 0 have ROW_NEWEST. */
    struct view_state at;
    bool flagged_only;
    uint16_t followed;
    uint16_t marked[GOLDEN_MARKS]; /* seats */
    const struct model *model;     /* for details; NULL: the view shows none */
};
bool golden_view(const struct golden *g);
/* Any buffer, as text, or as JSON where theme is not NULL. */
bool golden_cells(const char *name, const struct cells *c, const char *theme);

#endif
