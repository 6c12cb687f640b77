/* SPDX-License-Identifier: ISC */
/*
 * The event log: one line an event, in logfmt,
 *
 *     ts=2026-01-02T03:04:05.678Z level=info event=view.changed view=3 cause=timeout
 *
 * or as JSON with the same names. Event names are stable and listed in conclave-log(7).
 * Values are quoted where they need it, and whatever is not printable ASCII or valid,
 * harmless UTF-8 is escaped, so that text from outside never drives a terminal. What
 * repeats itself is told with a count (log_limit.h). One log per process; not for threads.
 */
#ifndef CONCLAVE_BASE_LOG_H
#define CONCLAVE_BASE_LOG_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_form { LOG_FORM_LOGFMT, LOG_FORM_JSON };

/* Where lines go: "stderr" (the default), "syslog", or a file's path. Standard error that
 * is the journal's gets priorities and no times. Returns 0 or CONCLAVE_EIO with the
 * complaint filled; the old destination stays. */
int log_open(const char *destination, enum log_level level, struct complaint *why);
void log_form_set(enum log_form form);
/* Opens the file again after logrotate moved it; other destinations are untouched. */
int log_reopen(struct complaint *why);
/* Tells what was withheld, and closes. */
void log_close(void);
/* Lines that were lost since the destination last took one; 0: it takes them. */
uint64_t log_lost(void);
/* Lines that were lost since the process began. */
uint64_t log_lost_ever(void);
/* Now and then: tells what was withheld long enough. */
void log_tick(void);
/* Whether standard error is the journal's and lines go there. */
bool log_is_journal(void);
bool log_is_file(void);
/* "debug", "info", "warn", "error"; -1 for any other word. */
int log_level_parse(const char *word);
const char *log_level_name(enum log_level level);
/* "logfmt", "json"; -1 for any other word. */
int log_form_parse(const char *word);

enum log_field_kind { LOG_END, LOG_STRING, LOG_TEXT, LOG_NUMBER, LOG_SIGNED, LOG_HEX };

/* The key lives as long as the program. */
struct log_field {
    enum log_field_kind kind;
    const char *key;
    union {
        const char *string;
        struct slice bytes;
        uint64_t number;
        int64_t signed_number;
    };
};

#define LOG_S(k, v) ((struct log_field){.kind = LOG_STRING, .key = (k), .string = (v)})
#define LOG_T(k, v) ((struct log_field){.kind = LOG_TEXT, .key = (k), .bytes = (v)})
#define LOG_N(k, v) ((struct log_field){.kind = LOG_NUMBER, .key = (k), .number = (v)})
#define LOG_I(k, v)                                                                        \
    ((struct log_field){.kind = LOG_SIGNED, .key = (k), .signed_number = (v)})
#define LOG_X(k, v) ((struct log_field){.kind = LOG_HEX, .key = (k), .bytes = (v)})

/* LOG_EVENT(LOG_LEVEL_INFO, "peer.up", LOG_N("seat", 3), LOG_S("address", text)); */
#define LOG_EVENT(level, ...)                                                              \
    log_event((level), (const struct log_field[]){LOG_NAMED(__VA_ARGS__)})
#define LOG_NAMED(name, ...)                                                               \
    LOG_S("event", name), ##__VA_ARGS__, ((struct log_field){.kind = LOG_END})

void log_event(enum log_level level, const struct log_field *fields);
/* Likewise of what strangers can cause at will, in any words: repetition is by event and
 * seat, and even errors are counted. */
void log_event_outside(enum log_level level, const struct log_field *fields);
#define LOG_OUTSIDE(level, ...)                                                            \
    log_event_outside((level), (const struct log_field[]){LOG_NAMED(__VA_ARGS__)})

/* A line as it went to the log. */
struct log_line {
    enum log_level level;
    uint64_t time_ms; /* since 1970 */
    const char *event;
    const struct log_field *fields;
    struct slice text; /* what follows the event's name in logfmt: "view=3 cause=timeout" */
};
/* Gets every line that is written, borrowed, after it was. It must not log. One, or NULL:
 * none. */
typedef void log_tap(void *context, const struct log_line *line);
void log_tap_set(log_tap *tap, void *context);

#endif
