/* SPDX-License-Identifier: ISC */
#include "conclaved/parameters.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 64 };

void parameters_begin(struct parameters *p, struct control_session *s, const json_t *object)
{
    *p = (struct parameters){.session = s, .object = object};
}

void parameters_fail(struct parameters *p, const char *format, ...)
{
    if (!p->failed) {
        struct complaint text;
        va_list args;
        va_start(args, format);
        (void)vsnprintf(text.text, sizeof(text.text), format, args);
        va_end(args);
        p->failed = true;
        control_fail(p->session, CONTROL_INVALID_PARAMS, "%s", text.text);
    }
}

static bool is_known(const struct parameters *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->known[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool parameters_end(struct parameters *p)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)p->object, name, value)
    {
        if (!is_known(p, name)) {
            parameters_fail(p,
                            "there is no parameter %.*s here; conclave-control(7) lists "
                            "them",
                            SHOWN_MAX, name);
        }
    }
    return !p->failed;
}

const json_t *parameters_get(struct parameters *p, const char *name)
{
    assert(p->count < PARAMETERS_MAX);
    p->known[p->count++] = name;
    const json_t *value = json_object_get(p->object, name);
    return json_is_null(value) ? NULL : value;
}

struct slice parameters_text(struct parameters *p, const char *name, size_t max,
                             bool required)
{
    const json_t *value = parameters_get(p, name);
    if (value == NULL) {
        if (required) {
            parameters_fail(p, "the parameter %s is missing", name);
        }
        return SLICE_NONE;
    }
    if (!json_is_string(value)) {
        parameters_fail(p, "the parameter %s must be a string", name);
        return SLICE_NONE;
    }
    if (json_string_length(value) > max) {
        parameters_fail(p, "the parameter %s has %zu bytes, at most %zu are allowed", name,
                        json_string_length(value), max);
        return SLICE_NONE;
    }
    return slice_of(json_string_value(value), json_string_length(value));
}

uint64_t parameters_number(struct parameters *p, const char *name, uint64_t min,
                           uint64_t max, uint64_t value)
{
    const json_t *given = parameters_get(p, name);
    if (given == NULL) {
        if (value == PARAMETER_REQUIRED) {
            parameters_fail(p, "the parameter %s is missing", name);
        }
        return value;
    }
    json_int_t number = json_integer_value(given);
    if (!json_is_integer(given) || number < 0 || (uint64_t)number < min ||
        (uint64_t)number > max) {
        parameters_fail(p, "the parameter %s must be an integer from %llu to %llu", name,
                        (unsigned long long)min, (unsigned long long)max);
        return value;
    }
    return (uint64_t)number;
}

bool parameters_flag(struct parameters *p, const char *name)
{
    const json_t *given = parameters_get(p, name);
    if (given != NULL && !json_is_boolean(given)) {
        parameters_fail(p, "the parameter %s must be true or false", name);
    }
    return json_is_true(given);
}

int parameters_word(struct parameters *p, const char *name, const char *const *words,
                    int value)
{
    const json_t *given = parameters_get(p, name);
    if (given == NULL && value >= 0) {
        return value;
    }
    const char *text = json_string_value(given);
    struct buffer list = {NULL, 0, 0};
    for (int i = 0; words[i] != NULL; i++) {
        if (text != NULL && strcmp(text, words[i]) == 0) {
            buffer_free(&list);
            return i;
        }
        buffer_append(&list, i > 0 ? ", " : "", i > 0 ? 2 : 0);
        buffer_append(&list, words[i], strlen(words[i]));
    }
    parameters_fail(p, "the parameter %s must be one of: %.*s", name, (int)list.size,
                    (const char *)list.data);
    buffer_free(&list);
    return 0;
}

size_t parameters_hex(struct parameters *p, const char *name, uint8_t *out, size_t min,
                      size_t max, bool required)
{
    struct slice text = parameters_text(p, name, 2 * max, required);
    if (text.size == 0 && !required) {
        return 0;
    }
    if (text.size / 2 < min ||
        hex_decode(out, text.size / 2, (const char *)text.data, text.size) != 0) {
        if (min == max) {
            parameters_fail(p, "the parameter %s must be %zu hexadecimal digits", name,
                            2 * min);
        } else {
            parameters_fail(p,
                            "the parameter %s must be an even number of hexadecimal "
                            "digits, %zu to %zu",
                            name, 2 * min, 2 * max);
        }
        return 0;
    }
    return text.size / 2;
}
