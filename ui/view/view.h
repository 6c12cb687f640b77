/* SPDX-License-Identifier: ISC */
/*
 * Views: pure functions from a scene, a size and a clock to a cell buffer. Each is a const
 * table of functions; what the operator has chosen in it (cursor, filter, sort, depth) is
 * in its pane, which the console changes and views only read.
 *
 * A view is a list at each depth: 0 the list itself, 1 what Enter opens, 2 a text in a
 * pager; in Flags and Log what Enter opens is the text already. Rows have a key that stays
 * with the thing they show, so that cursor, follow and marks stay with it, too, however the
 * list is sorted.
 */
#ifndef CONCLAVE_UI_VIEW_VIEW_H
#define CONCLAVE_UI_VIEW_VIEW_H

#include "ui/model/model.h"
#include "ui/screen/cells.h"

enum view_id {
    VIEW_COUNCIL,
    VIEW_CONSENSUS,
    VIEW_BALLOTS,
    VIEW_PATTERN,
    VIEW_FLAGS,
    VIEW_LEDGER,
    VIEW_LOG,
    VIEW_COUNT
};

enum { DEPTH_MAX = 3, WORDS_MAX = 128 };

/* A pane begins with this key: the first row, or in a tail the last, whatever comes. */
#define ROW_NEWEST UINT64_MAX

/* One list, as the operator has it. */
struct pane {
    uint64_t key; /* the row that the cursor is on; see rows_cursor */
    bool waits;   /* for a row with that key, which is still to come */
    size_t index; /* where it was last, for when its row is gone */
    size_t top;   /* the first row on the screen */
    size_t side;  /* columns scrolled to the right; where time goes across, to the past */
    unsigned sort;
    bool inverted;
    char filter[WORDS_MAX]; /* rows whose text has it, letters' case aside; "" all */
    char search[WORDS_MAX];
};

/* The operator's choices in one view. */
struct view_state {
    struct pane panes[DEPTH_MAX];
    unsigned depth;
    uint64_t
        subject[DEPTH_MAX]; /* subject[d]: the key of depth d - 1's row that was opened */
    bool transposed;        /* Pattern */
    unsigned layer;         /* Pattern: agreement, choice, confidence, latency */
    bool alike;             /* Pattern: its second page, which seats vote alike */
    bool groups;            /* Council: its second page, who may fail together */
    unsigned measure;       /* of that page */
    struct pane beside;     /* the list of the page that is not shown */
    unsigned level;         /* Log: enum line_level; Flags: 0 open, 1 new, 2 all */
};

/* Where a view found the row asked for last, in a list that it can only walk through: rows
 * are asked for in their order, and to walk from the first one for each would take for
 * ever. */
struct view_walk {
    const void *list; /* NULL: nowhere yet */
    size_t row, item; /* the item's first row, and its number */
};

/* The rows of the present list that pass the filter, in their order. */
struct rows {
    size_t *at; /* at[i]: the index for the view's functions */
    size_t count;
    size_t cursor; /* in 0 .. count - 1; 0 when there are none */
    struct view_walk walk;
};

struct view_context {
    const struct scene *scene;
    const struct model *model; /* for details alone */
    uint64_t now_ms;           /* the scene's clock */
    const struct view_state *state;
    const struct rows *rows;
    struct view_walk *walk; /* that of the rows, for the view alone; NULL: none */
    const bool *marked;     /* marked[seat - 1]: to compare */
    bool flagged_only;      /* rows of seats with flags alone; 0 is the council's seat */
    uint16_t followed;      /* a seat, 0: none */
    uint16_t cols;          /* of the area drawn into; 0: not known yet */
};

/* Where the list came to lie, for paging and the mouse: row i of those on the screen, from
 * top on, is at line i % lines, column i / lines. */
struct drawn {
    struct area list;
    size_t top;
    uint16_t lines, columns; /* columns 0: no list */
};

struct view {
    const char *name;
    bool tail; /* the newest row is the last, and a pane's key ROW_NEWEST stays with it */
    /* What the list at this depth can be sorted by, the default first; NULL: as it is. */
    const char *const *(*sorts)(const struct view_context *);
    size_t (*count)(const struct view_context *);
    /* Whether a row is there at all: the level, the seat that is followed. NULL: all. */
    bool (*listed)(const struct view_context *, size_t i);
    uint64_t (*key)(const struct view_context *, size_t i);
    /* The seat that a row is of, not one that it merely names; 0: none, as of a proposal.
     * NULL: rows are of no seat. */
    uint16_t (*seat)(const struct view_context *, size_t i);
    /* The row as text, for search, filter and yank. */
    void (*text)(const struct view_context *, size_t i, struct buffer *out);
    /* < 0, 0, > 0, by the pane's sort; equal ones keep their order. */
    int (*compare)(const struct view_context *, size_t i, size_t j);
    void (*draw)(const struct view_context *, struct cells *, struct area, struct drawn *);
    /* Whether Enter opens something here. NULL: nowhere. */
    bool (*opens)(const struct view_context *);
    /* Whether the present depth is a text in a pager, without rows. NULL: none is. */
    bool (*pages)(const struct view_context *);
    /* That text. */
    void (*body)(const struct view_context *, struct buffer *out);
    /* Asks for the details that it shows. NULL: none. */
    void (*want)(const struct view_context *, struct model *, uint64_t now_ms);
};

extern const struct view view_council, view_consensus, view_ballots, view_pattern,
    view_flags, view_ledger, view_log;
extern const struct view *const views[VIEW_COUNT];

/* The rows as filter, flagged-only and sort have them, which are then ctx's; the cursor by
 * the pane's key, or where it was. rows_free releases. */
void rows_make(const struct view *v, struct view_context *ctx, struct rows *out);
void rows_free(struct rows *r);

#endif
