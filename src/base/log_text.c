/* SPDX-License-Identifier: ISC */
#include "base/log_text.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void log_time(char out[LOG_TIME_BYTES], uint64_t time_ms)
{
    struct tm tm;
    time_t seconds = (time_t)(time_ms / 1000);
    (void)gmtime_r(&seconds, &tm);
    size_t length = strftime(out, LOG_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out + length, LOG_TIME_BYTES - length, ".%03uZ",
                   (unsigned)(time_ms % 1000));
}

static void append_string(struct buffer *out, const char *s)
{
    buffer_append(out, s, strlen(s));
}

static void append_hex(struct buffer *out, struct slice bytes)
{
    buffer_reserve(out, 2 * bytes.size + 1);
    hex_encode((char *)out->data + out->size, bytes);
    out->size += 2 * bytes.size;
}

static void append_number(struct buffer *out, const struct log_field *f)
{
    char number[32];
    if (f->kind == LOG_NUMBER) {
        (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)f->number);
    } else {
        (void)snprintf(number, sizeof(number), "%lld", (long long)f->signed_number);
    }
    append_string(out, number);
}

static struct slice text_of(const struct log_field *f)
{
    if (f->kind == LOG_TEXT) {
        return f->bytes;
    }
    return slice_of_string(f->string != NULL ? f->string : "");
}

/* --- logfmt --- */

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

void log_text_field(struct buffer *out, const struct log_field *f)
{
    append_string(out, " ");
    append_string(out, f->key);
    append_string(out, "=");
    switch (f->kind) {
    case LOG_STRING:
    case LOG_TEXT:
        append_text(out, text_of(f));
        break;
    case LOG_NUMBER:
    case LOG_SIGNED:
        append_number(out, f);
        break;
    case LOG_HEX:
        append_hex(out, f->bytes);
        break;
    case LOG_END:
        break;
    }
}

size_t log_text_logfmt(struct buffer *out, enum log_level level,
                       const struct log_field *fields)
{
    append_string(out, "level=");
    append_string(out, log_level_name(level));
    log_text_field(out, fields);
    size_t end = out->size;
    for (const struct log_field *f = fields + 1; f->kind != LOG_END; f++) {
        log_text_field(out, f);
    }
    return end;
}

/* --- JSON --- */

/* What the escapes of text leave is valid UTF-8 without control characters: only quotes
 * and backslashes, those of the escapes too, need one more. */
static void append_json_text(struct buffer *out, struct slice value)
{
    struct buffer safe = {NULL, 0, 0};
    text_escape(&safe, value, "");
    buffer_append(out, "\"", 1);
    for (size_t i = 0; i < safe.size; i++) {
        if (safe.data[i] == '"' || safe.data[i] == '\\') {
            buffer_append(out, "\\", 1);
        }
        buffer_append(out, &safe.data[i], 1);
    }
    buffer_append(out, "\"", 1);
    buffer_free(&safe);
}

static void append_json_field(struct buffer *out, const struct log_field *f)
{
    const char *quote;
    append_string(out, ",\"");
    append_string(out, f->key);
    append_string(out, "\":");
    switch (f->kind) {
    case LOG_STRING:
    case LOG_TEXT:
        append_json_text(out, text_of(f));
        break;
    case LOG_NUMBER:
    case LOG_SIGNED:
        /* Many readers of JSON have no integers above. */
        quote = f->kind == LOG_NUMBER && f->number > INT64_MAX ? "\"" : "";
        append_string(out, quote);
        append_number(out, f);
        append_string(out, quote);
        break;
    case LOG_HEX:
        append_string(out, "\"");
        append_hex(out, f->bytes);
        append_string(out, "\"");
        break;
    case LOG_END:
        break;
    }
}

void log_text_json(struct buffer *out, const char *time, enum log_level level,
                   const struct log_field *fields)
{
    append_string(out, "{");
    if (time != NULL) {
        append_string(out, "\"ts\":\"");
        append_string(out, time);
        append_string(out, "\",");
    }
    append_string(out, "\"level\":\"");
    append_string(out, log_level_name(level));
    append_string(out, "\"");
    for (const struct log_field *f = fields; f->kind != LOG_END; f++) {
        append_json_field(out, f);
    }
    append_string(out, "}");
}
