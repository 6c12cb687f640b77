/* SPDX-License-Identifier: ISC */
/* The seat's agents: attached clients that are asked about every proposal that is open and
 * for which the seat holds no ballot yet. Their answers go to the replica. */
#ifndef CONCLAVE_CONCLAVED_AGENTS_H
#define CONCLAVE_CONCLAVED_AGENTS_H

#include "conclaved/node.h"

struct agents *agents_new(void);
void agents_free(struct agents *a);

/* The session becomes an agent of this seat and is asked about what is open. 0, or
 * CONCLAVE_EEXIST with a complaint when it is one already. */
int agents_attach(struct agents *a, struct control_session *s, const char *name,
                  struct complaint *why);
void agents_detach(struct agents *a, struct control_session *s);
/* The name of the agent that the session is, or NULL. */
const char *agents_name(const struct agents *a, const struct control_session *s);
unsigned agents_count(const struct agents *a);
/* An agent answered; whether the replica took its ballot. */
void agents_answered(struct node *n, const struct hash *proposal, bool accepted);
/* An agent could not answer: it is shown, and nothing else. */
void agents_failed(struct node *n, const struct hash *proposal, const char *reason);

/* Asks what the executed state now calls for; at the end of a turn. */
void agents_ask(struct node *n);

#endif
