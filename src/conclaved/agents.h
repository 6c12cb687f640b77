/* SPDX-License-Identifier: ISC */
/*
 * The seat's agent and its ballots: asks the attached agents about every proposal that is
 * open, keeps their answer before its commitment leaves the node, and opens it once the
 * block that ended SEALED is committed (conclave-protocol(7) sections 5 and 8).
 */
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
/* An agent could not answer: it is shown, and nothing else. */
void agents_failed(struct node *n, const struct hash *proposal, const char *reason);

/* Asks, commits and reveals what the executed state now calls for; at the end of a turn. */
void agents_progress(struct node *n);

#endif
