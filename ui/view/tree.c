/* SPDX-License-Identifier: ISC */
#include "ui/view/tree.h"

#include "base/text.h"
#include "ui/view/draw.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { KEY_COLUMNS = 15, TREE_DEPTH = 16, STEP = 2, SMALL = 8 };

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

static void put_blanks(struct buffer *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buffer_append(out, " ", 1);
    }
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

static void put_scalar(struct buffer *out, const char *key, const json_t *value)
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

static bool is_flat(const json_t *value)
{
    return json_array_size(value) == 0 && json_object_size(value) == 0;
}

static bool is_flat_array(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!is_flat(json_array_get(value, i))) {
            return false;
        }
    }
    return json_is_array(value);
}

static void put_key(struct buffer *out, unsigned indent, const char *key)
{
    size_t before = out->size;
    put_blanks(out, indent);
    text_escape(out, slice_of_string(key), "");
    size_t taken = out->size - before;
    put_blanks(out, taken < KEY_COLUMNS ? (unsigned)(KEY_COLUMNS - taken) : 1);
}

static void put_line(struct buffer *out, const char *key, const json_t *value)
{
    size_t count = json_array_size(value);
    if (count == 0) {
        put_scalar(out, key, value);
    }
    for (size_t i = 0; i < count && out->size < TREE_BYTES; i++) {
        words_put(out, i > 0 ? ", " : "");
        put_scalar(out, key, json_array_get(value, i));
    }
    words_put(out, "\n");
}

static void put_value(struct buffer *out, unsigned indent, const json_t *value,
                      unsigned depth);

static void put_member(struct buffer *out, unsigned indent, const char *key,
                       const json_t *value, unsigned depth)
{
    put_key(out, indent, key);
    if (is_flat(value) || is_flat_array(value)) {
        put_line(out, key, value);
    } else {
        words_put(out, "\n");
        put_value(out, indent + STEP, value, depth + 1);
    }
}

/* --- two statements --- */

static void put_side(struct buffer *out, unsigned indent, const char *side,
                     const json_t *value)
{
    put_blanks(out, indent);
    words_format(out, "%-7s", side);
    if (value == NULL) {
        words_put(out, "none\n");
    } else if (is_flat(value) || is_flat_array(value)) {
        put_line(out, "", value);
    } else {
        words_put(out, "of many parts\n");
    }
}

static void put_both(struct buffer *out, unsigned indent, const char *key,
                     const json_t *first, const json_t *second)
{
    put_key(out, indent, key);
    words_put(out, "\n");
    put_side(out, indent + STEP, "first", first);
    put_side(out, indent + STEP, "second", second);
}

/* What they have in common first, so that the difference is seen alone. */
static void put_pair(struct buffer *out, unsigned indent, json_t *first, json_t *second,
                     unsigned depth)
{
    const char *key;
    json_t *value;
    put_blanks(out, indent);
    words_put(out, "two statements, alike in\n");
    json_object_foreach(first, key, value)
    {
        if (json_equal(value, json_object_get(second, key))) {
            put_member(out, indent + STEP, key, value, depth + 1);
        }
    }
    put_blanks(out, indent);
    words_put(out, "and different in\n");
    json_object_foreach(first, key, value)
    {
        json_t *other = json_object_get(second, key);
        if (!json_equal(value, other)) {
            put_both(out, indent + STEP, key, value, other);
        }
    }
    json_object_foreach(second, key, value)
    {
        if (json_object_get(first, key) == NULL) {
            put_both(out, indent + STEP, key, NULL, value);
        }
    }
}

/* --- all the rest --- */

static void put_object(struct buffer *out, unsigned indent, json_t *value, unsigned depth)
{
    json_t *first = json_object_get(value, "first");
    json_t *second = json_object_get(value, "second");
    bool pair = json_is_object(first) && json_is_object(second);
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        if (out->size >= TREE_BYTES) {
            return;
        }
        if (!pair || (member != first && member != second)) {
            put_member(out, indent, key, member, depth);
        }
    }
    if (pair) {
        put_pair(out, indent, first, second, depth);
    }
}

/* A small object without parts of its own fits into a line. */
static bool is_small(const json_t *value)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        if (!is_flat(member)) {
            return false;
        }
    }
    return json_is_object(value) && json_object_size(value) <= SMALL;
}

static void put_small(struct buffer *out, const json_t *value)
{
    const char *key;
    json_t *member;
    const char *parts = " ";
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        words_put(out, parts);
        text_escape(out, slice_of_string(key), "");
        words_put(out, " ");
        put_scalar(out, key, member);
        parts = ", ";
    }
    words_put(out, "\n");
}

static void put_array(struct buffer *out, unsigned indent, const json_t *value,
                      unsigned depth)
{
    for (size_t i = 0; i < json_array_size(value) && out->size < TREE_BYTES; i++) {
        const json_t *element = json_array_get(value, i);
        put_blanks(out, indent);
        words_format(out, "%zu.", i + 1);
        if (is_flat(element) || is_flat_array(element)) {
            words_put(out, " ");
            put_line(out, "", element);
        } else if (is_small(element)) {
            put_small(out, element);
        } else {
            words_put(out, "\n");
            put_value(out, indent + STEP, element, depth + 1);
        }
    }
}

static void put_value(struct buffer *out, unsigned indent, const json_t *value,
                      unsigned depth)
{
    if (depth > TREE_DEPTH) {
        put_blanks(out, indent);
        words_put(out, "(deeper than is shown)\n");
    } else if (json_is_object(value)) {
        /* To go through an object, jansson wants it without const. */
        put_object(out, indent, (json_t *)(uintptr_t)value, depth);
    } else if (json_is_array(value)) {
        put_array(out, indent, value, depth);
    } else if (value != NULL) {
        put_blanks(out, indent);
        put_line(out, "", value);
    }
}

void tree_text(struct buffer *out, const json_t *value)
{
    struct buffer text = {NULL, 0, 0};
    put_value(&text, 0, value, 0);
    bool cut = text.size > TREE_BYTES;
    if (cut) {
        text.size = text_whole(slice_of(text.data, TREE_BYTES));
    }
    buffer_append_slice(out, buffer_slice(&text));
    if (cut) {
        words_put(out, "\n(there is more than is shown)\n");
    }
    buffer_free(&text);
}
