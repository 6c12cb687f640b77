/* SPDX-License-Identifier: ISC */
/*
 * A node made of words, for tests of the model: lines as conclaved writes them, with single
 * quotes for double ones so that they can be read.
 */
#ifndef CONCLAVE_TESTS_UI_MODEL_LINES_H
#define CONCLAVE_TESTS_UI_MODEL_LINES_H

#include "ui/model/model.h"

/* Milliseconds at which it all begins. */
#define LINES_NOW UINT64_C(1773496927000)

struct buffer;

/* Gives the model a line made by a printf format, quotes turned; the model's answer. */
int say(struct model *m, uint64_t now_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for an event's members, and for the result of what was asked under an id. */
int say_event(struct model *m, uint64_t now_ms, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int say_result(struct model *m, uint64_t now_ms, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The ids of the requests that wait to be sent, each followed by a blank; takes them. */
const char *asked(struct model *m);
/* The lines themselves. */
const char *asked_lines(struct model *m);

/* A status, and the members of a record, as text with single quotes; static. */
const char *status_text(unsigned seats, unsigned own, uint64_t decisions);
const char *record_text(uint64_t record, unsigned seats, const char *choices);
/* "aaaa...", of 64 digits. */
const char *id_text(uint64_t number);

/* A model that is connected to a node of a council and has all the first answers: height
 * 100 in view 4, no open proposal, no decision, no flag, no line. */
struct model *model_at_rest(unsigned seats);
/* Opens a proposal, seals so many ballots of the first seats. */
void open_proposal(struct model *m, uint64_t now_ms, uint64_t number, unsigned ballots);

#endif
