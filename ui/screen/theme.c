/* SPDX-License-Identifier: ISC */
#include "ui/screen/theme.h"

#include <stdlib.h>
#include <string.h>

#define NONE COLOUR_NONE

/* Blue and orange, which everybody tells apart; numbers are of xterm's 256 colours. */
enum {
    BLUE = 39,
    DEEP_BLUE = 25,
    ORANGE = 208,
    DEEP_ORANGE = 166,
    YELLOW = 221,
    GREY = 245,
    DARK = 236,
    WHITE = 255,
    BLACK = 16,
    PALE = 252,
};

static const struct theme
    themes[] =
        {
            {
                .name = "default",
                .styles =
                    {
                        [ROLE_TEXT] = {NONE, NONE, 0},
                        [ROLE_QUIET] = {GREY, NONE, 0},
                        [ROLE_STRONG] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_TITLE] = {GREY, NONE, STYLE_UNDERLINE},
                        [ROLE_HEADER] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_TAB] = {GREY, NONE, 0},
                        [ROLE_TAB_HERE] = {NONE, NONE, STYLE_BOLD | STYLE_REVERSE},
                        [ROLE_KEY] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_KEY_TEXT] = {BLACK, BLUE, 0},
                        [ROLE_LIVE] = {BLACK, BLUE, STYLE_BOLD},
                        [ROLE_STALE] = {BLACK, ORANGE, STYLE_BOLD},
                        [ROLE_FROZEN] = {BLACK, WHITE, STYLE_BOLD},
                        [ROLE_REPLAY] = {BLACK, YELLOW, STYLE_BOLD},
                        [ROLE_GOOD] = {BLUE, NONE, 0},
                        [ROLE_BAD] = {ORANGE, NONE, STYLE_BOLD},
                        [ROLE_BAR] = {BLUE, NONE, 0},
                        [ROLE_BAR_REST] = {GREY, NONE, 0},
                        [ROLE_BAR_MARK] = {WHITE, NONE, STYLE_BOLD},
                        [ROLE_BEAT] = {BLUE, NONE, 0},
                        [ROLE_BEAT_LATE] = {ORANGE, NONE, 0},
                        [ROLE_APPROVE] = {BLUE, NONE, STYLE_BOLD},
                        [ROLE_REJECT] = {ORANGE, NONE, STYLE_BOLD},
                        [ROLE_ABSTAIN] = {YELLOW, NONE, 0},
                        [ROLE_SEALED] = {PALE, NONE, 0},
                        [ROLE_NOTHING] = {GREY, NONE, 0},
                        [ROLE_UNKNOWN] = {GREY, NONE, 0},
                        [ROLE_NOTICE] = {YELLOW, NONE, 0},
                        [ROLE_WARNING] = {ORANGE, NONE, 0},
                        [ROLE_CRITICAL] = {BLACK, ORANGE, STYLE_BOLD},
                        [ROLE_FOUND] = {BLACK, YELLOW, 0},
                        [ROLE_PROMPT] = {NONE, NONE, STYLE_BOLD},
                    },
                .selected = {WHITE, DARK, STYLE_BOLD},
            },
            {
                .name = "light",
                .styles =
                    {
                        [ROLE_TEXT] = {NONE, NONE, 0},
                        [ROLE_QUIET] = {243, NONE, 0},
                        [ROLE_STRONG] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_TITLE] = {243, NONE, STYLE_UNDERLINE},
                        [ROLE_HEADER] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_TAB] = {243, NONE, 0},
                        [ROLE_TAB_HERE] = {NONE, NONE, STYLE_BOLD | STYLE_REVERSE},
                        [ROLE_KEY] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_KEY_TEXT] = {WHITE, DEEP_BLUE, 0},
                        [ROLE_LIVE] = {WHITE, DEEP_BLUE, STYLE_BOLD},
                        [ROLE_STALE] = {WHITE, DEEP_ORANGE, STYLE_BOLD},
                        [ROLE_FROZEN] = {WHITE, DARK, STYLE_BOLD},
                        [ROLE_REPLAY] = {BLACK, YELLOW, STYLE_BOLD},
                        [ROLE_GOOD] = {DEEP_BLUE, NONE, 0},
                        [ROLE_BAD] = {DEEP_ORANGE, NONE, STYLE_BOLD},
                        [ROLE_BAR] = {DEEP_BLUE, NONE, 0},
                        [ROLE_BAR_REST] = {250, NONE, 0},
                        [ROLE_BAR_MARK] = {BLACK, NONE, STYLE_BOLD},
                        [ROLE_BEAT] = {DEEP_BLUE, NONE, 0},
                        [ROLE_BEAT_LATE] = {DEEP_ORANGE, NONE, 0},
                        [ROLE_APPROVE] = {DEEP_BLUE, NONE, STYLE_BOLD},
                        [ROLE_REJECT] = {DEEP_ORANGE, NONE, STYLE_BOLD},
                        [ROLE_ABSTAIN] = {94, NONE, 0},
                        [ROLE_SEALED] = {238, NONE, 0},
                        [ROLE_NOTHING] = {247, NONE, 0},
                        [ROLE_UNKNOWN] = {247, NONE, 0},
                        [ROLE_NOTICE] = {94, NONE, 0},
                        [ROLE_WARNING] = {DEEP_ORANGE, NONE, 0},
                        [ROLE_CRITICAL] = {WHITE, DEEP_ORANGE, STYLE_BOLD},
                        [ROLE_FOUND] = {BLACK, YELLOW, 0},
                        [ROLE_PROMPT] = {NONE, NONE, STYLE_BOLD},
                    },
                .selected = {BLACK, 153, STYLE_BOLD},
            },
            {
                .name = "contrast",
                .styles =
                    {
                        [ROLE_TEXT] = {15, 0, 0},
                        [ROLE_QUIET] = {15, 0, 0},
                        [ROLE_STRONG] = {15, 0, STYLE_BOLD},
                        [ROLE_TITLE] = {15, 0, STYLE_UNDERLINE},
                        [ROLE_HEADER] = {0, 15, STYLE_BOLD},
                        [ROLE_TAB] = {15, 0, 0},
                        [ROLE_TAB_HERE] = {0, 15, STYLE_BOLD},
                        [ROLE_KEY] = {15, 0, STYLE_BOLD},
                        [ROLE_KEY_TEXT] = {0, 15, 0},
                        [ROLE_LIVE] = {0, 14, STYLE_BOLD},
                        [ROLE_STALE] = {0, 11, STYLE_BOLD},
                        [ROLE_FROZEN] = {0, 15, STYLE_BOLD},
                        [ROLE_REPLAY] = {0, 11, STYLE_BOLD},
                        [ROLE_GOOD] = {14, 0, 0},
                        [ROLE_BAD] = {11, 0, STYLE_BOLD},
                        [ROLE_BAR] = {14, 0, 0},
                        [ROLE_BAR_REST] = {15, 0, 0},
                        [ROLE_BAR_MARK] = {11, 0, STYLE_BOLD},
                        [ROLE_BEAT] = {14, 0, 0},
                        [ROLE_BEAT_LATE] = {11, 0, STYLE_BOLD},
                        [ROLE_APPROVE] = {14, 0, STYLE_BOLD},
                        [ROLE_REJECT] = {11, 0, STYLE_BOLD},
                        [ROLE_ABSTAIN] = {15, 0, STYLE_UNDERLINE},
                        [ROLE_SEALED] = {15, 0, 0},
                        [ROLE_NOTHING] = {15, 0, 0},
                        [ROLE_UNKNOWN] = {15, 0, 0},
                        [ROLE_NOTICE] = {15, 0, STYLE_UNDERLINE},
                        [ROLE_WARNING] = {11, 0, STYLE_BOLD},
                        [ROLE_CRITICAL] = {0, 11, STYLE_BOLD},
                        [ROLE_FOUND] = {0, 11, 0},
                        [ROLE_PROMPT] = {15, 0, STYLE_BOLD},
                    },
                .selected = {0, 14, STYLE_BOLD},
            },
            {
                .name = "mono",
                .mono = true,
                .styles =
                    {
                        [ROLE_TEXT] = {NONE, NONE, 0},
                        [ROLE_QUIET] = {NONE, NONE, 0},
                        [ROLE_STRONG] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_TITLE] = {NONE, NONE, STYLE_UNDERLINE},
                        [ROLE_HEADER] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_TAB] = {NONE, NONE, 0},
                        [ROLE_TAB_HERE] = {NONE, NONE, STYLE_REVERSE},
                        [ROLE_KEY] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_KEY_TEXT] = {NONE, NONE, STYLE_REVERSE},
                        [ROLE_LIVE] = {NONE, NONE, STYLE_REVERSE},
                        [ROLE_STALE] = {NONE, NONE, STYLE_REVERSE | STYLE_BOLD},
                        [ROLE_FROZEN] = {NONE, NONE, STYLE_REVERSE},
                        [ROLE_REPLAY] = {NONE, NONE, STYLE_REVERSE},
                        [ROLE_GOOD] = {NONE, NONE, 0},
                        [ROLE_BAD] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_BAR] = {NONE, NONE, 0},
                        [ROLE_BAR_REST] = {NONE, NONE, 0},
                        [ROLE_BAR_MARK] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_BEAT] = {NONE, NONE, 0},
                        [ROLE_BEAT_LATE] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_APPROVE] = {NONE, NONE, 0},
                        [ROLE_REJECT] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_ABSTAIN] = {NONE, NONE, 0},
                        [ROLE_SEALED] = {NONE, NONE, 0},
                        [ROLE_NOTHING] = {NONE, NONE, 0},
                        [ROLE_UNKNOWN] = {NONE, NONE, 0},
                        [ROLE_NOTICE] = {NONE, NONE, 0},
                        [ROLE_WARNING] = {NONE, NONE, STYLE_BOLD},
                        [ROLE_CRITICAL] = {NONE, NONE, STYLE_BOLD | STYLE_REVERSE},
                        [ROLE_FOUND] = {NONE, NONE, STYLE_UNDERLINE},
                        [ROLE_PROMPT] = {NONE, NONE, STYLE_BOLD},
                    },
                .selected = {NONE, NONE, STYLE_REVERSE},
            },
};

