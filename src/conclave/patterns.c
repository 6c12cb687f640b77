/* SPDX-License-Identifier: ISC */
#include "conclave/patterns.h"

#include "conclave/commands.h"
#include "conclave/node.h"
#include "conclave/output.h"

#include <string.h>

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100000, ATTEMPTS = 20, SEATS_MAX = 128 };

/* --- from a node --- */

static void extend(json_t *to, const json_t *from, const char *member)
{
    json_t *rows = json_object_get(to, member);
    (void)json_array_extend(rows, json_object_get(from, member));
}

/* Adds what had no room in the first answer. False after saying what is wrong; *moved: the
 * node executed a block meanwhile, and nothing is wrong. */
static bool add_rest(const struct command_line *line, struct control_client *c,
                     json_t *whole, bool *moved)
{
    json_int_t next = member_number(whole, "next");
    *moved = false;
    while (next > 0 && !*moved) {
        json_t *page =
            node_call(line, c, "patterns",
                      json_pack("{s:[ss],s:I}", "parts", "seats", "pairs", "from", next));
        if (page == NULL) {
            return false;
        }
        *moved = member_number(page, "height") != member_number(whole, "height");
        next = member_number(page, "next");
        extend(whole, page, "seats");
        extend(json_object_get(whole, "pairs"), json_object_get(page, "pairs"), "rows");
        json_decref(page);
    }
    return true;
}

static json_t *ask_node(const struct command_line *line)
{
    struct control_client *c;
    json_t *whole = NULL;
    bool moved = true;
    if (!node_open(line, &c)) {
        return NULL;
    }
    for (unsigned i = 0; moved && i < ATTEMPTS; i++) {
        json_decref(whole);
        whole = node_call(line, c, "patterns", NULL);
        if (whole == NULL || !add_rest(line, c, whole, &moved)) {
            json_decref(whole);
            whole = NULL;
            moved = false;
        }
    }
    control_disconnect(c);
    if (moved) {
        (void)command_fail(line, "the council decides faster than this can be read: try "
                                 "again, or give --recompute");
        json_decref(whole);
        return NULL;
    }
    (void)json_object_del(whole, "next");
    return whole;
}

/* --- what is asked for --- */

/* False after saying what does not go together. */
static bool check(const struct command_line *line)
{
    static const char *const views[] = {"pairs", "clusters", "findings", "seat"};
    bool recompute = command_flag(line, "recompute");
    unsigned count = line->json;
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        count += command_value(line, views[i]) != NULL;
    }
    const char *wrong = NULL;
    if (count > 1) {
        wrong = "give one of --pairs, --clusters, --findings, --seat and --json";
    } else if (command_flag(line, "recent") && command_flag(line, "all-time")) {
        wrong = "give --recent or --all-time, not both";
    } else if (command_flag(line, "recent") && count > 0) {
        wrong = "--recent is for the table of seats alone";
    } else if (command_flag(line, "all-time") && count > 0 &&
               !command_flag(line, "pairs")) {
        wrong = "--all-time is for seats and --pairs";
    } else if (recompute &&
               (line->operand_count == 0 || command_value(line, "charter") == NULL)) {
        wrong = "--recompute needs --charter FILE and the copy of a ledger";
    } else if (recompute && line->socket != NULL) {
        wrong = "--recompute asks no node: leave out --socket";
    } else if (!recompute &&
               (line->operand_count > 0 || command_value(line, "charter") != NULL ||
                command_value(line, "at") != NULL)) {
        wrong = "--charter, --at and a copy of a ledger go with --recompute";
    }
    if (wrong != NULL) {
        (void)command_misuse(line, "%s", wrong);
    }
    return wrong == NULL;
}

static const char *period_of(const struct command_line *line)
{
    if (command_flag(line, "all-time")) {
        return "all";
    }
    return command_flag(line, "recent") ? "recent" : "window";
}

static enum command_exit print(const struct command_line *line, const json_t *patterns,
                               uint64_t seat, uint64_t limit)
{
    if (line->json) {
        output_json(patterns);
    } else if (command_flag(line, "pairs")) {
        patterns_print_pairs(patterns, period_of(line), (size_t)limit);
    } else if (command_flag(line, "clusters")) {
        patterns_print_clusters(patterns);
    } else if (command_flag(line, "findings")) {
        patterns_print_findings(patterns);
    } else if (seat == 0) {
        patterns_print_seats(patterns, period_of(line));
    } else if (patterns_seat(patterns, (unsigned)seat) == NULL) {
        return command_fail(line, "the council has %zu seats",
                            json_array_size(json_object_get(patterns, "seats")));
    } else {
        patterns_print_seat(patterns, (unsigned)seat);
    }
    return COMMAND_DONE;
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t seat = 0, limit = LIMIT_DEFAULT;
    enum command_exit status = COMMAND_FAILED;
    if (!check(line) || !command_number(line, "seat", 1, SEATS_MAX, &seat) ||
        !command_number(line, "limit", 1, LIMIT_MAX, &limit)) {
        return COMMAND_USAGE;
    }
    json_t *patterns = command_flag(line, "recompute") ? patterns_recompute(line, &status)
                                                       : ask_node(line);
    if (patterns != NULL) {
        status = print(line, patterns, seat, limit);
        json_decref(patterns);
    }
    return status;
}

static const struct command_option options[] = {
    {"recent", ARGUMENT_NONE, NULL, "seats over the newest decisions of the window"},
    {"all-time", ARGUMENT_NONE, NULL, "seats or pairs since the first decision"},
    {"pairs", ARGUMENT_NONE, NULL, "pairs of seats, the most alike first"},
    {"limit", ARGUMENT_NUMBER, "N", "at most so many pairs (default 20)"},
    {"clusters", ARGUMENT_NONE, NULL, "groups of seats that vote alike"},
    {"findings", ARGUMENT_NONE, NULL, "what is odd: the open findings"},
    {"seat", ARGUMENT_NUMBER, "N", "all about this seat"},
    {"recompute", ARGUMENT_NONE, NULL, "from a copy of a ledger, without a node"},
    {"charter", ARGUMENT_FILE, "FILE", "the council's charter, for --recompute"},
    {"at", ARGUMENT_NUMBER, "HEIGHT", "as it was at this height, for --recompute"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_patterns = {
    .name = "patterns",
    .summary = "Show how the seats vote, and what is odd about it",
    .operands = "[DIR|FILE]",
    .operand = ARGUMENT_FILE,
    .operands_max = 1,
    .socket = true,
    .options = options,
    .details =
        "All of it is computed from the ledger, so that all nodes have the same, and\n"
        "whoever has a copy of it: --recompute with a data directory, a backup or its\n"
        "data.mdb prints the same bytes with --json as a node does at that height.\n"
        "conclave-patterns(7) defines the figures.\n",
    .run = run,
};
