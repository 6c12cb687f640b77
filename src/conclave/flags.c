/* SPDX-License-Identifier: ISC */
/* `flags` and `flags ack`. */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include <string.h>

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 100000, SEATS_MAX = 128, ACK_MAX = 1000 };

/* --- flags --- */

static void print_flags(const json_t *answer)
{
    static const char *const headings[] = {"ID",   "STATE", "SEVERITY", "KIND",
                                           "SEAT", "COUNT", "LAST",     "TEXT"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_LEFT, ALIGN_LEFT,
                                       ALIGN_LEFT,  ALIGN_RIGHT, ALIGN_LEFT, ALIGN_LEFT};
    const json_t *rows = json_object_get(answer, "flags");
    if (json_array_size(rows) == 0) {
        (void)printf("There are no such flags.\n");
        return;
    }
    struct table *t = table_new(8, headings, align);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *f = json_array_get(rows, i);
        const char *state = member_text(f, "state");
        char seat[96] = "-", time[32];
        if (member_is_number(f, "seat")) {
            describe_seat(seat, f, "seat");
        }
        output_time(time, (uint64_t)member_number(f, "last_ms"));
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(f, "id"));
        table_cell(t, strcmp(state, "new") == 0 ? COLOUR_BOLD : COLOUR_PLAIN, "%s", state);
        table_cell(t, describe_severity_colour(f), "%s", member_text(f, "severity"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(f, "kind"));
        table_cell(t, COLOUR_PLAIN, "%s", seat);
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(f, "count"));
        table_cell(t, COLOUR_PLAIN, "%s", time);
        table_cell(t, COLOUR_PLAIN, "%s", member_text(f, "text"));
    }
    table_print(t);
    if (json_is_integer(json_object_get(answer, "next"))) {
        (void)printf("There are more; %lld are new, %lld acknowledged, %lld cleared. See "
                     "--limit.\n",
                     (long long)member_number(answer, "new"),
                     (long long)member_number(answer, "acknowledged"),
                     (long long)member_number(answer, "cleared"));
    }
}

/* The state that was asked for, or NULL after saying what is wrong. */
static const char *state_of(const struct command_line *line)
{
    static const char *const states[] = {"open", "new", "acknowledged", "cleared", "all"};
    const char *state = command_value(line, "state");
    if (command_flag(line, "all")) {
        if (state != NULL) {
            (void)command_misuse(line, "give --all or --state, not both");
            return NULL;
        }
        return "all";
    }
    for (size_t i = 0; state != NULL && i < sizeof(states) / sizeof(states[0]); i++) {
        if (strcmp(states[i], state) == 0) {
            return states[i];
        }
    }
    if (state != NULL) {
        (void)command_misuse(
            line, "--state is open, new, acknowledged, cleared or all, not \"%s\"", state);
        return NULL;
    }
    return "open";
}

static enum command_exit run_list(const struct command_line *line)
{
    uint64_t limit = LIMIT_DEFAULT, seat = 0;
    const char *state = state_of(line);
    if (state == NULL || !command_number(line, "limit", 1, LIMIT_MAX, &limit) ||
        !command_number(line, "seat", 1, SEATS_MAX, &seat)) {
        return COMMAND_USAGE;
    }
    json_t *params = json_object();
    (void)json_object_set_new(params, "state", json_string(state));
    if (seat > 0) {
        (void)json_object_set_new(params, "seat", json_integer((json_int_t)seat));
    }
    return node_list(line, "flags", params, limit, print_flags);
}

static const struct command_option list_options[] = {
    {"all", ARGUMENT_NONE, NULL, "cleared ones, too"},
    {"state", ARGUMENT_FLAG_STATE, "STATE",
     "open (the default), new, acknowledged, cleared or all"},
    {"seat", ARGUMENT_NUMBER, "N", "of this seat only"},
    {"limit", ARGUMENT_NUMBER, "N", "at most so many (default 50)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_flags = {
    .name = "flags",
    .summary = "List what a person should look at, the newest first",
    .operands = "",
    .socket = true,
    .options = list_options,
    .details =
        "A flag is this node's own observation of a seat or of the council, or a finding\n"
        "from the ledger, which all nodes have (conclave patterns). It is new until\n"
        "somebody has seen it (conclave flags ack), and open until it is over. conclave\n"
        "flags show has what is behind one.\n",
    .run = run_list,
};

/* --- flags ack --- */

static enum command_exit run_ack(const struct command_line *line)
{
    json_t *ids = json_array(), *params = json_object();
    (void)json_object_set_new(params, "ids", ids);
    for (int i = 0; i < line->operand_count; i++) {
        uint64_t id;
        if (!command_parse_number(line->operands[i], 1, INT64_MAX, &id)) {
            json_decref(params);
            return command_misuse(line, "\"%s\" is no flag's id", line->operands[i]);
        }
        (void)json_array_append_new(ids, json_integer((json_int_t)id));
    }
    json_t *answer = node_ask(line, "flags.ack", params);
    if (answer == NULL) {
        return COMMAND_FAILED;
    }
    size_t count = json_array_size(json_object_get(answer, "acknowledged"));
    if (line->json) {
        output_json(answer);
    } else {
        (void)printf("%zu flag%s acknowledged.\n", count, count == 1 ? "" : "s");
    }
    json_decref(answer);
    return COMMAND_DONE;
}

const struct command command_flags_ack = {
    .name = "flags ack",
    .summary = "Say that you have seen flags",
    .operands = "ID...",
    .operand = ARGUMENT_FLAG,
    .operands_min = 1,
    .operands_max = ACK_MAX,
    .socket = true,
    .details = "All who look at this node see it. A flag stays until it is cleared.\n",
    .run = run_ack,
};
