/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "conclave/commands.h"
#include "conclave/programs.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Becomes conclave-console, which reads its options itself. */
static enum command_exit run(const struct command_line *line)
{
    static char name[] = "conclave-console";
    struct complaint why = {""};
    char *program = NULL;
    size_t count = (size_t)line->operand_count;
    if (program_find(name, &program, &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    char **argv = alloc_zero(count + 2, sizeof(*argv));
    argv[0] = name;
    memcpy(argv + 1, line->operands, count * sizeof(*argv));
    (void)execv(program, argv);
    enum command_exit status =
        command_fail(line, "cannot run %s: %s", program, strerror(errno));
    free(argv);
    free(program);
    return status;
}

const struct command command_console = {
    .name = "console",
    .summary = "Look at a council on a terminal, and into its past",
    .operands = "",
    .raw = true,
    .details = "All options are those of conclave-console(1): conclave console --help\n",
    .run = run,
};
