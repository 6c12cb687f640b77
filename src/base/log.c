/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include "base/alloc.h"
#include "base/last_words.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static struct {
    enum log_level level;
    int fd; /* where lines go, unless to syslog */
    bool syslog;
    char *path; /* of the file, NULL for the other destinations */
    log_tap *tap;
    void *tap_context;
} the_log = {.level = LOG_LEVEL_INFO, .fd = STDERR_FILENO};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

int log_level_parse(const char *word)
{
    for (int i = 0; i < 4; i++) {
        if (strcmp(word, level_names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

static int open_file(const char *path, struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        return complain(why, CONCLAVE_EIO, "cannot open the log file %s: %s", path,
                        strerror(errno));
    }
    return fd;
}

int log_open(const char *destination, enum log_level level, struct complaint *why)
{
    bool is_file = strcmp(destination, "stderr") != 0 && strcmp(destination, "syslog") != 0;
    int fd = STDERR_FILENO;
    if (is_file) {
        fd = open_file(destination, why);
        if (fd < 0) {
            return fd;
        }
    }
    log_close();
    the_log.level = level;
    the_log.fd = fd;
    last_words_to(is_file ? fd : -1);
    the_log.path = is_file ? alloc_string(destination) : NULL;
    the_log.syslog = strcmp(destination, "syslog") == 0;
    if (the_log.syslog) {
        openlog("conclaved", LOG_PID, LOG_DAEMON);
    }
    return 0;
}

int log_reopen(struct complaint *why)
{
    if (the_log.path == NULL) {
        return 0;
    }
    int fd = open_file(the_log.path, why);
    if (fd < 0) {
        return fd;
    }
    last_words_to(fd);
    (void)close(the_log.fd);
    the_log.fd = fd;
    return 0;
}

void log_close(void)
{
    last_words_to(-1);
    if (the_log.path != NULL) {
        (void)close(the_log.fd);
        free(the_log.path);
    }
    if (the_log.syslog) {
        closelog();
    }
    the_log.path = NULL;
    the_log.syslog = false;
    the_log.fd = STDERR_FILENO;
}

static void append_string(struct buffer *out, const char *s)
{
    buffer_append(out, s, strlen(s));
}

/* Bare where the value is one plain word, else quoted with escapes. */
static void append_text(struct buffer *out, struct slice value)
{
    bool plain = value.size > 0;
    for (size_t i = 0; i < value.size && plain; i++) {
        uint8_t c = value.data[i];
        plain = c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\';
    }
    if (plain) {
        buffer_append_slice(out, value);
        return;
    }
    buffer_append(out, "\"", 1);
    text_escape(out, value, "\"\\");
    buffer_append(out, "\"", 1);
}

static void append_field(struct buffer *out, const struct log_field *f)
{
    char number[32];
    append_string(out, " ");
    append_string(out, f->key);
    append_string(out, "=");
    switch (f->kind) {
    case LOG_STRING:
        append_text(out, slice_of_string(f->string != NULL ? f->string : ""));
        break;
    case LOG_TEXT:
        append_text(out, f->bytes);
        break;
    case LOG_NUMBER:
        (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)f->number);
        append_string(out, number);
        break;
    case LOG_SIGNED:
        (void)snprintf(number, sizeof(number), "%lld", (long long)f->signed_number);
        append_string(out, number);
        break;
    case LOG_HEX:
        buffer_reserve(out, 2 * f->bytes.size + 1);
        hex_encode((char *)out->data + out->size, f->bytes);
        out->size += 2 * f->bytes.size;
        break;
    case LOG_END:
        break;
    }
}

/* Returns where its first field, the event's name, ends. */
static size_t format(struct buffer *out, enum log_level level,
                     const struct log_field *fields)
{
    append_string(out, "level=");
    append_string(out, level_names[level]);
    append_field(out, fields);
    size_t end = out->size;
    for (const struct log_field *f = fields + 1; f->kind != LOG_END; f++) {
        append_field(out, f);
    }
    return end;
}

void log_format(struct buffer *out, enum log_level level, const struct log_field *fields)
{
    (void)format(out, level, fields);
}

static void append_time(struct buffer *out, const struct timespec *now)
{
    struct tm tm;
    char text[40];
    (void)gmtime_r(&now->tv_sec, &tm);
    size_t length = strftime(text, sizeof(text), "ts=%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(text + length, sizeof(text) - length, ".%03ldZ ",
                   now->tv_nsec / 1000000);
    append_string(out, text);
}

void log_tap_set(log_tap *tap, void *context)
{
    the_log.tap = tap;
    the_log.tap_context = context;
}

/* The line, and where in it begins what follows its event. */
static void tell_tap(enum log_level level, const struct log_field *fields,
                     const struct timespec *now, struct slice line, size_t text_at)
{
    struct log_line l = {
        .level = level,
        .time_ms = (uint64_t)now->tv_sec * 1000 + (uint64_t)now->tv_nsec / 1000000,
        .event = fields->string,
        .fields = fields,
        .text = SLICE_NONE,
    };
    if (line.size > text_at) {
        l.text = slice_of(line.data + text_at + 1, line.size - text_at - 1);
    }
    the_log.tap(the_log.tap_context, &l);
}

void log_event(enum log_level level, const struct log_field *fields)
{
    static const int priorities[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};
    if (level < the_log.level) {
        return;
    }
    struct buffer line = {NULL, 0, 0};
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (!the_log.syslog) {
        append_time(&line, &now);
    }
    size_t text_at = format(&line, level, fields), end = line.size;
    if (the_log.syslog) {
        syslog(priorities[level], "%.*s", (int)line.size, (const char *)line.data);
    } else {
        buffer_append(&line, "\n", 1);
        /* One write a line, so that lines of several processes do not mix. A full
         * disk must not stop the council: a line that cannot be written is lost. */
        (void)!write(the_log.fd, line.data, line.size);
    }
    if (the_log.tap != NULL) {
        tell_tap(level, fields, &now, slice_of(line.data, end), text_at);
    }
    buffer_free(&line);
}
