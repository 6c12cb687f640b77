/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"
#include "conclave/node.h"
#include "conclave/output.h"

static enum command_exit run(const struct command_line *line)
{
    json_t *status = node_ask(line, "status", NULL);
    if (status == NULL) {
        return COMMAND_FAILED;
    }
    output_json(status);
    json_decref(status);
    return COMMAND_DONE;
}

const struct command command_status = {
    .name = "status",
    .summary = "Show the node's view, primary, height and peers, and what it waits for",
    .operands = "",
    .socket = true,
    .run = run,
};
