/* SPDX-License-Identifier: ISC */
/* One flag, for the files of the view Flags. */
#ifndef CONCLAVE_UI_VIEW_FLAGS_H
#define CONCLAVE_UI_VIEW_FLAGS_H

#include "ui/view/view.h"

/* The level of the view's state: which flags are listed. */
enum flags_level { LEVEL_OPEN, LEVEL_NEW, LEVEL_ALL };

/* "NEW", "ACK", "CLEARED"; "critical", "warning", "notice". */
const char *flags_state(enum flag_state s);
const char *flags_severity(enum flag_severity s);
/* Of its severity as long as it is new. */
enum role flags_role(const struct scene_flag *f);

/* The flag whose number is subject[1], with what there is to see behind it. */
void flags_body(const struct view_context *ctx, struct buffer *out);
void flags_draw_evidence(const struct view_context *ctx, struct cells *c, struct area a,
                         struct drawn *out);

#endif
