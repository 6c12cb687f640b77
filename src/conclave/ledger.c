/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"

#include <string.h>

enum { LIMIT_DEFAULT = 20, LIMIT_MAX = 100000, PAGE_MAX = 100 };

/* --- the newest blocks --- */

static json_t *fetch_blocks(const struct command_line *line, struct control_client *c,
                            uint64_t limit)
{
    json_t *rows = json_array(), *page = NULL;
    const json_t *next = NULL;
    do {
        uint64_t left = limit - json_array_size(rows);
        json_t *params = json_object();
        (void)json_object_set_new(
            params, "limit", json_integer((json_int_t)(left < PAGE_MAX ? left : PAGE_MAX)));
        if (next != NULL) {
            (void)json_object_set(params, "from", (json_t *)next);
        }
        json_decref(page);
        page = node_call(line, c, "blocks", params);
        if (page == NULL) {
            json_decref(rows);
            return NULL;
        }
        (void)json_array_extend(rows, json_object_get(page, "blocks"));
        next = json_object_get(page, "next");
    } while (json_is_integer(next) && json_array_size(rows) < limit);
    (void)json_object_set_new(page, "blocks", rows);
    return page;
}

static void print_blocks(const json_t *rows)
{
    static const char *const headings[] = {"HEIGHT",     "TIME",  "VIEW", "PRIMARY",
                                           "OPERATIONS", "BYTES", "HASH"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_RIGHT, ALIGN_LEFT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    struct table *t = table_new(7, headings, align);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *b = json_array_get(rows, i);
        char time[32], primary[96] = "-";
        output_time(time, (uint64_t)member_number(b, "time_ms"));
        if (member_is_number(b, "primary")) {
            describe_seat(primary, b, "primary");
        }
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(b, "height"));
        table_cell(t, COLOUR_PLAIN, "%s", time);
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(b, "view"));
        table_cell(t, COLOUR_PLAIN, "%s", primary);
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(b, "operations"));
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(b, "bytes"));
        table_cell(t, COLOUR_DIM, "%.*s", 16, member_text(b, "hash"));
    }
    table_print(t);
}

static enum command_exit list(const struct command_line *line, struct control_client *c,
                              uint64_t limit)
{
    json_t *answer = fetch_blocks(line, c, limit);
    if (answer == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(answer);
    } else {
        print_blocks(json_object_get(answer, "blocks"));
    }
    json_decref(answer);
    return COMMAND_DONE;
}

/* --- one block --- */

/* A large block comes in several answers. */
static json_t *fetch_block(const struct command_line *line, struct control_client *c,
                           uint64_t height)
{
    json_t *envelopes = json_array(), *page = NULL;
    json_int_t from = 0;
    const json_t *next;
    do {
        json_decref(page);
        page =
            node_call(line, c, "block",
                      json_pack("{s:I,s:I}", "height", (json_int_t)height, "from", from));
        if (page == NULL) {
            json_decref(envelopes);
            return NULL;
        }
        (void)json_array_extend(envelopes, json_object_get(page, "envelopes"));
        next = json_object_get(page, "next");
        from = json_integer_value(next);
    } while (json_is_integer(next));
    (void)json_object_set_new(page, "envelopes", envelopes);
    return page;
}

/* "two different commit statements, view 3, height 9" */
static void describe_evidence(struct table *t, const json_t *op)
{
    const json_t *first = json_object_get(op, "first");
    char where[96] = "";
    if (member_is_number(first, "height")) {
        (void)snprintf(where, sizeof(where), ", view %lld, height %lld",
                       (long long)member_number(first, "view"),
                       (long long)member_number(first, "height"));
    } else if (member_is_number(first, "view")) {
        (void)snprintf(where, sizeof(where), ", view %lld",
                       (long long)member_number(first, "view"));
    } else {
        (void)snprintf(where, sizeof(where), ", proposal %.*s", SHORT_ID,
                       member_text(first, "proposal"));
    }
    table_cell(t, COLOUR_BAD, "two different %s statements%s", member_text(op, "evidence"),
               where);
}

/* What an operation is about, in a line. */
static void describe_operation(struct table *t, const json_t *op)
{
    const char *kind = member_text(op, "kind");
    if (strcmp(kind, "propose") == 0) {
        table_cell(t, COLOUR_PLAIN, "%s", member_text(op, "title"));
    } else if (strcmp(kind, "ballot") == 0) {
        table_cell(t, COLOUR_PLAIN, "sealed, commitment %.16s",
                   member_text(op, "commitment"));
    } else if (strcmp(kind, "reveal") == 0) {
        table_cell(t, COLOUR_PLAIN, "%s, confidence %lld", member_text(op, "choice"),
                   (long long)member_number(op, "confidence"));
    } else if (strcmp(kind, "evidence") == 0) {
        describe_evidence(t, op);
    } else {
        table_cell(t, COLOUR_PLAIN, "view %lld", (long long)member_number(op, "view"));
    }
}

