/* SPDX-License-Identifier: ISC */
/*
 * A line of JSON, read without an allocation for each value: the values of a text lie one
 * behind the other, each container before its members. Most of what a console does is to
 * read lines that it has little use for, and this is some ten times as fast as a tree.
 */
#ifndef CONCLAVE_UI_MODEL_VALUE_H
#define CONCLAVE_UI_MODEL_VALUE_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_NULL,
    VALUE_FALSE,
    VALUE_TRUE,
    VALUE_INTEGER,
    VALUE_OTHER_NUMBER, /* with a fraction, or beyond 64 bits */
    VALUE_STRING,
    VALUE_ARRAY,
    VALUE_OBJECT,
};

struct value {
    enum value_kind kind;
    uint32_t next;   /* how many values further the next sibling is */
    const char *key; /* of an object's member, else NULL */
    union {
        int64_t number;
        struct {
            const char *text; /* valid UTF-8 without a NUL inside, and one behind it */
            size_t size;
        };
    };
};

/* All zero is an empty one. What was read is valid until the next is read. */
struct value_reader {
    struct value *values;
    size_t count, capacity;
    char *texts;
    size_t text_size, text_capacity;
    struct slice in;
    size_t at;
};

/* The object or array that a text is; NULL when it is not JSON, or nests deeper than
 * CONTROL_DEPTH_MAX. Of a key that is there twice the first counts. */
const struct value *value_read(struct value_reader *r, struct slice text);
void value_reader_free(struct value_reader *r);
/* Bytes that it holds. */
size_t value_reader_bytes(const struct value_reader *r);

/* The members of an array or object; all take NULL and values of any kind. */
const struct value *value_first(const struct value *container);
const struct value *value_after(const struct value *container, const struct value *v);
#define VALUE_EACH(item, container)                                                        \
    for (const struct value *item##_in = (container), *item = value_first(item##_in);      \
         item != NULL; item = value_after(item##_in, item))

/* A member of an object by its name, or NULL; and what it is: UNKNOWN (UINT64_MAX) for what
 * is no integer from 0 on, "" for what is no string. */
const struct value *value_get(const struct value *object, const char *name);
uint64_t value_number(const struct value *object, const char *name);
const char *value_text(const struct value *object, const char *name);
bool value_true(const struct value *object, const char *name);
/* The same of a value itself. */
uint64_t value_as_number(const struct value *v);
bool value_is(const struct value *v, enum value_kind kind);

/* A member's text into room for size bytes, what is harmful escaped and what does not fit
 * left out between characters. */
void value_copy_text(char *out, size_t size, const struct value *object, const char *name);

#endif
