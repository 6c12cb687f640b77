/* SPDX-License-Identifier: ISC */
/* The file in which `events` notes how far it has told, so that it goes on from there. */
#ifndef CONCLAVE_CONCLAVE_EVENTS_CURSOR_H
#define CONCLAVE_CONCLAVE_EVENTS_CURSOR_H

#include "conclave/events_sink.h"

#include <stdint.h>

enum { EVENTS_COUNCIL_BYTES = 65 }; /* council_id in hexadecimal */

/* The event to be told next: its place among those of its block. */
struct events_place {
    uint64_t height, index;
};

/* "12.3" of an event that was told gives the place after it; false for anything else. */
bool events_place_after(const json_t *event, struct events_place *out);
bool events_place_is_after(struct events_place a, struct events_place b);

struct events_cursor {
    const char *path; /* NULL: nothing is noted */
    char council[EVENTS_COUNCIL_BYTES];
    bool found; /* there was one; then: */
    struct events_place place;
    uint64_t inode, size; /* of the output file when it was noted; 0: it had none */
    uint64_t noted_ms;    /* monotonic */
    bool behind;          /* more was told than is noted */
};

/* Reads it; that there is none yet is no error. */
int events_cursor_open(struct events_cursor *c, const char *path, struct complaint *why);
/* What follows in the file that was written last was told after the note: moves the place
 * behind it, and cuts half a line off. */
int events_cursor_look(struct events_cursor *c, struct events_sink *sink,
                       struct complaint *why);
/* Notes the place, after what was told is durable. */
int events_cursor_note(struct events_cursor *c, struct events_sink *sink,
                       struct complaint *why);

#endif
