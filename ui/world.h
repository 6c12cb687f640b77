/* SPDX-License-Identifier: ISC */
/* What a console asks of the world is done here: files, the clipboard, the terminal, more
 * councils. How it went, the console is told. */
#ifndef CONCLAVE_UI_WORLD_H
#define CONCLAVE_UI_WORLD_H

#include "ui/links.h"
#include "ui/options.h"
#include "ui/playback.h"
#include "ui/settings.h"
#include "ui/term/terminal.h"

struct world {
    const struct options *options;
    struct settings *settings;
    struct console *console;
    struct links links;
    struct playback *playback; /* NULL: live */
    struct terminal *terminal;
    bool ascii;   /* the terminal shows nothing else */
    bool quit;    /* the operator wishes so */
    bool painted; /* the screen is as the console has it, but for what has changed since */
};

/* The console's time: of day, or of the recording. */
uint64_t world_now_ms(const struct world *w);
void world_effects(struct world *w);

#endif
