/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include <string.h>

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100000 };

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
    json_t *params = json_object();
    (void)json_object_set_new(params, "state", json_string(state != NULL ? state : "all"));
    return node_list(line, "proposals", params, limit, print_proposals);
}

static const struct command_option options[] = {
    {"state", ARGUMENT_PROPOSAL_STATE, "STATE", "open, final or all (default all)"},
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
