/* SPDX-License-Identifier: ISC */
#include "ui/view/tree.h"

#include "base/text.h"
#include "ui/view/draw.h"

#include <string.h>

/* Keys of one object stand above each other, if they are not longer than this. */
enum { KEY_MAX = 20, TREE_DEPTH = 16, STEP = 2, SMALL = 8 };

static void put_blanks(struct buffer *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buffer_append(out, " ", 1);
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

/* Where a member is written: its column, and that of what it is. */
struct place {
    unsigned indent, width, depth;
};

static struct place place_of(unsigned indent, json_t *object, unsigned depth)
{
    struct place out = {indent, 0, depth};
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        size_t size = strlen(key);
        out.width = size > out.width && size <= KEY_MAX ? (unsigned)size : out.width;
    }
    return out;
}

static void put_name(struct buffer *out, unsigned indent, const char *key)
{
    put_blanks(out, indent);
    text_escape(out, slice_of_string(key), "");
}

static void put_key(struct buffer *out, struct place at, const char *key)
{
    size_t before = out->size;
    put_name(out, at.indent, key);
    size_t taken = out->size - before - at.indent;
    put_blanks(out, taken < at.width ? (unsigned)(at.width - taken) + 1 : 1);
}

static void put_line(struct buffer *out, const char *key, const json_t *value)
{
    size_t count = json_array_size(value);
    if (count == 0) {
        tree_scalar(out, key, value);
    }
    for (size_t i = 0; i < count && out->size < TREE_BYTES; i++) {
        words_put(out, i > 0 ? ", " : "");
        tree_scalar(out, key, json_array_get(value, i));
    }
    words_put(out, "\n");
}

static void put_value(struct buffer *out, unsigned indent, const json_t *value,
                      unsigned depth);

static void put_member(struct buffer *out, struct place at, const char *key,
                       const json_t *value)
{
    if (is_flat(value) || is_flat_array(value)) {
        put_key(out, at, key);
        put_line(out, key, value);
    } else {
        put_name(out, at.indent, key);
        words_put(out, "\n");
        put_value(out, at.indent + STEP, value, at.depth + 1);
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

static void put_both(struct buffer *out, struct place at, const char *key,
                     const json_t *first, const json_t *second)
{
    put_name(out, at.indent, key);
    words_put(out, "\n");
    put_side(out, at.indent + STEP, "first", first);
    put_side(out, at.indent + STEP, "second", second);
}

/* What they have in common first, so that the difference is seen alone. */
static void put_pair(struct buffer *out, unsigned indent, json_t *first, json_t *second,
                     unsigned depth)
{
    struct place at = place_of(indent + STEP, first, depth + 1);
    const char *key;
    json_t *value;
    put_blanks(out, indent);
    words_put(out, "two statements, alike in\n");
    json_object_foreach(first, key, value)
    {
        if (json_equal(value, json_object_get(second, key))) {
            put_member(out, at, key, value);
        }
    }
    put_blanks(out, indent);
    words_put(out, "and different in\n");
    json_object_foreach(first, key, value)
    {
        json_t *other = json_object_get(second, key);
        if (!json_equal(value, other)) {
            put_both(out, at, key, value, other);
        }
    }
    json_object_foreach(second, key, value)
    {
        if (json_object_get(first, key) == NULL) {
            put_both(out, at, key, NULL, value);
        }
    }
}

/* --- all the rest --- */

static void put_object(struct buffer *out, unsigned indent, json_t *value, unsigned depth)
{
    json_t *first = json_object_get(value, "first");
    json_t *second = json_object_get(value, "second");
    bool pair = json_is_object(first) && json_is_object(second);
    struct place at = place_of(indent, value, depth);
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        if (out->size >= TREE_BYTES) {
            return;
        }
        if (!pair || (member != first && member != second)) {
            put_member(out, at, key, member);
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
        tree_scalar(out, key, member);
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
    bool cut = text.size >= TREE_BYTES; /* nothing is begun from there on */
    if (cut) {
        text.size = text_whole(slice_of(text.data, TREE_BYTES));
    }
    buffer_append_slice(out, buffer_slice(&text));
    if (cut) {
        words_put(out, "\n(there is more than is shown)\n");
    }
    buffer_free(&text);
}
