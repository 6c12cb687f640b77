/* SPDX-License-Identifier: ISC */
/* The settings file, conclave-console(1): what an operator wants every time. */
#ifndef CONCLAVE_UI_SETTINGS_H
#define CONCLAVE_UI_SETTINGS_H

#include "ui/console/action.h"
#include "ui/screen/theme.h"

struct settings {
    bool clock, mouse, ascii;
    char theme[32];      /* a name; that of custom, or one that there is */
    char base[32];       /* of which custom was made */
    struct theme custom; /* with the roles of the file; no name: it sets none */
    char *roles;         /* as the file has them, to be saved again; NULL: none */
    struct keymap keymap;
};

void settings_defaults(struct settings *s);
void settings_free(struct settings *s);
/* $XDG_CONFIG_HOME/conclave/console.conf, or ~/.config's; NULL where there is no home. The
 * caller frees. */
char *settings_path(void);
/* CONCLAVE_ENOENT when there is no such file. After an error, which the complaint places in
 * the file, s has the defaults. */
int settings_load(const char *path, struct settings *s, struct complaint *why);
/* Writes text, and the roles that s has, so that the file is at any time the old one or the
 * new one. Folders are made. */
int settings_save(const char *path, const struct settings *s, const char *text,
                  struct complaint *why);

#endif
