/* SPDX-License-Identifier: ISC */
#include "ui/view/tree.h"

#include "base/text.h"
#include "ui/view/draw.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void words_put(struct buffer *out, const char *text)
{
    buffer_append(out, text, strlen(text));
}

void words_format(struct buffer *out, const char *format, ...)
{
    char words[512];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    assert(size >= 0);
    buffer_append(out, words,
                  (size_t)size < sizeof(words) ? (size_t)size : sizeof(words) - 1);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), with = strlen(end);
    return size >= with && strcmp(text + size - with, end) == 0;
}

/* What the protocol calls times and durations: the names end so, and a time is a large
 * number. */
static void put_time(struct buffer *out, const char *key, json_int_t n)
{
    const json_int_t least_time = 100000000000; /* 1973, or three years */
    char words[32];
    if (n < 0 || !(ends_with(key, "_ms") || ends_with(key, "_ms_ago"))) {
        return;
    }
    if (n >= least_time) {
        words_date(words, sizeof(words), (uint64_t)n);
    } else {
        words_duration(words, sizeof(words), (uint64_t)n);
    }
    words_format(out, " (%s)", words);
}

void tree_scalar(struct buffer *out, const char *key, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        text_escape(out, slice_of(json_string_value(value), json_string_length(value)), "");
        break;
    case JSON_INTEGER:
        words_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        put_time(out, key, json_integer_value(value));
        break;
    case JSON_REAL:
        words_format(out, "%.10g", json_real_value(value));
        break;
    case JSON_TRUE:
        words_put(out, "yes");
        break;
    case JSON_FALSE:
        words_put(out, "no");
        break;
    case JSON_NULL:
        words_put(out, "-");
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
        words_put(out, "none"); /* others are not for one line */
        break;
    }
}
