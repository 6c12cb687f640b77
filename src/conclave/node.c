/* SPDX-License-Identifier: ISC */
#include "conclave/node.h"

#include "conclave/describe.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 200, ID_DIGITS_MIN = 6 };

bool node_open(const struct command_line *line, struct control_client **out)
{
    struct complaint why = {""};
    char *path = control_find_socket(line->socket, &why);
    int error = path == NULL ? CONCLAVE_ENOENT : control_connect(path, out, &why);
    free(path);
    if (error != 0) {
        (void)command_fail(line, "%s", why.text);
    }
    return error == 0;
}

json_t *node_call(const struct command_line *line, struct control_client *c,
                  const char *method, json_t *params)
{
    struct complaint why = {""};
    json_t *result = NULL;
    if (control_call(c, method, params, &result, NODE_TIMEOUT_MS, &why) != 0) {
        (void)command_fail(line, "%s", why.text);
        return NULL;
    }
    return result;
}

json_t *node_ask(const struct command_line *line, const char *method, json_t *params)
{
    struct control_client *c;
    if (!node_open(line, &c)) {
        json_decref(params);
        return NULL;
    }
    json_t *result = node_call(line, c, method, params);
    control_disconnect(c);
    return result;
}

bool node_check_id(const struct command_line *line, const char *id)
{
    size_t length = strlen(id);
    bool good = length >= ID_DIGITS_MIN && length <= ID_DIGITS &&
                id[strspn(id, "0123456789abcdef")] == '\0';
    if (!good) {
        (void)command_misuse(line,
                             "\"%s\" is no proposal's id: give 6 to 64 lower-case "
                             "hexadecimal digits, as conclave proposals lists them",
                             id);
    }
    return good;
}

/* NULL after saying what is wrong; params is stolen. */
static json_t *ask_pages(const struct command_line *line, struct control_client *c,
                         const char *method, json_t *params, uint64_t limit)
{
    json_t *rows = json_array(), *page = NULL;
    const json_t *next = NULL;
    do {
        uint64_t left = limit - json_array_size(rows);
        (void)json_object_set_new(
            params, "limit", json_integer((json_int_t)(left < PAGE_MAX ? left : PAGE_MAX)));
        if (next != NULL) {
            (void)json_object_set(params, "before", (json_t *)(uintptr_t)next);
        }
        json_decref(page);
        page = node_call(line, c, method, json_copy(params));
        (void)json_array_extend(rows, json_object_get(page, method));
        next = json_object_get(page, "next");
    } while (json_is_integer(next) && json_array_size(rows) < limit);
    if (page != NULL) {
        (void)json_object_set(page, method, rows);
    }
    json_decref(rows);
    json_decref(params);
    return page;
}

enum command_exit node_list(const struct command_line *line, const char *method,
                            json_t *params, uint64_t limit,
                            void (*print)(const json_t *answer))
{
    struct control_client *c;
    if (!node_open(line, &c)) {
        json_decref(params);
        return COMMAND_FAILED;
    }
    json_t *answer = ask_pages(line, c, method, params, limit);
    control_disconnect(c);
    if (answer == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(answer);
    } else {
        print(answer);
    }
    json_decref(answer);
    return COMMAND_DONE;
}