const struct theme *theme_at(size_t i)
{
    return i < sizeof(themes) / sizeof(themes[0]) ? &themes[i] : NULL;
}

const struct theme *theme_find(const char *name)
{
    for (size_t i = 0; theme_at(i) != NULL; i++) {
        if (strcmp(themes[i].name, name) == 0) {
            return &themes[i];
        }
    }
    return NULL;
}

/* --- colours --- */

struct rgb {
    int r, g, b;
};

/* The first sixteen as xterm has them. */
static const struct rgb basic[16] = {
    {0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
    {0, 0, 238},     {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
    {127, 127, 127}, {255, 0, 0},   {0, 255, 0},   {255, 255, 0},
    {92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
};

static struct rgb rgb_of(int colour)
{
    static const int steps[6] = {0, 95, 135, 175, 215, 255};
    if (colour < 16) {
        return basic[colour];
    }
    if (colour < 232) {
        int at = colour - 16;
        return (struct rgb){steps[at / 36], steps[at / 6 % 6], steps[at % 6]};
    }
    int grey = 8 + 10 * (colour - 232);
    return (struct rgb){grey, grey, grey};
}

int16_t theme_nearest(int16_t colour, unsigned colours)
{
    if (colour < 0 || (unsigned)colour < colours) {
        return colour;
    }
    unsigned among = colours >= 16 ? 16 : 8;
    struct rgb wanted = rgb_of(colour);
    int best = 0;
    long least = -1;
    for (unsigned i = 0; i < among; i++) {
        long r = basic[i].r - wanted.r, g = basic[i].g - wanted.g,
             b = basic[i].b - wanted.b;
        long far = r * r + g * g + b * b;
        if (least < 0 || far < least) {
            least = far;
            best = (int)i;
        }
    }
    return (int16_t)best;
}

/* --- settings --- */

static const struct {
    const char *name;
    int16_t colour;
} colour_names[] = {
    {"default", NONE}, {"black", 0},   {"red", 1},         {"green", 2},
    {"yellow", 3},     {"blue", 4},    {"magenta", 5},     {"cyan", 6},
    {"white", 7},      {"grey", GREY}, {"orange", ORANGE},
};

static const struct {
    const char *name;
    uint8_t attribute;
} attribute_names[] = {
    {"bold", STYLE_BOLD},
    {"dim", STYLE_DIM},
    {"underline", STYLE_UNDERLINE},
    {"reverse", STYLE_REVERSE},
};

/* A name, or a number to 255. False: neither. */
static bool colour_of(const char *word, int16_t *out)
{
    for (size_t i = 0; i < sizeof(colour_names) / sizeof(colour_names[0]); i++) {
        if (strcmp(word, colour_names[i].name) == 0) {
            *out = colour_names[i].colour;
            return true;
        }
    }
    char *end;
    unsigned long number = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || number > 255) {
        return false;
    }
    *out = (int16_t)number;
    return true;
}

static bool attribute_of(const char *word, uint8_t *out)
{
    for (size_t i = 0; i < sizeof(attribute_names) / sizeof(attribute_names[0]); i++) {
        if (strcmp(word, attribute_names[i].name) == 0) {
            *out |= attribute_names[i].attribute;
            return true;
        }
    }
    return false;
}

int theme_set(struct theme *t, const char *role, const char *words, struct complaint *why)
{
    struct style *style = strcmp(role, "selected") == 0 ? &t->selected : NULL;
    for (int r = 0; r < ROLE_COUNT && style == NULL; r++) {
        if (strcmp(role, role_name((enum role)r)) == 0) {
            style = &t->styles[r];
        }
    }
    if (style == NULL) {
        return complain(why, CONCLAVE_ENOENT, "there is no role \"%s\" to colour", role);
    }
    struct style made = {NONE, NONE, 0};
    char copy[128], *rest = NULL;
    if (strlen(words) >= sizeof(copy)) {
        return complain(why, CONCLAVE_ELIMIT, "the style of %s is too long", role);
    }
    memcpy(copy, words, strlen(words) + 1);
    bool behind = false;
    for (char *w = strtok_r(copy, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest)) {
        if (strcmp(w, "on") == 0) {
            behind = true;
        } else if (!attribute_of(w, &made.attributes) &&
                   !colour_of(w, behind ? &made.background : &made.foreground)) {
            return complain(why, CONCLAVE_EINVAL,
                            "the style of %s has the word \"%s\": write a colour's name or "
                            "number to 255, then on and another, and bold, dim, underline "
                            "or reverse",
                            role, w);
        }
    }
    *style = made;
    return 0;
}
