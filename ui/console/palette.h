/* SPDX-License-Identifier: ISC */
/* The table of commands. */
#ifndef CONCLAVE_UI_CONSOLE_PALETTE_H
#define CONCLAVE_UI_CONSOLE_PALETTE_H

#include "ui/console/inside.h"

/* Runs with what follows the name, without blanks around it. */
typedef void command_do(struct console *c, const char *rest, uint64_t now_ms);
/* The i-th word that may stand there; NULL after the last. */
typedef const char *command_choice(struct console *c, size_t i);

struct palette_entry {
    const char *name;
    const char *rest; /* what follows it, for people; NULL: nothing */
    command_do *run;
    command_choice *choices; /* NULL: none to complete with */
};

extern const struct palette_entry palette[]; /* ends with a NULL name */
/* By its name, or the beginning of one and no other; NULL. */
const struct palette_entry *palette_find(const char *name, size_t length);

#endif
