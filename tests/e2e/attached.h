/* SPDX-License-Identifier: ISC */
/* Attached agents of a live council: what they are asked, and what becomes of their
 * ballots. */
#ifndef CONCLAVE_TESTS_ATTACHED_H
#define CONCLAVE_TESTS_ATTACHED_H

#include "live.h"

enum { ATTACHED_ASKS_MAX = 256 };

/* An agent in the test process that does nothing by itself. */
struct attached {
    struct control_client *client;
    char asked[ATTACHED_ASKS_MAX][LIVE_ID_BYTES];
    unsigned count; /* questions that came */
    size_t bytes;   /* of the texts of the proposals */
};

/* Attaches; false and a TAP comment when the node refuses. */
bool attached_open(struct attached *a, struct live *l, unsigned seat);
void attached_close(struct attached *a);
/* Sends a request; the whole answer, a new reference, or NULL when none comes. Questions
 * that come before it are noted. params is stolen. */
json_t *attached_say(struct attached *a, const char *method, json_t *params);
/* Notes questions until there are so many or the time is over; the number of them. */
unsigned attached_wait(struct attached *a, unsigned count, int timeout_ms);
bool attached_was_asked(const struct attached *a, const char *id);
/* agent.answer, and what came of it: 0 or the error's code. In held, if not NULL: of a
 * result whether it is repeated, of an error its data (a new reference or NULL). */
json_int_t attached_answer(struct attached *a, const char *id, const char *choice,
                           int confidence, json_t **held);

/* How many BALLOT operations for the proposal a seat has in the ledger. */
unsigned attached_ballots(struct live *l, const char *id, unsigned seat);
/* The seat has one BALLOT for the final proposal, and it was opened as this choice. */
bool attached_voted(struct live *l, const char *id, unsigned seat, const char *choice);

#endif
