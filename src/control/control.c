/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "control/control.h"

#include "base/alloc.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *control_role_name(enum control_role r)
{
    switch (r) {
    case ROLE_NONE:
        return "none";
    case ROLE_READ:
        return "read";
    case ROLE_AGENT:
        return "agent";
    case ROLE_OPERATE:
        return "operate";
    case ROLE_ADMINISTER:
        return "administer";
    }
    return "unknown";
}

void control_library_init(void)
{
    json_set_alloc_funcs(alloc, free);
}

unsigned control_depth(struct slice line)
{
    unsigned depth = 0, deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < line.size; i++) {
        uint8_t c = line.data[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

json_t *control_parse(struct slice line, struct complaint *why)
{
    if (line.size > CONTROL_LINE_MAX) {
        (void)complain(why, CONCLAVE_ELIMIT, "the line is longer than %d bytes",
                       CONTROL_LINE_MAX);
        return NULL;
    }
    /* jansson recurses once a level, so this comes first; what is no JSON at all it finds
     * itself. */
    if (control_depth(line) > CONTROL_DEPTH_MAX) {
        (void)complain(why, CONCLAVE_ELIMIT, "nested deeper than %d levels",
                       CONTROL_DEPTH_MAX);
        return NULL;
    }
    json_error_t error;
    json_t *value =
        json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        /* jansson quotes the input, cut anywhere. */
        struct buffer text = {NULL, 0, 0};
        text_escape(&text, slice_of_string(error.text), "");
        (void)complain(why, CONCLAVE_EFORMAT, "not JSON at byte %d: %.*s", error.position,
                       (int)text.size, text.data != NULL ? (const char *)text.data : "");
        buffer_free(&text);
    }
    return value;
}

/* jansson takes DEL, which is in strings alone, for a printable character. */
static int append(const char *data, size_t size, void *out)
{
    static const char escaped[] = "\\u007f";
    const char *at;
    while (size > 0 && (at = memchr(data, 0x7f, size)) != NULL) {
        buffer_append(out, data, (size_t)(at - data));
        buffer_append(out, escaped, sizeof(escaped) - 1);
        size -= (size_t)(at - data) + 1;
        data = at + 1;
    }
    buffer_append(out, data, size);
    return 0;
}

enum { DIGITS_LEAST = 15, DIGITS_MOST = 17 };

/* 15 digits keep whatever was written in so many; 17 keep every number. */
static int digits_of_real(double real)
{
    char text[32];
    for (int digits = DIGITS_LEAST; digits < DIGITS_MOST; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, real);
        if (strtod(text, NULL) == real) {
            return digits;
        }
    }
    return DIGITS_MOST;
}

static int digits_of(const json_t *value)
{
    int digits =
        json_is_real(value) ? digits_of_real(json_real_value(value)) : DIGITS_LEAST;
    const char *key;
    json_t *member;
    size_t i;
    json_array_foreach(value, i, member)
    {
        int its = digits_of(member);
        digits = its > digits ? its : digits;
    }
    json_object_foreach((json_t *)value, key, member)
    {
        int its = digits_of(member);
        digits = its > digits ? its : digits;
    }
    return digits;
}

size_t control_digits(const json_t *value)
{
    return JSON_REAL_PRECISION((size_t)digits_of(value));
}

void control_format(struct buffer *out, const json_t *value)
{
    /* ASCII only: nothing in a line can drive the terminal that socat writes it to. */
    size_t flags =
        JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY | control_digits(value);
    int failed = json_dump_callback(value, append, out, flags);
    assert(failed == 0);
    buffer_append(out, "\n", 1);
}

json_t *control_text(struct slice text)
{
    if (text.size == 0) {
        return json_string(""); /* its data may be NULL */
    }
    json_t *value = json_stringn((const char *)text.data, text.size);
    if (value == NULL || text_check(text, true, NULL) != 0) {
        struct buffer safe = {NULL, 0, 0};
        json_decref(value);
        text_escape(&safe, text, "");
        value = json_stringn((const char *)safe.data, safe.size);
        buffer_free(&safe);
    }
    return value;
}

static json_t *message(void)
{
    json_t *m = json_object();
    (void)json_object_set_new(m, "jsonrpc", json_string("2.0"));
    return m;
}

json_t *control_request(json_int_t id, const char *method, json_t *params)
{
    json_t *m = message();
    (void)json_object_set_new(m, "id", json_integer(id));
    (void)json_object_set_new(m, "method", json_string(method));
    if (params != NULL) {
        (void)json_object_set_new(m, "params", params);
    }
    return m;
}

json_t *control_result(json_t *id, json_t *result)
{
    json_t *m = message();
    (void)json_object_set_new(m, "id", id != NULL ? id : json_null());
    (void)json_object_set_new(m, "result", result != NULL ? result : json_null());
    return m;
}

json_t *control_error(json_t *id, enum control_code code, const char *text)
{
    json_t *m = message();
    json_t *error = json_object();
    (void)json_object_set_new(error, "code", json_integer(code));
    (void)json_object_set_new(error, "message", control_text(slice_of_string(text)));
    (void)json_object_set_new(m, "id", id != NULL ? id : json_null());
    (void)json_object_set_new(m, "error", error);
    return m;
}

json_t *control_notification(const char *method, json_t *params)
{
    json_t *m = message();
    (void)json_object_set_new(m, "method", json_string(method));
    if (params != NULL) {
        (void)json_object_set_new(m, "params", params);
    }
    return m;
}

char *control_find_socket(const char *given, struct complaint *why)
{
    /* A path that somebody named is the one they mean, whether it is there or not. */
    const char *named = given != NULL ? given : getenv("CONCLAVE_SOCKET");
    if (named != NULL && named[0] != '\0') {
        return alloc_string(named);
    }
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char *places[] = {
        alloc_string("./conclave.sock"),
        runtime != NULL && runtime[0] == '/'
            ? alloc_printf("%s/conclave/control.sock", runtime)
            : NULL,
        alloc_string("/run/conclave/control.sock"),
    };
    enum { PLACES = sizeof(places) / sizeof(places[0]) };
    char *found = NULL;
    struct buffer tried = {NULL, 0, 0};
    for (size_t i = 0; i < PLACES; i++) {
        if (places[i] == NULL) {
            continue;
        }
        /* One that this user may not see is there: connecting says what to do. */
        if (found == NULL && (access(places[i], F_OK) == 0 || errno == EACCES)) {
            found = alloc_string(places[i]);
        }
        buffer_append(&tried, ", ", 2);
        text_escape(&tried, slice_of_string(places[i]), "");
        free(places[i]);
    }
    if (found == NULL) {
        (void)complain(why, CONCLAVE_ENOENT,
                       "no control socket found; tried $CONCLAVE_SOCKET (not set)%.*s. "
                       "Start the node with: conclaved --config FILE, or name its socket "
                       "with --socket PATH",
                       (int)tried.size, (const char *)tried.data);
    }
    buffer_free(&tried);
    return found;
}
