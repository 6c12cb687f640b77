/* SPDX-License-Identifier: ISC */
/* Which seats vote alike, for the files of the view Pattern: its second page. */
#ifndef CONCLAVE_UI_VIEW_ALIKE_H
#define CONCLAVE_UI_VIEW_ALIKE_H

#include "ui/view/view.h"

/* What a cell of the matrix tells: the measure of the view's state. */
enum alike_measure {
    ALIKE_WINDOW, /* kappa over the charter's window */
    ALIKE_ALL,    /* kappa over all decisions */
    ALIKE_AGREED, /* how often the two voted the same, over the window */
    ALIKE_COUNT
};
enum alike_measure alike_measure(const struct view_state *s);

/* A cell: = always the same, 0 to 9 tenths, . no more than chance, - beyond chance opposed,
 * _ too little to compare, ? not known. pair NULL: the seat itself. */
char alike_code(const struct scene_pair *pair, enum alike_measure measure);
enum role alike_role(const struct scene_likeness *l, const struct scene_pair *pair,
                     enum alike_measure measure);
/* In thousandths, to put pairs in order; INT32_MIN where there is none. */
int32_t alike_value(const struct scene_pair *pair, enum alike_measure measure);
/* The other seats, the most alike first; how many there are. */
size_t alike_ranked(const struct scene_likeness *l, uint16_t seat,
                    enum alike_measure measure, uint16_t out[UI_SEATS_MAX]);
/* 'A' to 'Z', 'a' to 'z', '+' for a group, ' ' for none; and for a seat's. */
char alike_letter(uint16_t group);
char alike_group(const struct scene_likeness *l, uint16_t seat);
/* ".71", "-.12", "1.0"; "_" and "?" as above. At least 8 bytes. */
void words_kappa(char *out, size_t size, int16_t kappa);
/* "Orchard, commons-70b", and "group A: 5 seats, 3 of them Orchard". */
void alike_put_card(struct buffer *out, const struct scene *s, uint16_t seat);
void alike_put_group(struct buffer *out, const struct scene *s, uint16_t seat);
/* What is said where nothing is known. */
const char *alike_nothing(const struct scene *s);

/* --- the matrix, at depth 0: a row for each seat --- */

const char *const *alike_sorts(void);
void alike_text(const struct view_context *ctx, size_t i, struct buffer *out);
int alike_compare(const struct view_context *ctx, size_t i, size_t j);
void alike_draw(const struct view_context *ctx, struct cells *c, struct area a,
                struct drawn *out);
/* Of the cursor's seat: a column beside the matrix, or one or two lines below it. */
void alike_draw_panel(const struct view_context *ctx, struct cells *c, struct area a);
void alike_draw_brief(const struct view_context *ctx, struct cells *c, struct area a);

/* --- the pairs of the seat subject[1], at depth 1: a row for each other seat --- */

const char *const *pairs_sorts(void);
void pairs_text(const struct view_context *ctx, size_t i, struct buffer *out);
int pairs_compare(const struct view_context *ctx, size_t i, size_t j);
void pairs_draw(const struct view_context *ctx, struct cells *c, struct area a,
                struct drawn *out);

/* --- the pair subject[1] and subject[2], at depth 2: a text --- */

void pair_body(const struct view_context *ctx, struct buffer *out);

#endif
