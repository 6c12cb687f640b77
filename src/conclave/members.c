/* SPDX-License-Identifier: ISC */
#include "conclave/members.h"

const char *member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

json_int_t member_number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

bool member_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

bool member_is_number(const json_t *object, const char *name)
{
    return json_is_integer(json_object_get(object, name));
}
