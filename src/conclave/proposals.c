/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include <string.h>

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100000, PAGE_MAX = 200 };

/* Asks page by page until there are limit rows. The last page's answer, with all the rows;
 * NULL after saying what is wrong. */
static json_t *fetch(const struct command_line *line, struct control_client *c,
                     const char *state, uint64_t limit)
{
    json_t *rows = json_array(), *page = NULL;
    const json_t *next = NULL;
    do {
        uint64_t left = limit - json_array_size(rows);
        json_t *params = json_object();
        (void)json_object_set_new(params, "state", json_string(state));
        (void)json_object_set_new(
            params, "limit", json_integer((json_int_t)(left < PAGE_MAX ? left : PAGE_MAX)));
        if (next != NULL) {
            (void)json_object_set(params, "before", (json_t *)next);
        }
        json_decref(page);
        page = node_call(line, c, "proposals", params);
        if (page == NULL) {
            json_decref(rows);
            return NULL;
        }
        (void)json_array_extend(rows, json_object_get(page, "proposals"));
        next = json_object_get(page, "next");
    } while (json_is_integer(next) && json_array_size(rows) < limit);
    (void)json_object_set_new(page, "proposals", rows);
    return page;
}

static void print_proposals(const json_t *answer)
{
    static const char *const headings[] = {"ID",        "STATE",   "CLASS",
                                           "FOR",       "AGAINST", "ABSTAIN",
                                           "THRESHOLD", "OPENED",  "TITLE"};
    static const enum align align[] = {ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
                                       ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_LEFT};
    const json_t *rows = json_object_get(answer, "proposals");
    if (json_array_size(rows) == 0) {
        (void)printf("There are no such proposals.\n");
        return;
    }
    struct table *t = table_new(9, headings, align);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *p = json_array_get(rows, i);
        const char *state = describe_state(p);
        char time[32];
        output_time(time, (uint64_t)member_number(p, "opened_ms"));
        table_cell(t, COLOUR_PLAIN, "%.*s", SHORT_ID, member_text(p, "id"));
        table_cell(t, describe_state_colour(state), "%s", state);
        table_cell(t, COLOUR_PLAIN, "%s", member_text(p, "class"));
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(p, "approve"));
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(p, "reject"));
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(p, "abstain"));
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(p, "threshold"));
        table_cell(t, COLOUR_PLAIN, "%s", time);
        table_cell(t, COLOUR_PLAIN, "%s", member_text(p, "title"));
    }
    table_print(t);
    if (json_is_integer(json_object_get(answer, "next"))) {
        (void)printf("There are more; %lld are final, %lld open. See --limit.\n",
                     (long long)member_number(answer, "final"),
                     (long long)member_number(answer, "open"));
    }
}

static enum command_exit run(const struct command_line *line)
{
    static const char *const states[] = {"open", "final", "all"};
    const char *state = command_value(line, "state");
    uint64_t limit = LIMIT_DEFAULT;
    bool known = state == NULL;
    for (size_t i = 0; i < 3 && !known; i++) {
        known = strcmp(states[i], state) == 0;
    }
    if (!known) {
        return command_misuse(line, "--state is open, final or all, not \"%s\"", state);
    }
    if (!command_number(line, "limit", 1, LIMIT_MAX, &limit)) {
        return COMMAND_USAGE;
    }
    struct control_client *c;
    if (!node_open(line, &c)) {
        return COMMAND_FAILED;
    }
    json_t *answer = fetch(line, c, state != NULL ? state : "all", limit);
    control_disconnect(c);
    if (answer == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(answer);
    } else {
        print_proposals(answer);
    }
    json_decref(answer);
    return COMMAND_DONE;
}

static const struct command_option options[] = {
    {"state", ARGUMENT_WORD, "STATE", "open, final or all (default all)"},
    {"limit", ARGUMENT_NUMBER, "N", "at most so many (default 20)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_proposals = {
    .name = "proposals",
    .summary = "List proposals, the newest first",
    .operands = "",
    .socket = true,
    .options = options,
    .run = run,
};
