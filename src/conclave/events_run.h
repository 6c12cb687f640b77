/* SPDX-License-Identifier: ISC */
/* A run of `events`: what is told, where it goes, and how far it is. */
#ifndef CONCLAVE_CONCLAVE_EVENTS_RUN_H
#define CONCLAVE_CONCLAVE_EVENTS_RUN_H

#include "conclave/command.h"
#include "conclave/events_cursor.h"
#include "conclave/events_filter.h"
#include "conclave/events_sink.h"

struct events {
    const struct command_line *line;
    struct events_filter filter;
    struct events_sink sink;
    struct events_cursor cursor; /* its place is where to go on, also without a file */
    bool follow, rationales;
    bool since_first;  /* begin with the first block, */
    bool since_record; /* the one that opened the proposal of this record, */
    uint64_t record;
    uint64_t since_ms; /* or with this block time; 0: as without any of these */
    uint64_t left;     /* events that may still be told */
    bool ended;        /* they were, or the proposal is final */
};

/* How it goes on. */
enum events_course {
    EVENTS_ON,
    EVENTS_DONE,   /* all was told, or nobody reads any more, or a signal came */
    EVENTS_FAILED, /* and it was said why */
    EVENTS_LOST,   /* the node went */
};

/* Takes an event in its order. False when no more are wanted. */
bool events_take(struct events *e, const json_t *event);
/* Writes what was taken, and now and then notes how far that is. */
enum events_course events_flush(struct events *e);
/* How long to wait before events_flush is due again, in ms; -1: for ever. */
int events_patience(const struct events *e);
/* Begins at this place of this council, unless the cursor was of another one. False after
 * saying so. */
bool events_start(struct events *e, const char *council_id, uint64_t height);

/* The two sources: events_node.c, events_store.c. */
enum events_course events_from_node(struct events *e);
enum events_course events_from_store(struct events *e);

#endif
