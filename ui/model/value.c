/* SPDX-License-Identifier: ISC */
#include "ui/model/value.h"

#include "base/text.h"

#include <string.h>

bool value_is(const struct value *v, enum value_kind kind)
{
    return v != NULL && v->kind == kind;
}

const struct value *value_first(const struct value *container)
{
    bool holds = (value_is(container, VALUE_ARRAY) || value_is(container, VALUE_OBJECT)) &&
                 container->next > 1;
    return holds ? container + 1 : NULL;
}

const struct value *value_after(const struct value *container, const struct value *v)
{
    const struct value *next = v + v->next;
    return next < container + container->next ? next : NULL;
}

const struct value *value_get(const struct value *object, const char *name)
{
    if (!value_is(object, VALUE_OBJECT)) {
        return NULL;
    }
    VALUE_EACH(member, object)
    {
        if (strcmp(member->key, name) == 0) {
            return member;
        }
    }
    return NULL;
}

uint64_t value_as_number(const struct value *v)
{
    return value_is(v, VALUE_INTEGER) && v->number >= 0 ? (uint64_t)v->number : UINT64_MAX;
}

uint64_t value_number(const struct value *object, const char *name)
{
    return value_as_number(value_get(object, name));
}

const char *value_text(const struct value *object, const char *name)
{
    const struct value *v = value_get(object, name);
    return value_is(v, VALUE_STRING) ? v->text : "";
}

bool value_true(const struct value *object, const char *name)
{
    return value_is(value_get(object, name), VALUE_TRUE);
}

void value_copy_text(char *out, size_t size, const struct value *object, const char *name)
{
    const struct value *v = value_get(object, name);
    struct slice text =
        value_is(v, VALUE_STRING) ? slice_of(v->text, v->size) : slice_of("", 0);
    struct buffer safe = {NULL, 0, 0};
    if (text_check(text, false, NULL) != 0) {
        /* Of what is cut anyhow only so much is escaped. */
        text.size = text.size < size ? text.size : size;
        text_escape(&safe, slice_of(text.data, text_whole(text)), "");
        text = buffer_slice(&safe);
    }
    size_t taken = text.size < size ? text.size : text_whole(slice_of(text.data, size - 1));
    memcpy(out, text.data, taken);
    out[taken] = '\0';
    buffer_free(&safe);
}
