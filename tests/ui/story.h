/* SPDX-License-Identifier: ISC */
/*
 * A made-up node for the console's tests: it answers requests and tells events as a daemon
 * does (conclave-control(7)), of a council to which happens what the test says. No socket
 * and no clock.
 */
#ifndef CONCLAVE_TESTS_UI_STORY_H
#define CONCLAVE_TESTS_UI_STORY_H

#include "base/bytes.h"
#include "ui/model/model.h"

#include <jansson.h>

struct story;

enum { STORY_BEGIN_HEIGHT = 48000 };
#define STORY_BEGIN_MS UINT64_C(1790000000000)

/* A council of so many seats, decisions final before anybody watches; this is seat 1. */
struct story *story_new(unsigned seats, unsigned decisions);
void story_free(struct story *s);
uint64_t story_now(const struct story *s);
void story_pass(struct story *s, uint64_t ms);

/* The answer to a request line, with its newline; "" for what is no request. Appends. */
void story_answer(struct story *s, struct slice request, struct buffer *out);
/* Lines of events that were told since this was last called. Appends. */
void story_events(struct story *s, struct buffer *out);
/* Gives a model what it asks for and what happened, until it wants nothing more. */
void story_feed(struct story *s, struct model *m);
/* Lets model and node meet: connected, and fed. */
void story_connect(struct story *s, struct model *m);

/* --- what happens --- */

/* A proposal; its number counts from the first decision, and its id is made from that. */
unsigned story_propose(struct story *s, const char *class_name, const char *title);
void story_ballot(struct story *s, unsigned proposal, unsigned seat);
void story_opening(struct story *s, unsigned proposal);
void story_reveal(struct story *s, unsigned proposal, unsigned seat, const char *choice,
                  unsigned confidence, const char *rationale);
void story_final(struct story *s, unsigned proposal);
/* All of it: so many approve, the others reject. Returns its number. */
unsigned story_decide(struct story *s, const char *title, unsigned approvals);
/* One block committed, and the votes for it. */
void story_block(struct story *s);
/* A heartbeat slot: everybody but those who are down was heard. */
void story_beat(struct story *s);
/* A seat goes down or comes back. */
void story_seat_up(struct story *s, unsigned seat, bool up);
void story_flag(struct story *s, const char *kind, const char *severity, unsigned seat,
                const char *text);
void story_view_change(struct story *s);
void story_log(struct story *s, const char *level, const char *event, const char *text);
/* A node that knows the method `patterns`, or an older one. */
void story_tells_patterns(struct story *s, bool tells);
unsigned story_patterns_asked(const struct story *s);
/* Any event at all; params is stolen. */
void story_tell(struct story *s, const char *event, json_t *params);
/* The hexadecimal id of a proposal. */
void story_id(unsigned proposal, char out[65]);
/* Requests that were answered so far, and the last method that was not a reading one. */
unsigned story_requests(const struct story *s);
const char *story_last_act(const struct story *s);

#endif
