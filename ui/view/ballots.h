/* SPDX-License-Identifier: ISC */
/* Proposals and their ballots, for the views Ballots and Pattern. */
#ifndef CONCLAVE_UI_VIEW_BALLOTS_H
#define CONCLAVE_UI_VIEW_BALLOTS_H

#include "ui/view/view.h"

enum {
    SENTENCE_BYTES = 320,
    /* Keys of the rows of a proposal's detail that are of no seat; seats have their number.
     */
    ROW_CONTENT = 1000,
    ROW_EVIDENCE,
};

/* The i-th proposal: open ones first, the newest first in each part. */
const struct scene_proposal *ballots_at(const struct scene *s, size_t i);
size_t ballots_count(const struct scene *s);
/* The beginning of its id, as the key of its row. */
uint64_t ballots_key(const struct scene_proposal *p);
/* NULL: the scene does not have it. */
const struct scene_proposal *ballots_find(const struct scene *s, uint64_t key);

/* A seat's ballot, as it may be shown: before the proposal is opening nothing but that
 * there is one, whatever the scene says. */
uint8_t ballots_code(const struct scene_proposal *p, uint16_t seat);
bool ballots_is_open(uint8_t code); /* its content is known to all */
/* Whether what ballots say may be shown at all: the proposal is opening, or has. */
bool ballots_told(const struct scene_proposal *p);
/* "approve", "sealed", "missed", ... */
const char *ballots_words(uint8_t code);
/* "final", "approved", "sealed", ...; the role it has. */
const char *ballots_state(const struct scene_proposal *p);
enum role ballots_role(const struct scene_proposal *p);
/* How it stands, or why it came to its outcome, in a sentence. */
void ballots_sentence(const struct scene_proposal *p, char out[SENTENCE_BYTES]);
/* The row as text: what the filter of a list of proposals looks at. */
void ballots_text(const struct scene *s, const struct scene_proposal *p,
                  struct buffer *out);
/* "in 4.2s" to the deadline of its phase, or how long ago it became final. */
void ballots_when(const struct scene_proposal *p, uint64_t now_ms, char *out, size_t size);
/* The order of a list of proposals: 0 where it is that of the scene. */
enum proposal_sort { BY_NEWEST, BY_CLASS, BY_OUTCOME, BY_MARGIN, BY_DEADLINE };
int ballots_compare(unsigned by, const struct scene_proposal *a,
                    const struct scene_proposal *b);

/* --- the detail of the proposal whose key is subject[1]: depth 1 --- */

const char *const *detail_sorts(void);
size_t detail_count(const struct view_context *ctx);
uint64_t detail_key(const struct view_context *ctx, size_t i);
uint16_t detail_seat(const struct view_context *ctx, size_t i);
void detail_text(const struct view_context *ctx, size_t i, struct buffer *out);
int detail_compare(const struct view_context *ctx, size_t i, size_t j);
void detail_draw(const struct view_context *ctx, struct cells *c, struct area a,
                 struct drawn *out);
/* Draws what stands above the ballots; returns the rows it took. */
unsigned detail_head(const struct view_context *ctx, struct cells *c, struct area a,
                     const struct scene_proposal *p);

/* --- what the node tells of one proposal --- */

void content_want(const struct view_context *ctx, struct model *m, uint64_t key,
                  uint64_t now_ms);
/* The first words of a seat's rationale, or of ROW_CONTENT and ROW_EVIDENCE, or why there
 * are none. Borrowed. known: they are the proposal's own. */
const char *content_words(const struct view_context *ctx, uint64_t key, uint64_t row,
                          bool *known);
/* When a sealed one goes on without those that are missing, if the node has told and that
 * time runs; UNKNOWN. */
uint64_t content_grace(const struct view_context *ctx, const struct scene_proposal *p);
/* All of it, for the pager. */
void content_body(const struct view_context *ctx, uint64_t key, uint64_t row,
                  struct buffer *out);

#endif
