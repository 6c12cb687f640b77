/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/diversity_print.h"
#include "conclave/node.h"

#include <string.h>

static const char *state_of(const json_t *seat, enum colour *colour)
{
    *colour = COLOUR_BAD;
    if (member_true(seat, "expelled")) {
        return "expelled";
    }
    if (!member_true(seat, "connected")) {
        return "down";
    }
    if (strcmp(member_text(seat, "state"), "down") == 0) {
        return "silent";
    }
    if (member_true(seat, "suspended")) {
        *colour = COLOUR_WARN;
        return "suspended";
    }
    if (strcmp(member_text(seat, "state"), "suspected") == 0) {
        *colour = COLOUR_WARN;
        return "suspected";
    }
    *colour = COLOUR_GOOD;
    if (member_true(seat, "primary")) {
        return "primary";
    }
    return member_true(seat, "self") ? "this node" : "up";
}

static void number_cell(struct table *t, const json_t *object, const char *name,
                        const char *unit)
{
    if (member_is_number(object, name)) {
        table_cell(t, COLOUR_PLAIN, "%lld%s", (long long)member_number(object, name), unit);
    } else {
        table_cell(t, COLOUR_DIM, "-");
    }
}

static void heard_cell(struct table *t, const json_t *seat)
{
    char text[32];
    if (!member_is_number(seat, "heard_ms_ago")) {
        table_cell(t, COLOUR_DIM, "never");
        return;
    }
    output_duration(text, (uint64_t)member_number(seat, "heard_ms_ago"));
    table_cell(t, COLOUR_PLAIN, "%s", text);
}

static void flags_cell(struct table *t, const json_t *seat)
{
    const json_t *flags = json_object_get(seat, "flags");
    char text[256] = "";
    for (size_t i = 0; i < json_array_size(flags); i++) {
        size_t used = strlen(text);
        const char *flag = json_string_value(json_array_get(flags, i));
        (void)snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? "," : "",
                       flag != NULL ? flag : "");
    }
    table_cell(t, COLOUR_WARN, "%s", text);
}

static void print_seats(const json_t *seats)
{
    static const char *const headings[] = {
        "SEAT",  "NAME", "VENDOR",  "MODEL", "JURISDICTION", "STATE",    "VIEW", "HEIGHT",
        "HEARD", "TRIP", "BALLOTS", "LATE",  "MISSED",       "WITHHELD", "FLAGS"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT,
                                       ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_RIGHT, ALIGN_RIGHT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    struct table *t = table_new(15, headings, align);
    for (size_t i = 0; i < json_array_size(seats); i++) {
        const json_t *seat = json_array_get(seats, i);
        const json_t *totals = json_object_get(seat, "totals");
        enum colour colour;
        const char *state = state_of(seat, &colour);
        number_cell(t, seat, "seat", "");
        table_cell(t, COLOUR_PLAIN, "%s", member_text(seat, "name"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(seat, "vendor"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(seat, "model_family"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(seat, "jurisdiction"));
        table_cell(t, colour, "%s", state);
        number_cell(t, seat, "view", "");
        number_cell(t, seat, "height", "");
        heard_cell(t, seat);
        number_cell(t, seat, "round_trip_ms", " ms");
        number_cell(t, totals, "ballots", "");
        number_cell(t, totals, "late", "");
        number_cell(t, totals, "missed", "");
        number_cell(t, totals, "withheld", "");
        flags_cell(t, seat);
    }
    table_print(t);
}

/* Why a seat does not count, in a line for each. */
static void print_excluded(const json_t *seats)
{
    for (size_t i = 0; i < json_array_size(seats); i++) {
        const json_t *seat = json_array_get(seats, i);
        char name[96], text[256];
        describe_seat(name, seat, "seat");
        if (member_true(seat, "expelled")) {
            (void)snprintf(text, sizeof(text),
                           "%s is expelled: block %lld proves two different %s statements.",
                           name, (long long)member_number(seat, "expelled_height"),
                           member_text(seat, "expelled_for"));
        } else if (member_true(seat, "suspended")) {
            (void)snprintf(text, sizeof(text),
                           "%s is suspended until epoch %lld: it missed or withheld too "
                           "many ballots.",
                           name, (long long)member_number(seat, "suspended_until_epoch"));
        } else {
            continue;
        }
        output_text(COLOUR_BAD, text);
        (void)printf("\n");
    }
}

static enum command_exit run(const struct command_line *line)
{
    bool groups = command_flag(line, "groups");
    json_t *seats = node_ask(line, groups ? "diversity" : "seats", NULL);
    if (seats == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(seats);
    } else if (groups) {
        diversity_print(seats);
    } else {
        print_seats(seats);
        print_excluded(seats);
    }
    json_decref(seats);
    return COMMAND_DONE;
}

static const struct command_option options[] = {
    {"groups", ARGUMENT_NONE, NULL, "how many each vendor, model family, jurisdiction has"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_seats = {
    .name = "seats",
    .summary = "List the seats: who they are, whether they are there, how they voted",
    .operands = "",
    .socket = true,
    .options = options,
    .details =
        "What is said of another seat but its votes is this node's own observation.\n"
        "conclave seats --json has more: keys, addresses, counts of the channels.\n"
        "--groups shows who may fail together, as conclave charter check does.\n",
    .run = run,
};
