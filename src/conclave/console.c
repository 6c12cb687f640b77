/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"

/* Becomes conclave-console, which reads its options itself. */
static enum command_exit run(const struct command_line *line)
{
    return command_become(line, "conclave-console", line->operands,
                          (size_t)line->operand_count);
}

const struct command command_console = {
    .name = "console",
    .summary = "Look at a council on a terminal, and into its past",
    .operands = "",
    .raw = true,
    .details = "All options are those of conclave-console(1): conclave console --help\n",
    .run = run,
};
