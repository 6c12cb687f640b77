/* SPDX-License-Identifier: ISC */
/* Decisions by seats, for the files of the view Pattern. */
#ifndef CONCLAVE_UI_VIEW_PATTERN_H
#define CONCLAVE_UI_VIEW_PATTERN_H

#include "ui/view/view.h"

/* What a cell of the map tells: the layer of the view's state. */
enum pattern_layer {
    LAYER_AGREEMENT,
    LAYER_CHOICE,
    LAYER_CONFIDENCE,
    LAYER_LATENCY,
    LAYER_COUNT
};
enum pattern_layer pattern_layer(const struct view_state *s);
/* One cell. */
void pattern_cell(struct cells *c, struct area a, unsigned row, unsigned col,
                  enum pattern_layer layer, const struct scene_proposal *p, uint16_t seat);
/* What the letters of the layer mean, in shorter words where there is no room; and the rows
 * that it would like at this width, 1 or 2. */
void pattern_legend(struct cells *c, struct area a, enum pattern_layer layer);
unsigned pattern_legend_rows(enum pattern_layer layer, uint16_t cols);
/* How many columns of the map lie beyond its edge, as far as there are so many. */
size_t pattern_side(const struct view_context *ctx, size_t count, unsigned shown);

/* Of 100, how often a seat was with the outcome, of its ballots for or against; UNKNOWN. */
uint64_t pattern_agreement(const struct scene_seat *s);

/* Whether the rows of seats have their calibration at this width. */
bool pattern_calibrated(const struct view_context *ctx, unsigned cols);
/* The map with a row for each seat, and with one for each decision. */
void pattern_draw_seats(const struct view_context *ctx, struct cells *c, struct area a,
                        struct drawn *out);
void pattern_draw_decisions(const struct view_context *ctx, struct cells *c, struct area a,
                            struct drawn *out);

/* --- the decisions of the seat subject[1], at depth 1 --- */

const char *const *decisions_sorts(void);
void decisions_text(const struct view_context *ctx, size_t i, struct buffer *out);
int decisions_compare(const struct view_context *ctx, size_t i, size_t j);
void decisions_draw(const struct view_context *ctx, struct cells *c, struct area a,
                    struct drawn *out);

#endif
