/* SPDX-License-Identifier: ISC */
/*
 * An alert: what receivers get, {"type", "timestamp", "data"}, made of what a node said.
 * Pure. The id depends only on what is told, so the same event has the same id even where
 * the helper learnt of it twice.
 */
#ifndef CONCLAVE_ALERT_ALERT_H
#define CONCLAVE_ALERT_ALERT_H

#include "base/bytes.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { ALERT_ID_BYTES = 4 + 32 + 1, ALERT_KIND_BYTES = 64 };

/* Least first. A word that is none of them is the highest: it should be seen. */
enum alert_severity { SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_CRITICAL };
/* -1 for another word. */
int alert_severity_parse(const char *word);
const char *alert_severity_name(enum alert_severity s);
enum alert_severity alert_severity_of(const char *word); /* NULL: notice */

/* The node that is followed; all null and 0 while it is not known. Borrowed. */
struct alert_source {
    const char *council, *council_id;
    unsigned seat;
    const char *name;
};

struct alert {
    char id[ALERT_ID_BYTES];
    const char *type; /* static */
    enum alert_severity severity;
    char kind[ALERT_KIND_BYTES]; /* of a flag; empty: it is about none */
    unsigned seat;               /* of a flag; 0: none */
    uint64_t time_ms;
    struct buffer body; /* compact JSON in ASCII */
};
void alert_free(struct alert *a);

/* What may happen to a flag, in this order, each once. */
enum alert_turn { TURN_RAISED = 1, TURN_ACKNOWLEDGED = 2, TURN_CLEARED = 4 };
/* Those that a flag, as the method flags gives it, has behind it. */
unsigned alert_flag_turns(const json_t *flag);
/* When it took the turn. */
uint64_t alert_flag_time(const json_t *flag, enum alert_turn turn);

void alert_of_flag(const struct alert_source *s, const json_t *flag, enum alert_turn turn,
                   struct alert *out);
/* A row of the method records, or the params of proposal.final. */
void alert_of_record(const struct alert_source *s, const json_t *record, struct alert *out);
/* stall is the params of the event, or what of status tells of it; since_ms is when it
 * began, by this machine's clock. */
void alert_of_stall(const struct alert_source *s, bool begins, const json_t *stall,
                    uint64_t since_ms, uint64_t now_ms, struct alert *out);
void alert_of_reach(const struct alert_source *s, bool reachable, const char *reason,
                    uint64_t since_ms, uint64_t now_ms, struct alert *out);
/* The queue is full, so that what comes is told later. */
void alert_of_full(const struct alert_source *s, size_t waiting, uint64_t now_ms,
                   struct alert *out);
/* With an id of its own each time. */
void alert_of_test(const struct alert_source *s, uint64_t now_ms, struct alert *out);

/* One line for people, of a body: "warning: silent raised, seat 2 elm: ...". No character
 * in it moves a terminal or ends a line. The caller frees. */
char *alert_text(struct slice body);

/* Every type, ends with NULL. */
extern const char *const alert_types[];

#endif
