/* SPDX-License-Identifier: ISC */
/* A proposal as the node shows it, with all rationales, however many answers that takes. */
#ifndef CONCLAVE_CONCLAVE_WHOLE_PROPOSAL_H
#define CONCLAVE_CONCLAVE_WHOLE_PROPOSAL_H

#include "control/client.h"

/* A new reference. The errors of control_call. */
int whole_proposal(struct control_client *c, const char *id, json_t **out,
                   struct complaint *why);

#endif
