/* SPDX-License-Identifier: ISC */
#include "conclave/command.h"
#include "conclave/programs.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum command_exit command_become(const struct command_line *line, const char *name,
                                 char *const *arguments, size_t count)
{
    struct complaint why = {""};
    char *program = NULL;
    if (program_find(name, &program, &why) != 0) {
        return command_fail(line, "%s", why.text);
    }
    char **argv = alloc_zero(count + 2, sizeof(*argv));
    char *own = alloc_string(name);
    argv[0] = own;
    for (size_t i = 0; i < count; i++) {
        argv[i + 1] = arguments[i];
    }
    (void)execv(program, argv);
    enum command_exit status =
        command_fail(line, "cannot run %s: %s", program, strerror(errno));
    free(own);
    free(argv);
    free(program);
    return status;
}
