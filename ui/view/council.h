/* SPDX-License-Identifier: ISC */
/* The files of the view Council. */
#ifndef CONCLAVE_UI_VIEW_COUNCIL_H
#define CONCLAVE_UI_VIEW_COUNCIL_H

#include "ui/view/draw.h"

/* council_seats.c: all seats, and around them what there is room for. */
void council_seats_draw(const struct view_context *, struct cells *, struct area,
                        struct drawn *);

/* council_seat.c: one seat, and its ballots as rows: open ones, then the newest. */
uint16_t council_subject(const struct view_context *);
size_t council_ballots(const struct view_context *);
const struct scene_proposal *council_ballot(const struct view_context *, size_t i);
void council_seat_draw(const struct view_context *, struct cells *, struct area,
                       struct drawn *);

#endif
