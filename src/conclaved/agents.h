/* SPDX-License-Identifier: ISC */
/* Attached agents: what the control methods need of them. */
#ifndef CONCLAVE_CONCLAVED_AGENTS_H
#define CONCLAVE_CONCLAVED_AGENTS_H

#include "control/server.h"

struct agents;

/* The client becomes an agent of this seat, by a name of its own. 0, or an error with the
 * complaint filled. */
int agents_attach(struct agents *a, struct control_session *s, const char *name,
                  struct complaint *why);
/* The client has gone; it need not have been an agent. */
void agents_detach(struct agents *a, struct control_session *s);

#endif
