/* SPDX-License-Identifier: ISC */
/*
 * Where `events` writes: standard output, a file that logrotate(8) may move away,
 * syslog(3). Lines are gathered and written together; what could not be written whole
 * leaves no part of itself in a file.
 */
#ifndef CONCLAVE_CONCLAVE_EVENTS_SINK_H
#define CONCLAVE_CONCLAVE_EVENTS_SINK_H

#include "base/bytes.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct events_sink {
    const char *path; /* NULL: no file */
    int fd;           /* -1: no lines are written */
    bool is_file;     /* a regular one, which is cut back and synced */
    bool syslog;
    bool unsynced;
    off_t size;        /* up to where a file is whole */
    struct buffer out; /* lines that are not written yet */
};

/* path NULL: standard output, unless syslog is wanted. facility: LOG_DAEMON, .. */
int events_sink_open(struct events_sink *s, const char *path, bool syslog, int facility,
                     struct complaint *why);
/* Gathers an event. */
void events_sink_put(struct events_sink *s, const json_t *event);
/* Writes what was gathered. 0; CONCLAVE_ECLOSED: nobody reads any more; CONCLAVE_EAGAIN: a
 * signal wants the end (events_signals.h); CONCLAVE_EFULL or _EIO. */
int events_sink_flush(struct events_sink *s, struct complaint *why);
/* Makes what was written durable, where that can be. */
int events_sink_sync(struct events_sink *s, struct complaint *why);
/* Opens the file again by its name; where that fails it goes on with the one it has. */
int events_sink_reopen(struct events_sink *s, struct complaint *why);
void events_sink_close(struct events_sink *s);

/* --- events_syslog.c: pure --- */

/* The number of a facility by its name: "daemon", "local0", ..; -1: there is none. */
int events_facility(const char *name);
/* LOG_INFO, .. for an event. */
int events_severity(const json_t *event);
/* Appends the event as a line of logfmt, without its time, which syslog adds. */
void events_syslog_line(struct buffer *out, const json_t *event);

#endif