static void print_operations(const json_t *envelopes)
{
    static const char *const headings[] = {"ENVELOPE", "SEAT",     "NAME",
                                           "KIND",     "PROPOSAL", "WHAT"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT,
                                       ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT};
    if (json_array_size(envelopes) == 0) {
        (void)printf("\nIt holds no operations.\n");
        return;
    }
    (void)printf("\nOperations\n");
    struct table *t = table_new(6, headings, align);
    for (size_t i = 0; i < json_array_size(envelopes); i++) {
        const json_t *e = json_array_get(envelopes, i);
        const json_t *operations = json_object_get(e, "operations");
        for (size_t j = 0; j < json_array_size(operations); j++) {
            const json_t *op = json_array_get(operations, j);
            const char *kind = member_text(op, "kind");
            const char *proposal =
                member_text(op, strcmp(kind, "propose") == 0 ? "id" : "proposal");
            table_cell(t, COLOUR_PLAIN, "%zu", i);
            table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(op, "seat"));
            table_cell(t, COLOUR_PLAIN, "%s", member_text(op, "name"));
            table_cell(t, COLOUR_PLAIN, "%s", kind);
            table_cell(t, COLOUR_PLAIN, "%.*s", SHORT_ID,
                       proposal[0] != '\0' ? proposal : "-");
            describe_operation(t, op);
        }
    }
    table_print(t);
}

static void print_certificate(const json_t *c)
{
    char seats[1024] = "";
    const json_t *list = json_object_get(c, "seats");
    if (!json_is_object(c)) {
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t used = strlen(seats);
        (void)snprintf(seats + used, sizeof(seats) - used, "%s%lld", i > 0 ? " " : "",
                       (long long)json_integer_value(json_array_get(list, i)));
    }
    describe_line("certificate", "height %lld, view %lld, %zu seats: %s",
                  (long long)member_number(c, "height"),
                  (long long)member_number(c, "view"), json_array_size(list), seats);
}

static void print_block(const json_t *b)
{
    char time[32], primary[96];
    output_time(time, (uint64_t)member_number(b, "time_ms"));
    describe_line("height", "%lld", (long long)member_number(b, "height"));
    describe_line("hash", "%s", member_text(b, "hash"));
    describe_line("previous", "%s", member_text(b, "prev_hash"));
    describe_line("time", "%s", time);
    if (member_is_number(b, "primary")) {
        describe_seat(primary, b, "primary");
        describe_line("view", "%lld, primary %s", (long long)member_number(b, "view"),
                      primary);
    } else {
        describe_line("note", "block 0 is the charter");
    }
    describe_line("operations", "%lld in %lld envelopes, %lld bytes",
                  (long long)member_number(b, "operations"),
                  (long long)json_array_size(json_object_get(b, "envelopes")),
                  (long long)member_number(b, "bytes"));
    describe_line("ops root", "%s", member_text(b, "ops_root"));
    describe_line("executed", "height %lld",
                  (long long)member_number(b, "executed_height"));
    describe_line("state root", "%s", member_text(b, "state_root"));
    print_certificate(json_object_get(b, "certificate"));
    print_operations(json_object_get(b, "envelopes"));
}

static enum command_exit show(const struct command_line *line, struct control_client *c,
                              uint64_t height)
{
    json_t *b = fetch_block(line, c, height);
    if (b == NULL) {
        return COMMAND_FAILED;
    }
    if (line->json) {
        output_json(b);
    } else {
        print_block(b);
    }
    json_decref(b);
    return COMMAND_DONE;
}

static enum command_exit run(const struct command_line *line)
{
    uint64_t limit = LIMIT_DEFAULT, height = 0;
    if (!command_number(line, "limit", 1, LIMIT_MAX, &limit)) {
        return COMMAND_USAGE;
    }
    if (line->operand_count > 0 &&
        !command_parse_number(line->operands[0], 0, INT64_MAX, &height)) {
        return command_misuse(line, "\"%s\" is no height", line->operands[0]);
    }
    struct control_client *c;
    if (!node_open(line, &c)) {
        return COMMAND_FAILED;
    }
    enum command_exit status =
        line->operand_count > 0 ? show(line, c, height) : list(line, c, limit);
    control_disconnect(c);
    return status;
}

static const struct command_option options[] = {
    {"limit", ARGUMENT_NUMBER, "N", "list at most so many (default 20)"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_ledger = {
    .name = "ledger",
    .summary = "List the newest blocks, or show one with all that is in it",
    .operands = "[HEIGHT]",
    .operand = ARGUMENT_NUMBER,
    .operands_max = 1,
    .socket = true,
    .options = options,
    .run = run,
};
