/* SPDX-License-Identifier: ISC */
#include "conclave/commands.h"

#include <stddef.h>

/* In the order in which help lists them. */
const struct command *const commands[] = {
    &command_status,
    NULL,
};
