/* SPDX-License-Identifier: ISC */
/* The commands, each defined in the file of its name. */
#ifndef CONCLAVE_CONCLAVE_COMMANDS_H
#define CONCLAVE_CONCLAVE_COMMANDS_H

#include "conclave/command.h"

extern const struct command command_status;

#endif
