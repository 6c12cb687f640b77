/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/node.h"
#include "conclave/whole_proposal.h"

#include <string.h>

static void print_text(const char *label, const char *text)
{
    if (text[0] != '\0') {
        (void)printf("\n%s\n", label);
        output_paragraph(2, text);
    }
}

static void print_tally(const json_t *p)
{
    const char *state = describe_state(p);
    const char *reason = member_text(p, "reason");
    char text[96];
    (void)snprintf(text, sizeof(text), reason[0] != '\0' ? "%s (%s)" : "%s%s", state,
                   reason);
    describe_coloured("state", describe_state_colour(state), text);
    if (member_is_number(p, "threshold")) {
        describe_line(
            "tally", "%lld approve, %lld reject, %lld abstain; %lld approvals decide",
            (long long)member_number(p, "approve"), (long long)member_number(p, "reject"),
            (long long)member_number(p, "abstain"),
            (long long)member_number(p, "threshold"));
        describe_line("ballots", "%lld committed, %lld opened",
                      (long long)member_number(p, "committed"),
                      (long long)member_number(p, "revealed"));
    }
}

static void print_moments(const json_t *p)
{
    static const char *const names[] = {"opened", "sealed", "decided", "final"};
    static const char *const deadlines[][2] = {
        {"commit_deadline_ms", "ballots until"},
        {"grace_deadline_ms", "grace until"},
        {"reveal_deadline_ms", "reveals until"},
    };
    char text[96];
    for (size_t i = 0; i < 4; i++) {
        const json_t *moment = json_object_get(p, names[i]);
        if (json_is_object(moment)) {
            describe_moment(text, moment);
            describe_line(names[i], "%s", text);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        if (member_is_number(p, deadlines[i][0])) {
            output_time(text, (uint64_t)member_number(p, deadlines[i][0]));
            describe_line(deadlines[i][1], "%s", text);
        }
    }
}

static enum colour choice_colour(const char *choice)
{
    return strcmp(choice, "approve") == 0  ? COLOUR_GOOD
           : strcmp(choice, "reject") == 0 ? COLOUR_BAD
                                           : COLOUR_PLAIN;
}

static void height_cell(struct table *t, const json_t *row, const char *name)
{
    if (member_is_number(row, name)) {
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(row, name));
    } else {
        table_cell(t, COLOUR_DIM, "-");
    }
}

/* Who is not awaited, and not expelled, was suspended when the proposal was opened. */
static const char *status_of(const json_t *row)
{
    const char *status = member_text(row, "status");
    return strcmp(status, "not-awaited") == 0 ? "suspended" : status;
}

static void print_ballots(const json_t *rows)
{
    static const char *const headings[] = {"SEAT", "NAME",      "STATUS", "CHOICE",
                                           "SURE", "COMMITTED", "OPENED", "COMMITMENT"};
    static const enum align align[] = {ALIGN_RIGHT, ALIGN_LEFT,  ALIGN_LEFT,  ALIGN_LEFT,
                                       ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_RIGHT, ALIGN_LEFT};
    (void)printf("\nBallots\n");
    struct table *t = table_new(8, headings, align);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *choice = member_text(row, "choice");
        const char *commitment = member_text(row, "commitment");
        table_cell(t, COLOUR_PLAIN, "%lld", (long long)member_number(row, "seat"));
        table_cell(t, COLOUR_PLAIN, "%s", member_text(row, "name"));
        table_cell(t, COLOUR_PLAIN, "%s", status_of(row));
        table_cell(t, choice_colour(choice), "%s", choice[0] != '\0' ? choice : "-");
        height_cell(t, row, "confidence");
        height_cell(t, row, "ballot_height");
        height_cell(t, row, "reveal_height");
        table_cell(t, COLOUR_DIM, "%.*s", 16, commitment[0] != '\0' ? commitment : "-");
    }
    table_print(t);
}

static void print_rationales(const json_t *rows)
{
    bool first = true;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *rationale = member_text(row, "rationale");
        char name[96];
        if (rationale[0] == '\0') {
            continue;
        }
        (void)printf("%s", first ? "\nRationales\n" : "");
        first = false;
        describe_seat(name, row, "seat");
        (void)printf("  ");
        output_text(COLOUR_BOLD, name);
        (void)printf(", ");
        output_text(COLOUR_PLAIN, member_text(row, "choice"));
        (void)printf("\n");
        output_paragraph(4, rationale);
    }
}

static void print_proposal(const json_t *p)
{
    char proposer[96];
    describe_seat(proposer, p, "proposer");
    output_text(COLOUR_BOLD, member_text(p, "title"));
    (void)printf("\n");
    describe_line("id", "%s", member_text(p, "id"));
    describe_line("class", "%s", member_text(p, "class"));
    describe_line("proposer", "%s", proposer);
    print_tally(p);
    print_moments(p);
    if (strcmp(member_text(p, "phase"), "waiting") == 0) {
        describe_line("note", "no block holds it yet: see conclave status");
    }
    print_text("Text", member_text(p, "text"));
    print_text("Evidence", member_text(p, "evidence"));
    print_text("Payload digest", member_text(p, "payload"));
    const json_t *rows = json_object_get(p, "seats");
    if (json_array_size(rows) > 0) {
        print_ballots(rows);
        print_rationales(rows);
    }
}

static enum command_exit run(const struct command_line *line)
{
    const char *id = line->operands[0];
    if (!node_check_id(line, id)) {
        return COMMAND_USAGE;
    }
    struct control_client *c;
    if (!node_open(line, &c)) {
        return COMMAND_FAILED;
    }
    struct complaint why = {""};
    json_t *p = NULL;
    int error = whole_proposal(c, id, &p, &why);
    control_disconnect(c);
    if (error != 0) {
        return command_fail(line, "%s", why.text);
    }
    if (line->json) {
        output_json(p);
    } else {
        print_proposal(p);
    }
    json_decref(p);
    return COMMAND_DONE;
}

const struct command command_show = {
    .name = "show",
    .summary = "Show a proposal: ballots, rationales, tally, heights, times, reason",
    .operands = "ID",
    .operand = ARGUMENT_PROPOSAL,
    .operands_min = 1,
    .operands_max = 1,
    .socket = true,
    .details = "ID is the proposal's id, or its first six or more digits.\n",
    .run = run,
};
