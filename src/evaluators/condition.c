/* SPDX-License-Identifier: ISC */
#include "evaluators/judge.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* One step down: a key of an object, or an index of an array. */
static const json_t *step(const json_t *at, const char *key, size_t length)
{
    if (json_is_array(at)) {
        size_t index = 0;
        for (size_t i = 0; i < length; i++) {
            if (!isdigit((unsigned char)key[i]) || index > 1000000) {
                return NULL;
            }
            index = index * 10 + (size_t)(key[i] - '0');
        }
        return json_array_get(at, index);
    }
    return json_object_getn(at, key, length);
}

static const json_t *look_up(const struct condition *c, const struct subject *s)
{
    const char *dot = strchr(c->path, '.');
    const json_t *at = s->proposal;
    if (strncmp(c->path, "seat.", 5) == 0) {
        at = s->seat;
    } else if (strncmp(c->path, "evidence.", 9) == 0) {
        at = json_object_get(s->proposal, "evidence");
    }
    while (at != NULL && dot != NULL) {
        const char *key = dot + 1;
        dot = strchr(key, '.');
        at = step(at, key, dot != NULL ? (size_t)(dot - key) : strlen(key));
    }
    return json_is_null(at) ? NULL : at;
}

static struct slice string_slice(const json_t *string)
{
    return slice_of(json_string_value(string), json_string_length(string));
}

static bool is_part_of_word(struct slice text, size_t at)
{
    return at < text.size && (isalnum(text.data[at]) || text.data[at] >= 0x80);
}

/* Whether the words stand in the text as whole words, in either case. */
static bool mentions(struct slice text, struct slice words)
{
    for (size_t i = 0; words.size > 0 && i + words.size <= text.size; i++) {
        if (rules_same_word(slice_of(text.data + i, words.size), words) &&
            (i == 0 || !is_part_of_word(text, i - 1)) &&
            !is_part_of_word(text, i + words.size)) {
            return true;
        }
    }
    return false;
}

static enum truth equals(const json_t *found, const struct value *v)
{
    switch (v->kind) {
    case VALUE_NUMBER:
        if (json_is_number(found)) {
            return json_number_value(found) == v->number ? YES : NO;
        }
        break;
    case VALUE_BOOLEAN:
        if (json_is_boolean(found)) {
            return json_is_true(found) == v->boolean ? YES : NO;
        }
        break;
    case VALUE_TEXT:
        if (json_is_string(found)) {
            return rules_same_word(string_slice(found), slice_of_string(v->text)) ? YES
                                                                                  : NO;
        }
        break;
    }
    return UNKNOWN;
}

static enum truth is_in(const json_t *found, const struct condition *c)
{
    enum truth result = UNKNOWN;
    for (size_t i = 0; i < c->value_count; i++) {
        enum truth one = equals(found, &c->values[i]);
        if (one == YES) {
            return YES;
        }
        result = one == NO ? NO : result;
    }
    return result;
}

static enum truth has(const json_t *found, const struct condition *c)
{
    if (json_is_array(found)) {
        for (size_t i = 0; i < json_array_size(found); i++) {
            if (is_in(json_array_get(found, i), c) == YES) {
                return YES;
            }
        }
        return NO;
    }
    if (!json_is_string(found)) {
        return UNKNOWN;
    }
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].kind == VALUE_TEXT &&
            mentions(string_slice(found), slice_of_string(c->values[i].text))) {
            return YES;
        }
    }
    return NO;
}

static enum truth from_bool(bool b)
{
    return b ? YES : NO;
}

static enum truth compare(double x, const struct condition *c)
{
    switch (c->op) {
    case OP_AT_LEAST:
        return from_bool(x >= c->values[0].number);
    case OP_AT_MOST:
        return from_bool(x <= c->values[0].number);
    case OP_MORE:
        return from_bool(x > c->values[0].number);
    case OP_LESS:
        return from_bool(x < c->values[0].number);
    case OP_BETWEEN:
        return from_bool(x >= c->values[0].number && x <= c->values[1].number);
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_IN:
    case OP_HAS:
    case OP_PRESENT:
    case OP_MISSING:
        break;
    }
    return UNKNOWN;
}

static enum truth judge_found(const struct condition *c, const json_t *found)
{
    switch (c->op) {
    case OP_PRESENT:
        return from_bool(found != NULL);
    case OP_MISSING:
        return from_bool(found == NULL);
    case OP_EQUAL:
        return equals(found, &c->values[0]);
    case OP_NOT_EQUAL: {
        enum truth equal = equals(found, &c->values[0]);
        return equal == UNKNOWN ? UNKNOWN : from_bool(equal == NO);
    }
    case OP_IN:
        return is_in(found, c);
    case OP_HAS:
        return has(found, c);
    case OP_AT_LEAST:
    case OP_AT_MOST:
    case OP_MORE:
    case OP_LESS:
    case OP_BETWEEN:
        return json_is_number(found) ? compare(json_number_value(found), c) : UNKNOWN;
    }
    return UNKNOWN;
}

enum truth condition_judge(const struct condition *c, const struct subject *s)
{
    json_t *made = NULL;
    const json_t *found;
    if (strcmp(c->path, "seat.framework") == 0) {
        made = s->framework != NULL ? json_string(s->framework) : NULL;
        found = made;
    } else {
        found = look_up(c, s);
    }
    if (c->count) {
        size_t size =
            json_is_array(found) ? json_array_size(found) : json_object_size(found);
        bool counts = json_is_array(found) || json_is_object(found);
        json_decref(made);
        made = counts ? json_real((double)size) : NULL;
        found = made;
    }
    enum truth result = judge_found(c, found);
    json_decref(made);
    return result;
}

enum truth conditions_judge(const struct conditions *c, const struct subject *s)
{
    enum truth result = YES;
    for (size_t i = 0; i < c->count; i++) {
        enum truth one = condition_judge(&c->list[i], s);
        if (one == NO) {
            return NO;
        }
        result = one == UNKNOWN ? UNKNOWN : result;
    }
    return result;
}
