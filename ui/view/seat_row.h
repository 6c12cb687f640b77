/* SPDX-License-Identifier: ISC */
/* A seat on one line: which fields there is room for, and how each looks. */
#ifndef CONCLAVE_UI_VIEW_SEAT_ROW_H
#define CONCLAVE_UI_VIEW_SEAT_ROW_H

#include "ui/view/draw.h"

/* As they stand in the line, from the left. */
enum seat_field {
    FIELD_SEAT, /* the number, and a mark */
    FIELD_NAME,
    FIELD_VIEW,
    FIELD_HEIGHT,
    FIELD_STAGE,
    FIELD_BEATS,
    FIELD_AGE,
    FIELD_TRIP,
    FIELD_AGREEMENT,
    FIELD_MISSED,
    FIELD_STREAK,
    FIELD_STATE,
    FIELD_FLAGS,
    FIELD_VENDOR,
    FIELD_MODEL,
    FIELD_JURISDICTION,
    FIELD_HEAT, /* how its ballots stood to the last decisions, the newest at the right */
    FIELD_COUNT
};

/* Columns of each field; 0: there is no room for it. */
struct seat_layout {
    uint16_t width[FIELD_COUNT];
};
/* For a line of so many columns; the field that the list is sorted by is there if any. */
void seat_layout_make(struct seat_layout *out, const struct view_context *, unsigned cols);
/* Whether the rows are of a decision that is over: ballots, where messages and heartbeats
 * would be that nobody knows of any more. */
bool seat_rows_past(const struct scene *);
/* The least columns that a seat can be told in. */
unsigned seat_columns_least(const struct scene *);

/* A draw_row: i + 1 is the seat. */
void seat_row_draw(const struct view_context *, struct cells *, struct area line, size_t i);
/* The heads of such a line. */
void seat_head_draw(const struct view_context *, struct cells *, struct area line);

/* The sorts of Council, in this order. */
enum seat_sort {
    SORT_SEAT,
    SORT_NAME,
    SORT_VIEW,
    SORT_HEIGHT,
    SORT_AGE,
    SORT_TRIP,
    SORT_AGREEMENT,
    SORT_MISSED,
    SORT_FLAGS,
    SORT_VENDOR,
    SORT_MODEL,
    SORT_JURISDICTION,
    SORT_COUNT
};
extern const char *const seat_sorts[SORT_COUNT + 1];
/* What should be looked at comes first: the lowest view, the oldest heartbeat, the least
 * agreement. What is not known comes last. */
int seat_compare(const struct view_context *, uint16_t a, uint16_t b);

/* Share of the ballots that were as the outcome, in percent; UNKNOWN. */
uint64_t seat_agreement(const struct scene_seat *);
/* How long ago something was heard; UNKNOWN. */
uint64_t seat_age(const struct view_context *, const struct scene_seat *);
/* "primary", "this", "expelled", ...: the gravest first; empty for an ordinary one. */
const char *seat_state(const struct view_context *, uint16_t seat);
/* Letters of its messages for the block at hand, three columns. */
void seat_stage_draw(const struct view_context *, struct cells *, struct area line,
                     unsigned col, const struct scene_seat *);

#endif
