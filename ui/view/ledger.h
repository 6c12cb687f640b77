/* SPDX-License-Identifier: ISC */
/* One block, for the files of the view Ledger: its detail is the list at depth 1, its
 * height is subject[1]. */
#ifndef CONCLAVE_UI_VIEW_LEDGER_H
#define CONCLAVE_UI_VIEW_LEDGER_H

#include "ui/view/view.h"

/* The scene's block of a height; NULL: it is not loaded. */
const struct scene_block *ledger_find(const struct scene *s, uint64_t height);
/* What the node told of the block, and of its verification. */
struct detail ledger_detail(const struct view_context *ctx, enum detail_kind kind);

/* A row of the block's list: a check of the verification, an envelope, or an operation in
 * one. */
struct block_row {
    const json_t *check, *envelope, *operation; /* operation: within envelope */
    size_t number;                              /* of the envelope, from 0 */
};
size_t block_count(const struct view_context *ctx);
uint64_t block_key(const struct view_context *ctx, size_t i);
/* Members are NULL where there is no such row. Rows before the last one asked for, and all
 * in a context without a walk, cost a walk from the first. */
struct block_row block_row(const struct view_context *ctx, size_t i);
/* The row that has a key. */
struct block_row block_find(const struct view_context *ctx, uint64_t key);
uint16_t block_seat(const struct view_context *ctx, size_t i);
void block_text(const struct view_context *ctx, size_t i, struct buffer *out);
void block_draw(const struct view_context *ctx, struct cells *c, struct area a,
                struct drawn *out);
/* The row whose key is subject[2], in full. */
void block_body(const struct view_context *ctx, struct buffer *out);
/* What stands above the list; returns the rows it took. */
unsigned block_head(const struct view_context *ctx, struct cells *c, struct area a);
/* One operation in a line. */
void operation_words(const struct view_context *ctx, const json_t *operation, char *out,
                     size_t size);
/* Whether an operation opens a ballot whose proposal is not opening yet. */
bool operation_is_hidden(const struct view_context *ctx, const json_t *operation);

#endif
