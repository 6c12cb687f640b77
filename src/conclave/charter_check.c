/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/describe.h"
#include "conclave/diversity_print.h"

#include "base/clock.h"
#include "base/quorum.h"
#include "charter/charter.h"
#include "charter/diversity.h"

#include <inttypes.h>
#include <stdio.h>

static void gather(void *context, const char *text)
{
    json_array_append_new(context, json_string(text));
}

static json_t *find_warnings(const struct charter *c)
{
    json_t *warnings = json_array();
    charter_warnings(c, gather, warnings);
    if (c->created_ms > clock_wall_ms() + c->max_drift_ms) {
        gather(warnings,
               "created_ms: is in the future by this machine's clock: nothing can "
               "be decided before that time");
    }
    return warnings;
}

static void print(const struct charter *c, const json_t *warnings, const json_t *diversity)
{
    unsigned n = c->seat_count;
    char id[2 * HASH_BYTES + 1];
    hex_encode(id, slice_of(c->council_id.bytes, HASH_BYTES));
    char created[32];
    output_time(created, c->created_ms);
    (void)printf("council   %s\nid        %s\ncreated   %s\n", c->name, id, created);
    (void)printf("seats     %u: up to f = %u may fail, q = %u order, f+1 = %u prove\n", n,
                 quorum_faulty(n), quorum_size(n), quorum_weak(n));
    for (size_t i = 0; i < c->class_count; i++) {
        const struct charter_class *k = &c->classes[i];
        char commit[32], reveal[32], grace[32];
        output_duration(commit, k->commit_ms);
        output_duration(reveal, k->reveal_ms);
        output_duration(grace, k->grace_ms);
        (void)printf("class     %s: %" PRIu32 " of %u approve; commit %s, reveal %s, grace "
                     "%s%s\n",
                     k->name, k->threshold, n, commit, reveal, grace,
                     k->emergency ? "; goes first" : "");
    }
    char interval[32];
    output_duration(interval, c->publish_interval_ms);
    (void)printf("publish   a checkpoint of the log every %s at most\n", interval);
    (void)printf("\n");
    diversity_print(diversity);
    if (json_array_size(warnings) > 0) {
        (void)printf("\n");
    }
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        describe_wrapped("warning", COLOUR_WARN,
                         json_string_value(json_array_get(warnings, i)));
    }
}

static enum command_exit refuse(const struct command_line *line,
                                const struct complaint *why)
{
    if (line->json) {
        json_t *result = json_pack("{s:b, s:s}", "valid", 0, "error", why->text);
        output_json(result);
        json_decref(result);
        return COMMAND_FAILED;
    }
    return command_fail(line, "%s", why->text);
}

static enum command_exit run(const struct command_line *line)
{
    struct charter *c;
    struct complaint why = {""};
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    if (charter_load(line->operands[0], &c, &why) != 0) {
        return refuse(line, &why);
    }
    json_t *warnings = find_warnings(c), *diversity = diversity_json(c);
    if (line->json) {
        char id[2 * HASH_BYTES + 1];
        hex_encode(id, slice_of(c->council_id.bytes, HASH_BYTES));
        json_t *result =
            json_pack("{s:b, s:s, s:i, s:O, s:O}", "valid", 1, "council_id", id, "seats",
                      (int)c->seat_count, "warnings", warnings, "diversity", diversity);
        output_json(result);
        json_decref(result);
    } else {
        print(c, warnings, diversity);
    }
    bool bad = command_flag(line, "strict") && json_array_size(warnings) > 0;
    json_decref(diversity);
    json_decref(warnings);
    charter_free(c);
    return bad ? COMMAND_FAILED : COMMAND_DONE;
}

static const struct command_option options[] = {
    {"strict", ARGUMENT_NONE, NULL, "exit with status 1 where there are warnings, too"},
    {NULL, ARGUMENT_NONE, NULL, NULL},
};

const struct command command_charter_check = {
    .name = "charter check",
    .summary = "Check a charter: errors with their place and cure, warnings",
    .operands = "FILE",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .details =
        "It shows how many seats each vendor, model family and jurisdiction has, and how\n"
        "few of them together exceed f or reach a threshold. Warnings do not change the\n"
        "exit status without --strict.\n",
    .run = run,
};
