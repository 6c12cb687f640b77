/* SPDX-License-Identifier: ISC */
/* Who may fail together: seats of one vendor, model family or jurisdiction, as the node's
 * method `diversity` tells. The second page of Council, and a word about a seat. */
#ifndef CONCLAVE_UI_VIEW_GROUPS_H
#define CONCLAVE_UI_VIEW_GROUPS_H

#include "ui/view/view.h"

/* Asks for them. */
void groups_want(struct model *m, uint64_t now_ms);
/* The page. */
void groups_body(const struct view_context *ctx, struct buffer *out);
/* How many seats are with this one in a group of this kind ("vendor", "model_family",
 * "jurisdiction"), itself included; 0: not known. */
unsigned groups_size(const struct view_context *ctx, const char *kind, uint16_t seat);

#endif
