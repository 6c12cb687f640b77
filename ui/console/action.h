/* SPDX-License-Identifier: ISC */
/*
 * The one table of keys: what the operator can do, by which keys, and in words. Dispatch,
 * help, the manual's list and remapping are made from it.
 */
#ifndef CONCLAVE_UI_CONSOLE_ACTION_H
#define CONCLAVE_UI_CONSOLE_ACTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum action {
    ACTION_NONE,
    /* moving */
    ACTION_DOWN,
    ACTION_UP,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_TOP,
    ACTION_BOTTOM,
    ACTION_HALF_DOWN,
    ACTION_HALF_UP,
    ACTION_PAGE_DOWN,
    ACTION_PAGE_UP,
    ACTION_ENTER,
    ACTION_BACK,
    /* views */
    ACTION_VIEW_1,
    ACTION_VIEW_2,
    ACTION_VIEW_3,
    ACTION_VIEW_4,
    ACTION_VIEW_5,
    ACTION_VIEW_6,
    ACTION_VIEW_7,
    ACTION_NEXT_VIEW,
    ACTION_PREVIOUS_VIEW,
    ACTION_NEXT_COUNCIL,
    ACTION_PREVIOUS_COUNCIL,
    /* finding */
    ACTION_SEARCH,
    ACTION_SEARCH_NEXT,
    ACTION_SEARCH_PREVIOUS,
    ACTION_FILTER,
    ACTION_SORT,
    ACTION_SORT_LEFT,
    ACTION_SORT_RIGHT,
    ACTION_INVERT,
    ACTION_FOLLOW,
    ACTION_FLAGGED,
    ACTION_MARK,
    ACTION_LEVEL, /* the log's least level; of Flags: which states */
    /* time */
    ACTION_FREEZE,
    ACTION_BACK_ONE,
    ACTION_FORTH_ONE,
    ACTION_BACK_TEN,
    ACTION_FORTH_TEN,
    ACTION_GO_TO,
    ACTION_LIVE,
    /* flags */
    ACTION_NEXT_FLAG,
    ACTION_PREVIOUS_FLAG,
    ACTION_ACKNOWLEDGE,
    /* what a view shows */
    ACTION_TRANSPOSE,
    ACTION_CYCLE,
    ACTION_ALIKE, /* the pages of Pattern, and of Council */
    ACTION_VERIFY,
    /* the rest */
    ACTION_YANK,
    ACTION_YANK_ALL,
    ACTION_SNAPSHOT,
    ACTION_MOUSE,
    ACTION_COMMAND,
    ACTION_HELP,
    ACTION_REDRAW,
    ACTION_QUIT,
    ACTION_COUNT
};

enum { ACTION_KEYS_MAX = 4 };

struct action_entry {
    enum action action;
    const char *name;               /* "half-page-down": in settings */
    const char *group;              /* "Moving": help's headings; NULL: as the one before */
    const char *help;               /* a few words */
    uint32_t keys[ACTION_KEYS_MAX]; /* the defaults; 0: no more */
    unsigned views; /* in which it means something: bit i for view i, 0 for all */
};

extern const struct action_entry action_table[]; /* ends with ACTION_NONE */

/* The keys in force. */
struct keymap {
    uint32_t keys[ACTION_COUNT][ACTION_KEYS_MAX];
};
void keymap_defaults(struct keymap *m);
enum action keymap_find(const struct keymap *m, uint32_t key);
/* Gives an action these keys and no others ("j Down"), taking them from whatever had them.
 * The complaint names the action or key that there is not. */
int keymap_set(struct keymap *m, const char *action, const char *keys,
               struct complaint *why);

#endif
