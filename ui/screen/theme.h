/* SPDX-License-Identifier: ISC */
/* Themes: how a role looks. Default hues are blue and orange, never red against green. */
#ifndef CONCLAVE_UI_SCREEN_THEME_H
#define CONCLAVE_UI_SCREEN_THEME_H

#include "base/error.h"
#include "ui/screen/role.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum style_attribute {
    STYLE_BOLD = 1,
    STYLE_DIM = 2,
    STYLE_UNDERLINE = 4,
    STYLE_REVERSE = 8,
};

enum { COLOUR_NONE = -1 }; /* the terminal's own */

struct style {
    int16_t foreground, background; /* of the 256 colours, or COLOUR_NONE */
    uint8_t attributes;             /* of enum style_attribute */
};

/* How a role looks with so many colours, 256, 16 or 8. */
struct theme {
    char name[32];
    bool mono; /* attributes alone */
    struct style styles[ROLE_COUNT];
    struct style selected; /* the operator's row; attributes are added */
};

/* "default", "light", "contrast", "mono"; NULL for any other name. */
const struct theme *theme_find(const char *name);
/* The i-th one, NULL after the last. */
const struct theme *theme_at(size_t i);
/* The nearest of the first 16 or 8 colours to one of 256. */
int16_t theme_nearest(int16_t colour, unsigned colours);
/* Sets a role of a theme from words: "blue on default bold". 0, or the complaint names the
 * word that it does not know. */
int theme_set(struct theme *t, const char *role, const char *words, struct complaint *why);

#endif
