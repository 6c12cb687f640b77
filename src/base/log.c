/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include "base/clock.h"
#include "base/last_words.h"
#include "base/log_limit.h"
#include "base/log_place.h"
#include "base/log_text.h"

#include <string.h>

enum { LOST_TOLD_MS = 60000 };

static struct {
    enum log_level level;
    enum log_form form;
    struct log_limit *limit;
    log_tap *tap;
    void *tap_context;
    uint64_t lost, lost_since_ms; /* lines that the destination did not take */
    uint64_t lost_ever;
    bool lost_is_told; /* aside, */
    uint64_t told_ms;  /* monotonic: when it last was, 0: never */
} the_log = {.level = LOG_LEVEL_INFO};

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const char *const form_names[] = {"logfmt", "json"};

static int find_word(const char *word, const char *const *list, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0) {
            return i;
        }
    }
    return -1;
}

int log_level_parse(const char *word)
{
    return find_word(word, level_names, 4);
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

int log_form_parse(const char *word)
{
    return find_word(word, form_names, 2);
}

static struct log_moment now(void)
{
    return (struct log_moment){clock_monotonic_ms(), clock_wall_ms()};
}

/* --- one line --- */

/* What was written; text_at is where in the logfmt line what follows its event begins. */
static void tell_tap(enum log_level level, const struct log_field *fields, uint64_t time_ms,
                     struct slice line, size_t text_at)
{
    struct log_line l = {
        .level = level,
        .time_ms = time_ms,
        .event = fields->string,
        .fields = fields,
        .text = SLICE_NONE,
    };
    if (line.size > text_at) {
        l.text = slice_of(line.data + text_at + 1, line.size - text_at - 1);
    }
    the_log.tap(the_log.tap_context, &l);
}

/* Returns where in out what follows the event begins; time NULL: without it. */
static size_t format_logfmt(struct buffer *out, const char *time, enum log_level level,
                            const struct log_field *fields)
{
    if (time != NULL) {
        buffer_append(out, "ts=", 3);
        buffer_append(out, time, strlen(time));
        buffer_append(out, " ", 1);
    }
    return log_text_logfmt(out, level, fields);
}

static bool write_line(enum log_level level, const struct log_field *fields,
                       uint64_t time_ms)
{
    struct buffer logfmt = {NULL, 0, 0}, json = {NULL, 0, 0};
    char text[LOG_TIME_BYTES];
    const char *time = log_place_wants_time() ? text : NULL;
    log_time(text, time_ms);
    size_t text_at = format_logfmt(&logfmt, time, level, fields);
    if (the_log.form == LOG_FORM_JSON) {
        log_text_json(&json, time, level, fields);
    }
    bool is_written = log_place_write(
        level, buffer_slice(the_log.form == LOG_FORM_JSON ? &json : &logfmt));
    if (the_log.tap != NULL) {
        tell_tap(level, fields, time_ms, buffer_slice(&logfmt), text_at);
    }
    buffer_free(&logfmt);
    buffer_free(&json);
    return is_written;
}

/* --- what the destination does not take --- */

/* Standard error gets what the log's file cannot be told. */
static void write_aside(enum log_level level, const struct log_field *fields,
                        uint64_t time_ms)
{
    struct buffer line = {NULL, 0, 0};
    char text[LOG_TIME_BYTES];
    bool wants_time;
    if (!log_place_has_aside(&wants_time)) {
        return;
    }
    log_time(text, time_ms);
    if (the_log.form == LOG_FORM_JSON) {
        log_text_json(&line, wants_time ? text : NULL, level, fields);
    } else {
        (void)format_logfmt(&line, wants_time ? text : NULL, level, fields);
    }
    log_place_write_aside(level, buffer_slice(&line));
    buffer_free(&line);
}

/* The first line that is lost. A disk on which there is a little room again and again is
 * told of once in a while. */
static void begin_losing(struct log_moment moment)
{
    the_log.lost_since_ms = moment.wall_ms;
    the_log.lost_is_told =
        the_log.told_ms == 0 || moment.monotonic_ms - the_log.told_ms >= LOST_TOLD_MS;
    if (the_log.lost_is_told) {
        const struct log_field full[] = {
            LOG_NAMED("log.full", LOG_S("error", log_place_trouble()),
                      LOG_S("cure", "free space on the log's disk: lines are lost until it "
                                    "takes them again"))};
        the_log.told_ms = moment.monotonic_ms;
        write_aside(LOG_LEVEL_ERROR, full, moment.wall_ms);
    }
}

/* The number of those that were lost, where the destination takes it. */
static void end_losing(struct log_moment moment)
{
    char since[LOG_TIME_BYTES];
    log_time(since, the_log.lost_since_ms);
    const struct log_field lost[] = {
        LOG_NAMED("log.lost", LOG_N("count", the_log.lost), LOG_S("since", since))};
    if (!write_line(LOG_LEVEL_WARN, lost, moment.wall_ms)) {
        return;
    }
    if (the_log.lost_is_told) {
        write_aside(LOG_LEVEL_WARN, lost, moment.wall_ms);
    }
    the_log.lost = 0;
}

/* Lines that a full disk swallowed are counted, and the first that it takes again is
 * followed by their number. */
static void write_or_count(enum log_level level, const struct log_field *fields,
                           struct log_moment moment)
{
    if (write_line(level, fields, moment.wall_ms)) {
        if (the_log.lost > 0) {
            end_losing(moment);
        }
        return;
    }
    the_log.lost_ever++;
    if (the_log.lost++ == 0) {
        begin_losing(moment);
    }
}

uint64_t log_lost(void)
{
    return the_log.lost;
}

uint64_t log_lost_ever(void)
{
    return the_log.lost_ever;
}

/* --- what repeats itself --- */

static void tell_withheld(struct log_moment moment, bool all)
{
    struct log_withheld w;
    while (the_log.limit != NULL && log_limit_due(the_log.limit, moment, all, &w)) {
        write_or_count(w.level, w.fields, moment);
    }
}

void log_tick(void)
{
    tell_withheld(now(), false);
}

static void tell(enum log_level level, const struct log_field *fields, bool is_limited,
                 bool is_outside)
{
    if (level < the_log.level) {
        return;
    }
    struct log_moment moment = now();
    tell_withheld(moment, false);
    if (is_limited && the_log.limit == NULL) {
        the_log.limit = log_limit_new();
    }
    if (!is_limited || log_limit_admit(the_log.limit, level, fields, is_outside, moment)) {
        write_or_count(level, fields, moment);
    }
}

void log_event(enum log_level level, const struct log_field *fields)
{
    /* Who asked for debug lines wants them all. */
    tell(level, fields, level == LOG_LEVEL_INFO || level == LOG_LEVEL_WARN, false);
}

void log_event_outside(enum log_level level, const struct log_field *fields)
{
    tell(level, fields, level != LOG_LEVEL_DEBUG, true);
}

void log_tap_set(log_tap *tap, void *context)
{
    the_log.tap = tap;
    the_log.tap_context = context;
}

/* --- where to --- */

int log_open(const char *destination, enum log_level level, struct complaint *why)
{
    tell_withheld(now(), true);
    int error = log_place_open(destination, why);
    if (error == 0) {
        the_log.level = level;
        the_log.lost = 0;
        the_log.told_ms = 0;
    }
    return error;
}

void log_form_set(enum log_form form)
{
    the_log.form = form;
    last_words_in_json(form == LOG_FORM_JSON);
}

int log_reopen(struct complaint *why)
{
    return log_place_reopen(why);
}

bool log_is_journal(void)
{
    return log_place_is_journal();
}

bool log_is_file(void)
{
    return log_place_is_file();
}

void log_close(void)
{
    tell_withheld(now(), true);
    log_limit_free(the_log.limit);
    the_log.limit = NULL;
    the_log.lost = 0;
    log_place_close();
}
