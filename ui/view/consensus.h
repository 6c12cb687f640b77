/* SPDX-License-Identifier: ISC */
/*
 * The files of the view Consensus. Blocks draw as those of blocks.h do; in a single row
 * they say what fits there.
 */
#ifndef CONCLAVE_UI_VIEW_CONSENSUS_H
#define CONCLAVE_UI_VIEW_CONSENSUS_H

#include "ui/view/draw.h"

/* consensus_blocks.c */
/* How many seats stand in which view, and how many ask for which. */
unsigned views_block(const struct view_context *, struct cells *, struct area);
/* VIEW-CHANGEs: how many, and who has sent none. Nothing when none is asked for. */
unsigned change_block(const struct view_context *, struct cells *, struct area);
/* Heights in flight. */
unsigned pipeline_block(const struct view_context *, struct cells *, struct area);
/* Timers, standing, what is queued: one row, or two. */
unsigned timers_block(const struct view_context *, struct cells *, struct area);

/* latency.c: how long the last blocks took, the newest at the right. */
unsigned latency_block(const struct view_context *, struct cells *, struct area);

#endif
