/* SPDX-License-Identifier: ISC */
#include "charter/fields.h"

#include "base/alloc.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A seat's number is one above its index, and people confuse the two: say both. */
static size_t seat_of(const struct place *at)
{
    for (; at != NULL; at = at->parent) {
        bool element = at->name == NULL && at->parent != NULL;
        if (element && at->parent->name != NULL && strcmp(at->parent->name, "seats") == 0) {
            return at->index + 1;
        }
    }
    return 0;
}

static void append_place(struct buffer *out, const struct place *at)
{
    if (at->parent == NULL) {
        return;
    }
    append_place(out, at->parent);
    if (at->name == NULL) {
        char index[32];
        (void)snprintf(index, sizeof(index), "[%zu]", at->index);
        buffer_append(out, index, strlen(index));
        return;
    }
    if (out->size > 0) {
        buffer_append(out, ".", 1);
    }
    text_escape(out, slice_of_string(at->name), "\\");
}

int fields_refuse(struct fields *f, const struct place *at, int error, const char *format,
                  ...)
{
    if (f->error != 0) {
        return f->error;
    }
    f->error = error;
    struct buffer place = {0};
    append_place(&place, at);
    if (place.size == 0) {
        buffer_append(&place, "the charter", strlen("the charter"));
    }
    char message[COMPLAINT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    message[text_whole(slice_of_string(message))] = '\0';
    char seat[32] = "";
    if (seat_of(at) > 0) {
        (void)snprintf(seat, sizeof(seat), " (seat %zu)", seat_of(at));
    }
    size_t shown = place.size > 200 ? text_whole(slice_of(place.data, 200)) : place.size;
    complain(f->why, error, "%.*s%s: %s", (int)shown, (const char *)place.data, seat,
             message);
    buffer_free(&place);
    return error;
}

void fields_known_in(struct fields *f, const struct place *at, json_t *object,
                     const char *const *names, const char *what, const char *page)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        bool known = false;
        for (size_t i = 0; names[i] != NULL; i++) {
            known = known || strcmp(names[i], key) == 0;
        }
        if (!known) {
            struct place here = {at, key, 0};
            fields_refuse(f, &here, CONCLAVE_EFORMAT,
                          "no such field; %s lists them: correct its name or remove it, or "
                          "upgrade if a later version's %s has it",
                          page, what);
            return;
        }
    }
}

void fields_known(struct fields *f, const struct place *at, json_t *object,
                  const char *const *names)
{
    fields_known_in(f, at, object, names, "charter", "conclave-charter(5)");
}

static const char *kind_name(json_type type)
{
    switch (type) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_NULL:
        return "null";
    }
    return "unknown";
}

/* true and false are two types of jansson's, and one here. */
static bool has_kind(const json_t *value, json_type kind)
{
    return kind == JSON_TRUE ? json_is_boolean(value) : json_typeof(value) == kind;
}

static json_t *get(struct fields *f, const struct place *here, json_t *parent,
                   json_type kind, bool optional)
{
    if (f->error != 0) {
        return NULL;
    }
    json_t *value = json_object_get(parent, here->name);
    if (value == NULL) {
        if (!optional) {
            fields_refuse(f, here, CONCLAVE_EFORMAT, "missing: add %s", kind_name(kind));
        }
        return NULL;
    }
    if (!has_kind(value, kind)) {
        fields_refuse(f, here, CONCLAVE_EFORMAT, "is %s, must be %s",
                      kind_name(json_typeof(value)), kind_name(kind));
        return NULL;
    }
    return value;
}

json_t *fields_object(struct fields *f, const struct place *at, json_t *parent,
                      const char *name, bool optional)
{
    struct place here = {at, name, 0};
    return get(f, &here, parent, JSON_OBJECT, optional);
}

json_t *fields_array(struct fields *f, const struct place *at, json_t *parent,
                     const char *name)
{
    struct place here = {at, name, 0};
    return get(f, &here, parent, JSON_ARRAY, false);
}

char *fields_text(struct fields *f, const struct place *at, json_t *parent,
                  const char *name, size_t max)
{
    struct place here = {at, name, 0};
    json_t *value = get(f, &here, parent, JSON_STRING, false);
    if (value == NULL) {
        return NULL;
    }
    const char *text = json_string_value(value);
    size_t size = json_string_length(value);
    if (size == 0 || size > max) {
        fields_refuse(f, &here, CONCLAVE_ELIMIT, "has %zu bytes, must have 1 to %zu", size,
                      max);
        return NULL;
    }
    if (text[0] == ' ' || text[size - 1] == ' ') {
        fields_refuse(f, &here, CONCLAVE_ETEXT,
                      "remove the space at its beginning or end, which nobody sees");
        return NULL;
    }
    return alloc_string(text);
}

static uint64_t checked_uint(struct fields *f, const struct place *here,
                             const json_t *value, uint64_t min, uint64_t max)
{
    json_int_t n = json_integer_value(value);
    if (n < 0 || (uint64_t)n < min || (uint64_t)n > max) {
        fields_refuse(f, here, CONCLAVE_ELIMIT,
                      "is %" JSON_INTEGER_FORMAT ", must be %" PRIu64 " to %" PRIu64, n,
                      min, max);
        return 0;
    }
    return (uint64_t)n;
}

uint64_t fields_uint(struct fields *f, const struct place *at, json_t *parent,
                     const char *name, uint64_t min, uint64_t max)
{
    struct place here = {at, name, 0};
    json_t *value = get(f, &here, parent, JSON_INTEGER, false);
    return value != NULL ? checked_uint(f, &here, value, min, max) : 0;
}

uint64_t fields_uint_or(struct fields *f, const struct place *at, json_t *parent,
                        const char *name, uint64_t min, uint64_t max, uint64_t fallback)
{
    struct place here = {at, name, 0};
    json_t *value = get(f, &here, parent, JSON_INTEGER, true);
    return value != NULL ? checked_uint(f, &here, value, min, max) : fallback;
}

bool fields_bool_or(struct fields *f, const struct place *at, json_t *parent,
                    const char *name, bool fallback)
{
    struct place here = {at, name, 0};
    json_t *value = get(f, &here, parent, JSON_TRUE, true);
    return value != NULL ? json_is_true(value) : fallback;
}
