/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/output.h"

#include "charter/charter.h"

#include <stdio.h>

static enum command_exit run(const struct command_line *line)
{
    struct charter *c;
    struct complaint why = {""};
    if (key_library_init() != 0) {
        return command_fail(line, "the cryptographic library does not start");
    }
    if (charter_load(line->operands[0], &c, &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    char id[2 * HASH_BYTES + 1];
    hex_encode(id, slice_of(c->council_id.bytes, HASH_BYTES));
    charter_free(c);
    if (line->json) {
        json_t *result = json_pack("{s:s}", "council_id", id);
        output_json(result);
        json_decref(result);
    } else {
        (void)printf("%s\n", id);
    }
    return COMMAND_DONE;
}

const struct command command_charter_id = {
    .name = "charter id",
    .summary = "Print a council's identity, the hash of its charter",
    .operands = "FILE",
    .operand = ARGUMENT_FILE,
    .operands_min = 1,
    .operands_max = 1,
    .details =
        "All seats compare it before they start: nodes with different charters do not\n"
        "talk to each other. Layout and order of fields in the file do not matter.\n",
    .run = run,
};
